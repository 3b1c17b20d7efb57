"""What this stick is made of, in two short digests: a copy on another stick shows in its first statement.

The first is of the drive's own serial number and size, the second of the folder's number in its file
system, each salted with the stick's id so that nothing is told by them. `-` stands for what is not
known here: only what both sides know is compared.
"""

import hashlib
import os
from pathlib import Path
from uuid import UUID

_SYSFS = Path("/sys")
_MOUNTS = Path("/proc/self/mountinfo")
_LASTING = frozenset({"ext2", "ext3", "ext4", "xfs", "tmpfs"})
"""File systems in which a folder keeps its number as long as it is there."""
_LEVELS = 8
"""From a block device up to the USB device that it is on."""


def medium_of(
    folder: Path, stick: UUID, sysfs: Path = _SYSFS, mounts: Path = _MOUNTS
) -> str | None:
    """Return the two digests of the stick in this folder; None when neither is known."""
    try:
        found = folder.stat()
    except OSError:
        return None
    number = f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"
    hardware = _hardware(sysfs, number)
    place = str(found.st_ino) if _file_system(mounts, number) in _LASTING else None
    if hardware is None and place is None:
        return None
    return f"{_digest(stick, hardware)}.{_digest(stick, place)}"


def _hardware(sysfs: Path, number: str) -> str | None:
    """Return serial number and size of the whole drive that holds this block device."""
    node = sysfs / "dev" / "block" / number
    if not node.exists():
        return None
    drive = node.resolve()
    if (drive / "partition").exists():
        drive = drive.parent
    size, place = _read(drive / "size"), drive
    for _ in range(_LEVELS):
        serial = _read(place / "serial") or _read(place / "device" / "serial")
        if serial:
            # QEMU makes a serial number up from the port: it would change with the computer.
            invented = "QEMU" in (_read(place / "manufacturer") or "").upper()
            return None if invented else f"{serial} {size}"
        if place.parent == place:
            break
        place = place.parent
    return None


def _file_system(mounts: Path, number: str) -> str | None:
    for line in (_read(mounts) or "").splitlines():
        before, _, behind = line.partition(" - ")
        if before.split(" ")[2:3] == [number]:
            return behind.split(" ")[0]
    return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return None


def _digest(stick: UUID, what: str | None) -> str:
    if what is None:
        return "-"
    return hashlib.sha256(f"rebond medium 1 {stick} {what}".encode()).hexdigest()[:16]
