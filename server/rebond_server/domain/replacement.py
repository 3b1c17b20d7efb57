"""What may stand in for a device that came back: the same kind, in no respect of a lower class."""

from bisect import bisect_right

from rebond_schemas.plan import Device, Minimum, Part, Wish
from rebond_server.domain.programme import DISK_BANDS_GB, RAM_BANDS_MIB, SOLID


def at_least_like(device: Device, name: str) -> Part:
    """Return a part of a request that only devices of at least this one's class fill."""
    least = Minimum(
        grade=device.grade,
        ram_mib=_class(device.ram_mib, RAM_BANDS_MIB),
        disk_gb=_class(device.disk_gb, DISK_BANDS_GB),
        solid_state=device.disk_kind in SOLID,
        windows_11=device.windows_11 is True,
    )
    return Part(name=name, wishes=(Wish(kinds=(device.kind,), minimum=least),))


def _class(value: int | None, bands: tuple[int, ...]) -> int | None:
    """Return where the class of a value begins; None below all classes, and where nothing is known."""
    place = bisect_right(bands, value or 0)
    return bands[place - 1] if place else None
