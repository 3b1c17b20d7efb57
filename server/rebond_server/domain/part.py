"""Spare parts, and whether one fits a machine: slot, type, form, and who says so."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from rebond_schemas.facts import Battery, Drive, Facts, MemoryModule
from rebond_server.domain.drive_identity import can_hold_data


class PartKind(StrEnum):
    """What a spare part is."""

    MEMORY = "memory"
    DRIVE = "drive"
    BATTERY = "battery"
    CHARGER = "charger"


class Spec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decides whether a part fits and what it gives. Unknown is None, and then it fits nothing."""

    type: str | None = None
    """Memory: DDR3, DDR4…; drive: ssd, nvme; battery, charger: the model or connector it is for."""
    form: str | None = None
    """Memory: SODIMM, DIMM; drive: 2.5, M.2."""
    size: float | None = None
    """Memory: MiB; drive: GB; battery: per cent of design capacity."""
    health: str | None = None
    """Drive: ok, watch."""


class Part(Struct, frozen=True, kw_only=True):
    """One piece, from the shelf or (`donor`: the tag) still inside a scrapped machine."""

    id: str
    kind: PartKind
    spec: Spec
    place: str
    donor: str | None = None
    serial: str | None = None


class Fit(Struct, frozen=True, kw_only=True):
    """How a memory module goes in: MiB afterwards, how many pieces, what must come out first."""

    installed_mib: int
    pieces: int
    removes_mib: int
    above_hint: bool
    """Whether more than the firmware's declared maximum is installed: a hint, wrong in 4 of 100."""


def memory_fits(facts: Facts, spec: Spec, wanted_mib: int) -> Fit | None:
    """Return how modules of this kind reach the wanted size with the fewest pieces; None if never.

    Type and form are compared with the modules that are in: a machine that tells neither takes none.
    """
    memory = facts.memory
    modules = [m for m in memory.modules if m.size_mib]
    if spec.size is None or not _same_memory(modules, spec) or memory.installed_mib is None:
        return None
    own, size = memory.installed_mib, int(spec.size)
    loose = sorted(m.size_mib or 0 for m in modules if m.soldered is False)
    free = memory.free_slots or 0
    for pieces in range(1, free + len(loose) + 1):
        out = sum(loose[: max(0, pieces - free)])
        after = own + pieces * size - out
        if after >= wanted_mib:
            above = memory.maximum_mib is not None and after > memory.maximum_mib
            return Fit(installed_mib=after, pieces=pieces, removes_mib=out, above_hint=above)
    return None


def drive_fits(facts: Facts, spec: Spec) -> bool:
    """Say whether this drive goes where the machine's system drive is: same form, replaceable.

    A machine without any known drive takes a 2.5-inch one only when a person has looked: here no.
    """
    forms = {_form_of(d) for d in facts.drives if can_hold_data(d)}
    return spec.form is not None and spec.type is not None and spec.form in forms


def battery_fits(batteries: Sequence[Battery], spec: Spec) -> bool:
    """Say whether the battery is of the model of a battery that is in; ThinkPads have two."""
    return spec.type is not None and len(batteries) == 1 and batteries[0].model == spec.type


def charger_fits(facts: Facts, spec: Spec) -> bool:
    """Say whether the charger is for this maker: the connector is looked at by a person."""
    maker = facts.board.maker
    return spec.type is not None and maker is not None and spec.type.lower() in maker.lower()


def harvest(tag: str, facts: Facts, *, healthy: frozenset[str]) -> tuple[Part, ...]:
    """Return what a scrapped machine gives: loose modules, drives (by path) that are healthy, a good battery."""
    modules = (
        Part(
            id=f"{tag}/memory/{n}",
            kind=PartKind.MEMORY,
            spec=Spec(type=m.kind, form=m.form, size=m.size_mib),
            place=tag,
            donor=tag,
            serial=m.serial,
        )
        for n, m in enumerate(facts.memory.modules)
        if m.soldered is False and m.size_mib and m.kind and m.form
    )
    drives = (
        Part(
            id=f"{tag}/drive/{n}",
            kind=PartKind.DRIVE,
            spec=Spec(
                type=d.kind.value,
                form=_form_of(d),
                size=round((d.identity.size_bytes or 0) / 1e9, 1),
                health="ok",
            ),
            place=tag,
            donor=tag,
            serial=d.identity.serial,
        )
        for n, d in enumerate(facts.drives)
        if d.path in healthy and d.kind.value in {"ssd", "nvme"} and _form_of(d)
    )
    batteries = (
        Part(
            id=f"{tag}/battery/{n}",
            kind=PartKind.BATTERY,
            spec=Spec(type=b.model, size=percent),
            place=tag,
            donor=tag,
            serial=b.serial,
        )
        for n, b in enumerate(facts.batteries)
        if b.model and (percent := _percent(b)) is not None
    )
    return (*modules, *drives, *batteries)


def _percent(battery: Battery) -> float | None:
    if battery.design_mwh and battery.full_mwh is not None:
        return min(100.0, round(100 * battery.full_mwh / battery.design_mwh, 1))
    return battery.health_percent


def _same_memory(modules: Sequence[MemoryModule], spec: Spec) -> bool:
    known = {(m.kind, m.form) for m in modules}
    return None not in (spec.type, spec.form) and known == {(spec.type, spec.form)}


def _form_of(drive: Drive) -> str | None:
    """Return 2.5 or M.2; a 3.5-inch bay takes a 2.5-inch drive."""
    told = (drive.form_factor or "").lower()
    if drive.kind.value == "nvme" or told.startswith("m.2"):
        return "M.2"
    return "2.5" if told.startswith(("2.5", "3.5", "1.8")) or drive.kind.value == "hdd" else None
