"""Writing an image onto a stick, and reading it back: what was not read back was not written."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue

BLOCK = 4 * 2**20

Told = Callable[[int, int], None]
"""Bytes done, bytes in all: half of them are read back."""


def write_stick(image: Path, target: Path, told: Told) -> str:
    """Copy the image, compare what is on the stick with it, return its SHA-256 in hex.

    Raise BadValue when the stick gives back something else; OSError as the kernel says it.
    The device is opened exclusively: the kernel refuses when anything of it is mounted.
    """
    size = image.stat().st_size
    flags = os.O_RDWR | (os.O_EXCL if target.is_block_device() else os.O_CREAT)
    descriptor = os.open(target, flags, 0o644)
    try:
        wanted = _write(image, descriptor, size, told)
        os.fsync(descriptor)
        # What the kernel still remembers would be compared with itself.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        found = _read(descriptor, size, told)
    finally:
        os.close(descriptor)
    if found != wanted:
        raise BadValue(
            Sentence(
                fr=f"{target} ne rend pas ce qui a été écrit : cette clé est défectueuse, jetez-la.",
                en=f"{target} does not give back what was written: the stick is bad, throw it away.",
            )
        )
    return wanted


def _write(image: Path, descriptor: int, size: int, told: Told) -> str:
    digest, done = hashlib.sha256(), 0
    with image.open("rb") as source:
        while block := source.read(BLOCK):
            digest.update(block)
            rest = memoryview(block)
            while rest:
                count = os.pwrite(descriptor, rest, done)
                rest, done = rest[count:], done + count
            told(done, 2 * size)
    return digest.hexdigest()


def _read(descriptor: int, size: int, told: Told) -> str:
    digest, done = hashlib.sha256(), 0
    while done < size and (block := os.pread(descriptor, min(BLOCK, size - done), done)):
        digest.update(block)
        done += len(block)
        told(size + done, 2 * size)
    return digest.hexdigest()
