"""The bootable image: built once for a run of tests, copied per guest, its data partition filled."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECTOR = 512
DATA_PARTITION = 3
_ENTRIES = 446
_ENTRY_BYTES = 16
_BUILD_SECONDS = 1500
"""A first build downloads 200 MB of packages and compresses them; the next take seconds."""


@dataclass(frozen=True, kw_only=True)
class StickImage:
    """One build: the hybrid image, and the files for network boot."""

    disk: Path
    netboot: Path


def build(output: Path) -> StickImage:
    """Build the image of this very tree, little compressed; the base system comes from the cache."""
    subprocess.run(
        [ROOT / "scripts" / "build-stick", "--fast", "--output", output],
        check=True,
        timeout=_BUILD_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    image = there(output)
    if image is None:
        raise FileNotFoundError(f"build-stick left no image in {output}")
    return image


def there(output: Path) -> StickImage | None:
    """Return the image that was built in a folder before, if any."""
    disk = next(output.glob("rebond-*.iso"), None)
    if disk is None:
        return None
    return StickImage(disk=disk, netboot=disk.with_name(f"{disk.stem}-netboot"))


def told(image: StickImage) -> str:
    """Return the name of the image and the beginning of its SHA-256, as build-stick wrote it."""
    checksum = image.disk.with_name(f"{image.disk.name}.sha256").read_text()
    return f"{image.disk.name} {checksum[:16]}"


def missing_tools() -> list[str]:
    """Return what building and booting need and this computer lacks."""
    names = ("mmdebstrap", "mksquashfs", "xorriso", "mcopy", "mkfs.ext4", "debugfs", "grub-mkimage")
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    found = ("qemu-system-x86_64", *names)
    return [name for name in found if shutil.which(name, path=path) is None]


def copied(image: StickImage, to: Path, *, spare_mib: int = 0) -> Path:
    """Return a copy of the image, as a stick of that size and so many MiB more."""
    subprocess.run(["cp", "--sparse=always", image.disk, to], check=True)
    with to.open("r+b") as stick:
        stick.truncate(image.disk.stat().st_size + spare_mib * 2**20)
    return to


def partition(disk: Path, number: int = DATA_PARTITION) -> tuple[int, int]:
    """Return where a partition of the image begins and how long it is, in bytes (MBR)."""
    with disk.open("rb") as file:
        head = file.read(SECTOR)
    at = _ENTRIES + _ENTRY_BYTES * (number - 1)
    start, count = (int.from_bytes(head[at + skip : at + skip + 4], "little") for skip in (8, 12))
    return start * SECTOR, count * SECTOR


def fill_data(disk: Path, folder: Path) -> None:
    """Put a folder into the data partition, as an enrolment on this computer would have left it."""
    start, size = partition(disk)
    made = disk.with_suffix(".data")
    with made.open("wb") as file:
        file.truncate(size)
    command = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-L", "REBOND", "-d", folder, made]
    subprocess.run(command, check=True)
    with made.open("rb") as source, disk.open("r+b") as stick:
        stick.seek(start)
        shutil.copyfileobj(source, stick, 2**20)
    made.unlink()


def data_of(disk: Path, to: Path) -> Path:
    """Copy the data partition out of a stick, with what its journal still holds played back."""
    start, size = partition(disk)
    with disk.open("rb") as stick, to.open("wb") as file:
        stick.seek(start)
        left = size
        while left and (block := stick.read(min(left, 2**20))):
            file.write(block)
            left -= len(block)
    subprocess.run(["e2fsck", "-p", to], check=False, capture_output=True)
    return to


def read_data(disk: Path, name: str) -> bytes:
    """Return one file of the data partition."""
    whole = data_of(disk, disk.with_suffix(".read"))
    shown = subprocess.run(
        ["debugfs", "-R", f"cat {name}", whole], check=True, capture_output=True
    ).stdout
    whole.unlink()
    return shown


def changed_outside_data(before: Path, after: Path) -> list[int]:
    """Return where the stick differs from the image outside its data partition (offsets of MiB).

    The length of the data partition's own entry may change: the stick grew it to its whole size.
    """
    start, _ = partition(before)
    entry = _ENTRIES + _ENTRY_BYTES * (DATA_PARTITION - 1)
    differing = []
    with before.open("rb") as old, after.open("rb") as new:
        for at in range(0, start, 2**20):
            length = min(2**20, start - at)
            one, other = bytearray(old.read(length)), bytearray(new.read(length))
            if at == 0:
                one[entry : entry + _ENTRY_BYTES] = other[entry : entry + _ENTRY_BYTES]
            if one != other:
                differing.append(at)
    return differing
