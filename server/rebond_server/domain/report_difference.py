"""What differs between two reports of one device, in sentences: "RAM 8 → 4 GiB", "drive replaced"."""

from collections.abc import Iterator, Sequence

from rebond_schemas.facts import Drive, Facts
from rebond_server.domain.drive_identity import can_hold_data, drive_key
from rebond_server.domain.sentence import Sentence

_MIB = 1024
_NOTICED = 10.0
"""Points of battery health that are more than a measurement's noise."""


def report_difference(before: Facts, after: Facts) -> tuple[Sentence, ...]:
    """Return what changed from one report to the next; unknown on either side is no change."""
    return (
        *_value("Mémoire", "Memory", _memory(before), _memory(after)),
        *_drives(before.drives, after.drives),
        *_value("Série", "Serial", before.board.serial, after.board.serial),
        *_value("Carte mère", "Board", before.board.board_serial, after.board.board_serial),
        *_value("Micrologiciel", "Firmware", before.firmware.version, after.firmware.version),
        *_cards(before, after),
        *_battery(before, after),
    )


def _value(fr: str, en: str, before: str | None, after: str | None) -> Iterator[Sentence]:
    if before is not None and after is not None and before != after:
        yield Sentence(fr=f"{fr} : {before} → {after}", en=f"{en}: {before} → {after}")


def _memory(facts: Facts) -> str | None:
    mib = facts.memory.installed_mib
    if mib is None:
        return None
    return f"{mib // _MIB} Gio" if mib % _MIB == 0 else f"{mib} Mio"


def _drives(before: Sequence[Drive], after: Sequence[Drive]) -> Iterator[Sentence]:
    old, new = _named(before), _named(after)
    gone = [name for key, name in old.items() if key not in new]
    come = [name for key, name in new.items() if key not in old]
    if gone and come:
        told = f"{', '.join(gone)} → {', '.join(come)}"
        yield Sentence(fr=f"Disque remplacé : {told}", en=f"Drive replaced: {told}")
    elif gone:
        yield Sentence(fr=f"Disque retiré : {', '.join(gone)}", en=f"Drive gone: {', '.join(gone)}")
    elif come:
        yield Sentence(
            fr=f"Disque de plus : {', '.join(come)}", en=f"Drive added: {', '.join(come)}"
        )


def _named(drives: Sequence[Drive]) -> dict[str, str]:
    """Return the drives that can be told apart, by what tells them."""
    return {
        key: " ".join(filter(None, (drive.identity.model, drive.identity.serial))) or drive.path
        for drive in drives
        if can_hold_data(drive) and (key := drive_key(drive.identity)) is not None
    }


def _cards(before: Facts, after: Facts) -> Iterator[Sentence]:
    old = {one.mac for one in before.network if one.mac}
    new = {one.mac for one in after.network if one.mac}
    if old and new and not old & new:
        yield Sentence(fr="Carte réseau remplacée", en="Network card replaced")


def _battery(before: Facts, after: Facts) -> Iterator[Sentence]:
    old = [one.health_percent for one in before.batteries]
    new = [one.health_percent for one in after.batteries]
    if len(old) == len(new) == 1 and old[0] is not None and new[0] is not None:
        if abs(old[0] - new[0]) >= _NOTICED:
            yield from _value("Batterie", "Battery", f"{old[0]:.0f} %", f"{new[0]:.0f} %")
    elif len(old) != len(new):
        yield from _value("Batteries", "Batteries", str(len(old)), str(len(new)))
