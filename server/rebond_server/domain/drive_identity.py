"""When two descriptions speak of the same drive. A name under /dev says nothing."""

from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind
from rebond_server.domain.placeholder import meaningful


def drive_key(identity: DriveIdentity) -> str | None:
    """Return the drive's key (WWN, else serial and model; with its namespace), or None.

    None: nothing stable names this drive, so nothing can ever be proven about it.
    """
    wwn, serial, model = _names(identity)
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
    if one.namespace != other.namespace:
        return False
    pairs = list(zip(_names(one), _names(other), strict=True))
    if any(a is not None and b is not None and a != b for a, b in pairs):
        return False
    wwn, serial, model = (a is not None and a == b for a, b in pairs)
    return wwn or (serial and model)


def can_hold_data(drive: Drive) -> bool:
    """Say whether somebody's data may be on this drive. In doubt it may.

    An optical drive keeps nothing; a card reader of size 0 or unknown has no card; the boot
    medium is ours only when it can be pulled out: an inner disk that booted is somebody's disk.
    """
    if drive.kind is DriveKind.OPTICAL:
        return False
    if drive.kind is DriveKind.CARD_READER and not drive.identity.size_bytes:
        return False
    pulled_out = drive.kind is DriveKind.USB or drive.identity.bus is Bus.USB
    return not (drive.boot_medium is True and pulled_out)


def _names(identity: DriveIdentity) -> tuple[str | None, str | None, str | None]:
    return (meaningful(identity.wwn), meaningful(identity.serial), meaningful(identity.model))
