"""When two descriptions speak of the same drive. A name under /dev says nothing."""

import re
from collections.abc import Sequence

from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind
from rebond_server.domain.placeholder import meaningful

_PREFIX = re.compile(r"^(?:naa\.|eui\.|uuid\.|t10\.|nvme\.|0x)+")
"""How sysfs, udev and smartctl each introduce the same World Wide Name."""

_SCSI_MODEL_LENGTH = 16
"""Characters of a model name that SCSI INQUIRY keeps (SPC-5, product identification)."""


def drive_key(identity: DriveIdentity) -> str | None:
    """Return the drive's key (WWN, else serial and model; with its namespace), or None.

    None: nothing stable names this drive, so nothing can ever be proven about it. Two programs
    may know one drive by different keys: compare with same_drive, and file under one of them.
    """
    wwn, serial, model = _wwn(identity), meaningful(identity.serial), meaningful(identity.model)
    if wwn is not None:
        name = f"wwn:{wwn}"
    elif serial is not None and model is not None:
        name = f"serial:{model}:{serial}"
    else:
        return None
    return name if identity.namespace is None else f"{name}:ns{identity.namespace}"


def same_drive(one: DriveIdentity, other: DriveIdentity) -> bool:
    """Say whether both name the same drive: equal WWN, or equal serial and model.

    Whatever both know must agree; sizes are compared by the verdict, which knows why a size
    may have changed.
    """
    wwns = (_wwn(one), _wwn(other))
    serials = (meaningful(one.serial), meaningful(other.serial))
    models = (meaningful(one.model), meaningful(other.model))
    if _differ(wwns) or _differ(serials) or one.namespace != other.namespace:
        return False
    if None not in models and not _same_model(*models):
        return False
    return None not in wwns or (None not in serials and None not in models)


def find_drive(identity: DriveIdentity, drives: Sequence[Drive]) -> Drive | None:
    """Return the one drive that this identity names, or None when there is none or several."""
    found = [drive for drive in drives if same_drive(identity, drive.identity)]
    return found[0] if len(found) == 1 else None


def can_hold_data(drive: Drive) -> bool:
    """Say whether somebody's data may be on this drive. In doubt it may.

    An optical drive keeps nothing; a card reader of size 0 or unknown has no card, nor has a
    removable USB unit of size 0; the boot medium is ours only when it can be pulled out: an inner
    disk that booted is somebody's disk.
    """
    if drive.kind is DriveKind.OPTICAL:
        return False
    if drive.kind is DriveKind.CARD_READER and not drive.identity.size_bytes:
        return False
    if drive.kind is DriveKind.USB and drive.removable is True and drive.identity.size_bytes == 0:
        return False
    pulled_out = drive.kind is DriveKind.USB or drive.identity.bus is Bus.USB
    return not (drive.boot_medium is True and pulled_out)


def _wwn(identity: DriveIdentity) -> str | None:
    if identity.wwn is None:
        return None
    return meaningful(_PREFIX.sub("", identity.wwn.strip().casefold()))


def _differ(pair: tuple[str | None, str | None]) -> bool:
    return None not in pair and pair[0] != pair[1]


def _same_model(one: str | None, other: str | None) -> bool:
    """One may be the other cut short, or carry the maker in front."""
    short, long = sorted((one or "", other or ""), key=len)
    return short[:_SCSI_MODEL_LENGTH] in long
