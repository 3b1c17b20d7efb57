"""A plain image file in the place of a drive: scratch images, tests, virtual disks at rest."""

import errno
import fcntl
import os
import stat
from pathlib import Path

from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind

ALIGNMENT = 4096
"""Bytes that O_DIRECT offsets and lengths are multiples of on every file system we met."""

ODD_BLOCK = 512


class ImageDrive:
    """A regular file opened like a drive: never created, locked while it is written."""

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        """Open the file, round the page cache where file system and size allow; OSError if not."""
        self._descriptor, self.direct_io = _open(path, read_only=read_only)
        try:
            facts = _plain_file(os.fstat(self._descriptor), path)
            if not read_only:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise
        self.size_bytes = facts.st_size
        self.block_bytes = _block(facts.st_size)

    def identity(self) -> DriveIdentity:
        """Return file system and inode as the serial number, and the size now."""
        return _identity(os.fstat(self._descriptor))

    def medium(self) -> str:
        """Return device and inode: a file that was put in its place has another."""
        facts = os.fstat(self._descriptor)
        return f"inode:{facts.st_dev:x}:{facts.st_ino}"

    def write(self, offset: int, data: memoryview) -> int:
        """Write inside the file only: an image never grows."""
        room = self.size_bytes - offset
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.pwrite(self._descriptor, data[:room], offset)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read at a byte offset; 0 at the end."""
        return os.preadv(self._descriptor, [buffer], offset)

    def flush(self) -> None:
        """Make the writes durable."""
        os.fsync(self._descriptor)

    def drop_cache(self) -> None:
        """Give the file's clean pages back; without O_DIRECT a read then comes from the disk."""
        os.fsync(self._descriptor)
        os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def temperature(self) -> None:
        """Return nothing: a file has none."""

    def firmware(self) -> None:
        """Return nothing: a file has no firmware."""

    def close(self) -> None:
        """Close the file, which unlocks it."""
        os.close(self._descriptor)


def image_facts(path: Path) -> Drive:
    """Return what an inventory would say of this image; OSError when there is none."""
    facts = _plain_file(path.stat(), str(path))
    return Drive(
        path=str(path),
        identity=_identity(facts),
        kind=DriveKind.IMAGE,
        logical_block_bytes=_block(facts.st_size),
        native_size_bytes=facts.st_size,
        removable=False,
        read_only=not os.access(path, os.W_OK),
        boot_medium=False,
    )


def _plain_file(facts: os.stat_result, path: str) -> os.stat_result:
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "not a plain file", path)
    return facts


def _identity(facts: os.stat_result) -> DriveIdentity:
    return DriveIdentity(
        model="Image file",
        serial=f"{facts.st_dev:x}-{facts.st_ino}",
        size_bytes=facts.st_size,
        bus=Bus.FILE,
    )


def _block(size: int) -> int:
    """Return the largest usual block that the size is a multiple of; 1 for a size that is odd."""
    return next((block for block in (ALIGNMENT, ODD_BLOCK) if size % block == 0), 1)


def _open(path: str, *, read_only: bool) -> tuple[int, bool]:
    """Open without O_CREAT; with O_DIRECT unless the size is odd or the file system refuses it."""
    flags = (os.O_RDONLY if read_only else os.O_RDWR) | os.O_CLOEXEC
    if Path(path).stat().st_size % ALIGNMENT == 0:
        try:
            return os.open(path, flags | os.O_DIRECT), True
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
    return os.open(path, flags), False
