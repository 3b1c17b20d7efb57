"""What stands on a disk before the guest boots, besides somebody's data."""

import subprocess
from pathlib import Path

_PARTITION_START = 2**20
_SECTOR = 512


def write_stick(image: Path, *, partitioned: bool, holds: Path | None = None) -> None:
    """Make the image a stick of ours: known by its label, in a partition or without one.

    `holds` is a folder whose content is copied to it.
    """
    start = _PARTITION_START if partitioned else 0
    if partitioned:
        table = f"{start // _SECTOR},,L\n"
        subprocess.run(["sfdisk", "-q", str(image)], check=True, input=table.encode())
    blocks = (image.stat().st_size - start) // 1024
    subprocess.run(
        [
            *("mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-L", "REBOND"),
            *(("-d", str(holds)) if holds else ()),
            *("-E", f"offset={start}", str(image), str(blocks)),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def write_zfs_label(image: Path) -> None:
    """Make the image look like a disk of a ZFS pool, which nothing on the guest can hold.

    libblkid wants four uberblocks (magic 0x00bab10c) in one of the labels, which lie in the first
    and the last 512 KiB (libblkid/src/superblocks/zfs.c).
    """
    size = image.stat().st_size
    with image.open("r+b") as file:
        for label in (0, 256 * 1024, size - 512 * 1024, size - 256 * 1024):
            for number in range(128):
                file.seek(label + 128 * 1024 + number * 1024)
                file.write(0x00BAB10C.to_bytes(8, "little"))
