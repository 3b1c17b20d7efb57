"""Whether the drive that is open now is the one the report spoke of."""

import re

from rebond_schemas.facts import DriveIdentity

_WORLD_WIDE = re.compile(r"^(?:naa\.|eui\.|0x)?([0-9a-f]{16})$")
"""NAA and EUI-64 names; longer ones (NGUID) name the same drive beside an EUI-64, and what Linux
makes up of vendor and serial (t10., nvme.) is none at all."""

_SCSI_MODEL_LENGTH = 16
"""Characters of a model name that SCSI INQUIRY keeps (SPC-5, product identification)."""


def difference(expected: DriveIdentity, seen: DriveIdentity) -> str | None:
    """Return what differs in one line, or None when both name the same drive.

    Same drive: at least the WWN or the serial number is known to both, and nothing that both
    know differs. Sizes are compared apart.
    """
    wwns = (_wwn(expected.wwn), _wwn(seen.wwn))
    serials = (_plain(expected.serial), _plain(seen.serial))
    if _differ(wwns):
        return f"WWN {wwns[0]} / {wwns[1]}"
    if _differ(serials):
        return f"serial {serials[0]} / {serials[1]}"
    if not _same_model(_plain(expected.model), _plain(seen.model)):
        return f"model {expected.model} / {seen.model}"
    if _differ((expected.namespace, seen.namespace)):
        return f"namespace {expected.namespace} / {seen.namespace}"
    if None in wwns and None in serials:
        return "neither WWN nor serial number to compare"
    return None


def _differ(pair: tuple[object, object]) -> bool:
    return None not in pair and pair[0] != pair[1]


def _wwn(text: str | None) -> str | None:
    if text is None:
        return None
    found = _WORLD_WIDE.match(text.strip().lower())
    return found[1] if found else None


def _plain(text: str | None) -> str | None:
    """Without spaces, underscores and case: udev, sysfs and smartctl write them differently."""
    if text is None:
        return None
    return re.sub(r"[\s_]", "", text).lower() or None


def _same_model(expected: str | None, seen: str | None) -> bool:
    """One may be the other cut short, or carry the vendor in front (sysfs cuts SCSI names)."""
    if expected is None or seen is None:
        return True
    short, long = sorted((expected, seen), key=len)
    head = short[:_SCSI_MODEL_LENGTH]
    return bool(head) and head in long
