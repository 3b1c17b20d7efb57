"""Statements into named facts: one value, its unit, where it comes from, how far to trust it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from rebond_schemas.facts import Battery, Drive, DriveKind, Facts
from rebond_schemas.inspection import Check, Result
from rebond_schemas.statement import Inventory
from rebond_server.domain.condition import Plain
from rebond_server.domain.defects import appearance_of
from rebond_server.domain.drive_identity import can_hold_data
from rebond_server.domain.fact_registry import CHECKS, DELTAS, REGISTRY
from rebond_server.domain.health import Health, worst
from rebond_server.domain.health_facts import MOST_HOURS
from rebond_server.domain.windows_11 import processor_listed, secure_boot_able

Status = Literal["measured", "reported", "declared", "unknown"]

MOST_BATTERY = 110.0
"""Per cent of design capacity; a new pack may exceed 100 (TLP issue 330), more is a misread."""


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """One named value; None is unknown, and its source then says who did not tell."""

    value: Plain | None
    unit: str
    source: str
    status: Status


def project(
    inventory: Inventory | None,
    checks: Sequence[Check] = (),
    healths: Sequence[Health] = (),
    declared: Mapping[str, Plain] | None = None,
    *,
    erased: bool | None = None,
) -> dict[str, Fact]:
    """Return every fact of the registry, from the latest statements of one device.

    `healths` are those of its drives that can hold data; `declared` is what a person typed in,
    by fact name, and wins over what the machine says; `erased` is what the evidence proves.
    """
    facts = Facts() if inventory is None else inventory.facts
    known = {
        name: _reported(inventory, name, path, read(facts)) for name, (path, read) in _READ.items()
    }
    known["drive_health"] = health_fact(healths)
    known |= {f"check_{name}": _checked(name, checks) for name in CHECKS}
    known["appearance"] = _appearance(checks)
    known["data_erased"] = _fact("data_erased", erased, "judgements of every drive", "measured")
    known["processor_mark"] = _fact("processor_mark", None, "nobody looked it up", "declared")
    known["charger"] = _fact("charger", None, "nobody looked", "declared")
    known |= {name: _fact(name, None, "nobody corrects", "declared") for name in DELTAS}
    for name, value in (declared or {}).items():
        known[name] = _fact(name, value, "declared", "declared")
    return known


def health_fact(healths: Sequence[Health]) -> Fact:
    """Return the health of a device's drives together, as a fact for grading rules."""
    return _fact("drive_health", _health(healths), "rules/drive_health", "measured")


def unknown_facts() -> dict[str, Fact]:
    """Return the registry with nothing known: where every device starts."""
    return project(None)


def _memory(facts: Facts) -> int | None:
    return facts.memory.installed_mib or None


def _size(facts: Facts) -> float | None:
    drive = _system_drive(facts)
    size = None if drive is None else drive.identity.size_bytes
    if size is None:
        return 0.0 if _no_drive(facts) else None
    return round(size / 1e9, 1)


def _medium(facts: Facts) -> str | None:
    drive = _system_drive(facts)
    if drive is None:
        return "none" if _no_drive(facts) else None
    return drive.kind.value if drive.kind in _INNER else None


_INNER = (DriveKind.NVME, DriveKind.SSD, DriveKind.EMMC, DriveKind.HDD)


def _system_drive(facts: Facts) -> Drive | None:
    """Return the drive a system would be put on: the best medium, then the largest."""
    inner = [d for d in facts.drives if d.kind in _INNER and can_hold_data(d)]
    if not inner:
        return None
    return min(inner, key=lambda d: (_INNER.index(d.kind), -(d.identity.size_bytes or 0)))


def _no_drive(facts: Facts) -> bool:
    """Say whether every drive was seen and none can take a system."""
    return facts.drives_hidden is False and not any(can_hold_data(d) for d in facts.drives)


def _hours(facts: Facts) -> int | None:
    """Return the hours of the oldest hard disk; 0 where every drive is known to be none."""
    holding = [d for d in facts.drives if can_hold_data(d)]
    if any(d.kind not in _INNER and d.kind is not DriveKind.USB for d in holding):
        return None
    disks = [d for d in holding if d.kind is DriveKind.HDD]
    hours = [d.smart.power_on_hours for d in disks if d.smart is not None]
    known = [h for h in hours if h is not None and h <= MOST_HOURS]
    if len(known) < len(disks) or facts.drives_hidden is not False:
        return None
    return max(known, default=0)


def _battery(facts: Facts) -> float | None:
    """Return full over design capacity of all packs; unlike units are never mixed."""
    pairs = [pair for b in facts.batteries if (pair := _capacity(b)) is not None]
    if pairs and len(pairs) == len(facts.batteries):
        percent = 100 * sum(full for full, _ in pairs) / sum(design for _, design in pairs)
        return round(percent, 1) if percent <= MOST_BATTERY else None
    percents = [b.health_percent for b in facts.batteries]
    known = [p for p in percents if p is not None and p <= MOST_BATTERY]
    return min(known) if known and len(known) == len(percents) else None


def _capacity(battery: Battery) -> tuple[int, int] | None:
    if not battery.design_mwh or battery.full_mwh is None:
        return None
    return battery.full_mwh, battery.design_mwh


def _screen(facts: Facts) -> int | None:
    return max((d.width_px for d in facts.displays if d.internal and d.width_px), default=None)


def _wifi(facts: Facts) -> bool | None:
    if not facts.network:
        return None
    return any(interface.kind == "wifi" for interface in facts.network)


def _webcam(facts: Facts) -> bool | None:
    return next((e.present for e in facts.equipment if e.kind in {"webcam", "camera"}), None)


def _tpm_2(facts: Facts) -> bool | None:
    version = facts.firmware.tpm_version
    return None if version is None else version.startswith("2")


def _diagonal(facts: Facts) -> float | None:
    return max(
        (d.diagonal_inch for d in facts.displays if d.internal and d.diagonal_inch), default=None
    )


def _machine_year(facts: Facts) -> int | None:
    """Return the processor's year, else the firmware's: stand-ins for the year of purchase."""
    date = facts.firmware.date
    return facts.processor.year or (None if date is None else int(date[:4]))


_READ: dict[str, tuple[str, Callable[[Facts], Plain | None]]] = {
    "kind": ("board.chassis", lambda f: f.board.chassis and f.board.chassis.value),
    "memory_installed": ("memory.installed_mib", _memory),
    "processor_cores": ("processor.cores", lambda f: f.processor.cores or None),
    "processor_threads": ("processor.threads", lambda f: f.processor.threads or None),
    "processor_year": ("processor.year", lambda f: f.processor.year),
    "x86_64_level": ("processor.x86_64_level", lambda f: f.processor.x86_64_level),
    "drive_medium": ("drives", _medium),
    "drive_size": ("drives", _size),
    "drive_hours": ("drives", _hours),
    "battery_health": ("batteries", _battery),
    "screen_width": ("displays", _screen),
    "wifi": ("network", _wifi),
    "webcam": ("equipment", _webcam),
    "tpm_2": ("firmware.tpm_version", _tpm_2),
    "screen_diagonal": ("displays", _diagonal),
    "secure_boot_able": ("firmware.secure_boot", lambda f: secure_boot_able(f.firmware)),
    "windows_11_processor": ("processor", lambda f: processor_listed(f.processor)),
    "machine_year": ("processor.year", _machine_year),
    "setup_password": ("firmware.setup_password", lambda f: f.firmware.setup_password),
    # An agent that found no anti-theft module says so with an empty list.
    "anti_theft": ("firmware.anti_theft", lambda f: bool(f.firmware.anti_theft)),
}


def _reported(inventory: Inventory | None, name: str, path: str, value: Plain | None) -> Fact:
    if inventory is None:
        return _fact(name, None, path, "unknown")
    evidence, status = _source_of(inventory, path)
    # An empty list that nobody could fill is not "none": no drives, no anti-theft module.
    return _fact(name, None if status == "unknown" else value, f"{path} ({evidence})", status)


def _source_of(inventory: Inventory, path: str) -> tuple[str, Status]:
    """Return evidence and status of the longest path that fits."""
    fitting = [
        known for known in inventory.sources if path == known or path.startswith(f"{known}.")
    ]
    if not fitting:
        return ("inventory", "reported")
    best = inventory.sources[max(fitting, key=len)]
    return (best.evidence, best.status)


def _fact(name: str, value: Plain | None, source: str, status: Status) -> Fact:
    unit = REGISTRY[name].unit
    return Fact(
        value=value, unit=unit, source=source, status="unknown" if value is None else status
    )


def _health(healths: Sequence[Health]) -> str | None:
    """REVIEW and UNKNOWN are not known yet: a person will say."""
    found = worst(list(healths))
    return found.value if found in {Health.OK, Health.WATCH, Health.FAIL} else None


def _latest(name: str, checks: Iterable[Check]) -> Check | None:
    return next((check for check in reversed([*checks]) if check.name == name), None)


def _checked(name: str, checks: Sequence[Check]) -> Fact:
    check = _latest(name, checks)
    if check is None or check.result is Result.SKIPPED:
        return _fact(f"check_{name}", None, "inspection", "unknown")
    return _fact(f"check_{name}", check.result.value, f"inspection ({check.by or '?'})", "declared")


def _appearance(checks: Sequence[Check]) -> Fact:
    """Read the class A to D, or the defects' codes, in the note of the check of case and screen."""
    check = _latest("appearance", checks)
    letter = (check.note or "").strip().lower() if check is not None else ""
    value = letter if letter in REGISTRY["appearance"].order else appearance_of(letter)
    return _fact("appearance", value, "inspection", "declared")
