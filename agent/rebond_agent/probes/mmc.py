"""eMMC and SD: smartctl does not know them, the kernel publishes what they tell (JEDEC JESD84)."""

from rebond_agent.machine import Machine
from rebond_agent.probes import sysfs
from rebond_schemas.smart import Smart

_HIGHEST = 0x0B  # JESD84-B51 7.4.43: 0x0B is "exceeded"; above it is reserved


def parse_life(raw: str | None) -> int | None:
    """Return the worse of the two life-time bytes (`0x01 0x02`), None for 0 (not defined)."""
    numbers = [_byte(part) for part in (raw or "").split()]
    told = [number for number in numbers if number is not None and 0 < number <= _HIGHEST]
    return max(told, default=None)


def parse_pre_eol(raw: str | None) -> int | None:
    """Return 1 normal, 2 warning, 3 urgent; None for anything else."""
    number = _byte((raw or "").strip())
    return number if number in (1, 2, 3) else None


def ask_health(machine: Machine, name: str) -> Smart | None:
    """Return the wear an eMMC tells, None for a card that tells none."""
    life = parse_life(read(machine, name, "life_time"))
    pre_eol = parse_pre_eol(read(machine, name, "pre_eol_info"))
    if life is None and pre_eol is None:
        return None
    return Smart(protocol="MMC", emmc_life_used=life, emmc_pre_eol=pre_eol)


def read(machine: Machine, name: str, attribute: str) -> str | None:
    """Return one attribute of an MMC device: name, serial, fwrev, type, life_time and so on."""
    return sysfs.word(machine, f"/sys/block/{name}/device/{attribute}")


def _byte(raw: str) -> int | None:
    try:
        number = int(raw, 16)
    except ValueError:
        return None
    return number if 0 <= number <= 0xFF else None  # noqa: PLR2004 - one byte
