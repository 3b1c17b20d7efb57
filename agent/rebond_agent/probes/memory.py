"""Installed memory, module by module (SMBIOS 16 and 17), and what is left of it for the system."""

import re
from collections.abc import Sequence

import msgspec

from rebond_agent.machine import Library, Machine
from rebond_agent.machine.placeholders import known, known_serial
from rebond_agent.probes import smbios
from rebond_agent.probes.answer import Answer, declared, measured, unknown
from rebond_agent.probes.module_maker import module_maker, part_number
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import Facts, Memory, MemoryModule
from rebond_schemas.text import clean

MIB = 2**20

# A BIOS chip has a type 17 row as well: counted, it makes 8,196 MiB out of 8 GiB.
_NOT_MEMORY = ("flash", "rom", "eprom", "eeprom", "feprom", "3dram", "logical non-volatile device")
_FLASH_PLACE = re.compile(r"\b(?:system rom|bios|flash|firmware|spi)\b", re.IGNORECASE)
_LARGEST_FLASH = 64 * 2**20  # bytes; BIOS chips hold 16 or 32 MiB
_RUNNING = ("Configured Memory Speed", "Configured Clock Speed")
_EMPTY = ("no module installed", "not installed", "empty")
_MOST = 2**40  # bytes; a module of more than 1 TiB is a misread size


def parse_memory(structures: Sequence[Structure]) -> Memory:
    """Return installed memory, slots and modules; flash rows and other arrays never count."""
    arrays = [one for one in smbios.of_kind(structures, 16) if _is_system(one)]
    rows = _rows(structures, {one.handle for one in arrays})
    modules = tuple(_module(row) for row in rows if not _is_empty(row))
    sizes = [one.size_mib for one in modules if one.size_mib]
    capacities = [smbios.size_bytes(one.get("Maximum Capacity")) for one in arrays]
    maximum = sum(capacity for capacity in capacities if capacity) // MIB
    return Memory(
        installed_mib=sum(sizes) or _old_modules(structures) or _mapped(structures),
        slots=len(rows) or None,
        free_slots=sum(_is_empty(row) for row in rows) if rows else None,
        maximum_mib=maximum or None,
        error_correction=_error_correction(arrays),
        modules=modules,
    )


def parse_usable(answer: object, meminfo: str) -> int | None:
    """Return MiB of memory left for the system: psutil's bytes, or MemTotal in kB."""
    if isinstance(answer, int) and not isinstance(answer, bool) and 0 < answer < 2**63:
        return answer // MIB
    found = re.search(r"^MemTotal:\s+(\d{1,15}) kB", meminfo, re.MULTILINE)
    return int(found[1]) // 1024 if found else None


def probe(machine: Machine) -> Answer:
    """Ask dmidecode for the modules and psutil for what the system sees."""
    structures = smbios.ask_smbios(machine)
    told = parse_memory(structures)
    meminfo = (machine.read("/proc/meminfo") or b"")[:16384].decode("ascii", "replace")
    usable = parse_usable(machine.ask(Library.USABLE_MEMORY), meminfo)
    memory = msgspec.structs.replace(told, usable_mib=usable)
    if told.installed_mib and usable and usable > told.installed_mib:
        # Less installed than there is to use: the table is wrong, and what is right is not known.
        memory = msgspec.structs.replace(memory, installed_mib=None)
    sources = {"memory": declared("dmidecode") if structures else unknown("dmidecode")}
    if usable is not None:
        sources["memory.usable_mib"] = measured("usable_memory")
    return Answer(facts=Facts(memory=memory), sources=sources)


def _is_system(array: Structure) -> bool:
    return (array.get("Use") or "System Memory") == "System Memory"


def _rows(structures: Sequence[Structure], arrays: set[str]) -> tuple[Structure, ...]:
    """Return type 17 rows that stand for memory modules, filled or free."""
    known_arrays = {one.handle for one in smbios.of_kind(structures, 16)}
    rows = []
    for row in smbios.of_kind(structures, 17):
        array = (row.get("Array Handle") or "").lower()
        foreign = array in known_arrays and array not in arrays
        if not foreign and not _is_flash(row):
            rows.append(row)
    return tuple(rows)


def _is_flash(row: Structure) -> bool:
    """Tell a BIOS chip by its type, or by its place and its size where the type is left unknown."""
    if (row.get("Type") or "").lower() in _NOT_MEMORY:
        return True
    size = smbios.size_bytes(row.get("Size"))
    place = f"{row.get('Locator')} {row.get('Bank Locator')}"
    return size is not None and size <= _LARGEST_FLASH and bool(_FLASH_PLACE.search(place))


def _is_empty(row: Structure) -> bool:
    return (row.get("Size") or "").strip().lower() in _EMPTY


def _module(row: Structure) -> MemoryModule:
    size = smbios.size_bytes(row.get("Size"))
    kind, form = _word(row.get("Type")), _word(row.get("Form Factor"))
    return MemoryModule(
        slot=_slot(row),
        size_mib=size // MIB if size and size <= _MOST else None,
        kind=kind,
        form=form,
        speed_mts=_speed(row, "Speed", *_RUNNING),
        running_mts=_speed(row, *_RUNNING),
        millivolts=_millivolts(row.get("Configured Voltage")),
        ranks=int(rank) if re.fullmatch(r"[1-9]\d?", rank := row.get("Rank") or "") else None,
        maker=module_maker(row.get("Manufacturer")),
        part=part_number(row.get("Part Number")),
        serial=known_serial(row.get("Serial Number")),
        soldered=_soldered(kind, form, row.get("Locator") or ""),
    )


def _slot(row: Structure) -> str | None:
    return known(row.get("Locator")) or known(row.get("Bank Locator"))


def _word(raw: str | None) -> str | None:
    text = clean(raw)
    vague = ("unknown", "other", "none", "<out of spec>", "not specified", "dram", "ram")
    return None if text is None or text.lower() in vague else text


def _speed(row: Structure, *keys: str) -> int | None:
    """Return megatransfers a second: rated under `Speed`; what it runs at is the board's choice."""
    for key in keys:
        found = re.match(r"(\d{2,5}) M(T/s|Hz)", row.get(key) or "")
        if found and int(found[1]) > 0:
            return int(found[1])
    return None


def _millivolts(raw: str | None) -> int | None:
    found = re.match(r"(\d)(?:\.(\d{1,3}))? V", raw or "")
    if not found:
        return None
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) or None


def _error_correction(arrays: Sequence[Structure]) -> bool | None:
    """Return whether any array corrects errors; None where none tells."""
    told = {(one.get("Error Correction Type") or "").lower() for one in arrays}
    if any("ecc" in one or one == "crc" for one in told):
        return True
    return False if "none" in told else None


def _soldered(kind: str | None, form: str | None, locator: str) -> bool | None:
    if (kind or "").startswith("LPDDR") or form in ("Row Of Chips", "Chip", "Die"):
        return True
    if re.search(r"on ?-?board|motherboard|system board|soldered", locator, re.IGNORECASE):
        return True
    return False if form in ("DIMM", "SODIMM", "RIMM", "SIMM", "FB-DIMM", "CAMM") else None


def _old_modules(structures: Sequence[Structure]) -> int | None:
    """Type 6, before SMBIOS 2.1: `Installed Size: 512 MB (Single-bank Connection)`."""
    found = [smbios.size_bytes(one.get("Installed Size")) for one in smbios.of_kind(structures, 6)]
    return sum(size for size in found if size and size <= _MOST) // MIB or None


def _mapped(structures: Sequence[Structure]) -> int | None:
    """Type 19: the range of addresses the arrays answer at, when no module tells its size."""
    found = [smbios.size_bytes(one.get("Range Size")) for one in smbios.of_kind(structures, 19)]
    return sum(size for size in found if size and size <= 64 * _MOST) // MIB or None
