"""What a stick may be written onto: seen by the kernel's own tables, judged without touching it."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from rebond_server.domain.sentence import Sentence

SECTOR = 512
SMALLEST_BYTES = 900_000_000
LARGEST_BYTES = 300_000_000_000
"""A stick holds 1 to 256 GB; what is larger is somebody's disk."""
LABEL = b"REBOND"

_EXT4_MAGIC, _EXT4_MAGIC_AT, _EXT4_LABEL_AT, _EXT4_LABEL_BYTES = b"\x53\xef", 1080, 1144, 16
_ENTRIES, _ENTRY_BYTES = 446, 16


@dataclass(frozen=True, kw_only=True)
class Target:
    """A block device as the kernel shows it, or a plain file (then only its size counts)."""

    path: Path
    is_file: bool
    is_partition: bool = False
    size_bytes: int | None = None
    model: str | None = None
    serial: str | None = None
    usb: bool = False
    removable: bool = False
    read_only: bool = False
    used_as: tuple[str, ...] = ()
    """Where it, or a part of it, is mounted, used for swap or held by another device."""
    carries_data: bool = False
    """It is a Rebond stick already: statements may wait on it."""

    @property
    def name(self) -> str:
        """What a person can compare with the stick in the hand."""
        known = [self.model, self.serial and f"n° {self.serial}"]
        return " ".join(part for part in known if part) or self.path.name


def refusal(target: Target, image_bytes: int, *, again: bool) -> Sentence | None:
    """Return why this must not be overwritten; None: it may. `again`: its statements are known safe."""
    if target.carries_data and not again:
        return _no(
            f"{target.path} est déjà une clé Rebond : des relevés y attendent peut-être. Importez-les"
            " d'abord, puis ajoutez --again.",
            f"{target.path} is a Rebond stick already: statements may wait on it. Import them first,"
            " then add --again.",
        )
    if target.is_file:
        return None
    reasons = (
        (
            target.is_partition,
            f"{target.path} est une partition : donnez le support entier.",
            f"{target.path} is a partition: name the whole device.",
        ),
        (
            not (target.usb or target.removable),
            f"{target.path} n'est ni en USB ni amovible : ce n'est pas une clé.",
            f"{target.path} is neither on USB nor removable: it is no stick.",
        ),
        (
            bool(target.used_as),
            f"{target.path} est utilisé ({', '.join(target.used_as)}) : démontez-le d'abord.",
            f"{target.path} is in use ({', '.join(target.used_as)}): unmount it first.",
        ),
        (
            target.read_only,
            f"{target.path} est protégé en écriture.",
            f"{target.path} is write-protected.",
        ),
        (
            target.size_bytes is None or target.size_bytes < max(image_bytes, SMALLEST_BYTES),
            f"{target.path} est trop petit, ou sans support.",
            f"{target.path} is too small, or has no medium.",
        ),
        (
            (target.size_bytes or 0) > LARGEST_BYTES,
            f"{target.path} dépasse 300 Go : c'est un disque, pas une clé.",
            f"{target.path} is larger than 300 GB: it is a disk, no stick.",
        ),
    )
    for holds, french, english in reasons:
        if holds:
            return _no(french, english)
    return None


def look(path: Path, sys: Path = Path("/sys"), proc: Path = Path("/proc")) -> Target:
    """Return what this computer knows of a target; OSError when it is not there."""
    if not path.exists():
        return Target(path=path, is_file=True)
    kind = path.stat()
    if not stat.S_ISBLK(kind.st_mode):
        return Target(
            path=path,
            is_file=stat.S_ISREG(kind.st_mode),
            size_bytes=kind.st_size,
            carries_data=_carries_data(path),
        )
    number = f"{os.major(kind.st_rdev)}:{os.minor(kind.st_rdev)}"
    return device(path, (sys / "dev/block" / number).resolve(), proc)


def device(path: Path, place: Path, proc: Path) -> Target:
    """Return what the kernel tells of a block device at this place of /sys."""
    size = _text(place / "size")
    return Target(
        path=path,
        is_file=False,
        is_partition=(place / "partition").exists(),
        size_bytes=None if size is None else int(size) * SECTOR,
        model=_model(place),
        serial=_serial(place),
        usb=any(part.startswith("usb") for part in place.parts),
        removable=_text(place / "removable") == "1",
        read_only=_text(place / "ro") == "1",
        used_as=_used_as(place, proc),
        carries_data=_carries_data(path),
    )


def _used_as(place: Path, proc: Path) -> tuple[str, ...]:
    parts = [place, *(one.parent for one in place.glob("*/partition"))]
    numbers = {_text(part / "dev") for part in parts}
    names = {f"/dev/{part.name}" for part in parts}
    mounts = [line.split() for line in (_text(proc / "self/mountinfo") or "").splitlines()]
    swaps = [line.split() for line in (_text(proc / "swaps") or "").splitlines()[1:]]
    return (
        *(words[4] for words in mounts if words[2] in numbers),
        *("swap" for words in swaps if words and words[0] in names),
        *(holder.name for part in parts for holder in sorted(part.glob("holders/*"))),
    )


def _carries_data(path: Path) -> bool:
    """Say whether the third partition is an ext4 file system labelled REBOND."""
    try:
        with path.open("rb") as file:
            entry = file.read(SECTOR)[_ENTRIES + 2 * _ENTRY_BYTES :][:_ENTRY_BYTES]
            file.seek(int.from_bytes(entry[8:12], "little") * SECTOR)
            head = file.read(_EXT4_LABEL_AT + _EXT4_LABEL_BYTES)
    except OSError:
        return False
    return head[_EXT4_MAGIC_AT:][:2] == _EXT4_MAGIC and head[_EXT4_LABEL_AT:].startswith(LABEL)


def _model(place: Path) -> str | None:
    words = (_text(place / "device/vendor"), _text(place / "device/model"))
    return " ".join(word for word in words if word) or None


def _serial(place: Path) -> str | None:
    """Return the serial number of the USB device, or of the drive."""
    for folder in (place / "device", *(place / "device").resolve().parents):
        serial = _text(folder / "serial")
        if serial:
            return serial
        if (folder / "idVendor").exists():
            return None
    return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _no(french: str, english: str) -> Sentence:
    return Sentence(fr=french, en=english)
