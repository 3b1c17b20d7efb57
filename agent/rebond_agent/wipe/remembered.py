"""What places held before an erasure, kept as digests, and whether it is still there behind it."""

import hashlib
from collections.abc import Iterator
from functools import cache

from rebond_agent.wipe.transfer import parts

DIGEST_BYTES = 8
_LONGEST_GRAIN = 64 * 1024
NOT_READ = bytes(DIGEST_BYTES)
"""Stands for a grain that could not be read beforehand."""


def grain(chunk_bytes: int) -> int:
    """Return the bytes behind one digest; the same chunk length must be used both times."""
    return min(_LONGEST_GRAIN, chunk_bytes)


def digests(data: memoryview, chunk_bytes: int) -> bytes:
    """Return one digest for each grain of a run of bytes."""
    size = grain(chunk_bytes)
    return b"".join(_digest(data[at : at + length]) for at, length in parts(0, len(data), size))


def missing(length: int, chunk_bytes: int) -> bytes:
    """Return the digests of a run of bytes that could not be read."""
    return NOT_READ * digest_count(length, chunk_bytes)


def digest_count(length: int, chunk_bytes: int) -> int:
    """Return how many digests a run of so many bytes has."""
    return -(-length // grain(chunk_bytes))


def unchanged(data: memoryview, before: bytes, chunk_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each grain that holds what it held, unless that was blank."""
    size = grain(chunk_bytes)
    for number, (at, length) in enumerate(parts(0, len(data), size)):
        old = before[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]
        if old in _blanks(length):
            continue
        if len(old) != DIGEST_BYTES or old == _digest(data[at : at + length]):
            yield at, at + length


def _digest(data: memoryview) -> bytes:
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()


@cache
def _blanks(length: int) -> frozenset[bytes]:
    """Nothing can be kept by zeros or by ones, nor told from their erasure."""
    return frozenset(_digest(memoryview(bytes([byte]) * length)) for byte in (0, 0xFF))
