"""What is written over a drive: zeros, or a keyed stream that can be made again at any offset."""

import mmap
from contextlib import suppress
from typing import Literal, Protocol, assert_never

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Pattern = Literal["zeros", "aes_256_ctr"]

AES_BLOCK = 16
"""Bytes of one AES block: offsets in a keyed stream are multiples of it."""

KEY_BYTES = 32


class Fill(Protocol):
    """The bytes that belong at every offset of a drive."""

    def data(self, offset: int, room: memoryview) -> memoryview:
        """Return the `len(room)` bytes that belong at this offset, perhaps built in `room`."""
        ...


class Zeros:
    """Nothing but zeros. Several threads may share it."""

    def __init__(self, longest: int) -> None:
        """Hold one aligned run of zeros, as long as the longest answer, in bytes."""
        self._zeros = aligned(longest)

    def data(self, offset: int, room: memoryview) -> memoryview:  # noqa: ARG002 - zero everywhere
        """Return zeros; `room` is left alone."""
        return self._zeros[: len(room)]


class KeyedStream:
    """AES-256 in counter mode (NIST SP 800-38A), counter = offset / 16, big-endian.

    Incompressible, different at every offset, and whole again from its key: the read-back needs
    no copy of what was written. Several threads may share it.
    """

    def __init__(self, key: bytes, longest: int) -> None:
        """Take a fresh 32-byte key; the plaintext is zeros, so the stream is the cipher's own."""
        self._algorithm = algorithms.AES256(key)
        self._plain = aligned(longest)

    def data(self, offset: int, room: memoryview) -> memoryview:
        """Fill `room` with the stream at this offset, a multiple of 16."""
        if offset % AES_BLOCK:
            raise ValueError(f"offset {offset} is not a multiple of {AES_BLOCK}")
        counter = (offset // AES_BLOCK).to_bytes(AES_BLOCK, "big")
        stream = Cipher(self._algorithm, modes.CTR(counter)).encryptor()
        stream.update_into(self._plain[: len(room)], room)
        return room


def fill_for(pattern: Pattern, key: str | None, longest: int) -> Fill:
    """Return the fill of this pattern; a keyed one takes its key as 64 hexadecimal digits."""
    match pattern:
        case "zeros":
            return Zeros(longest)
        case "aes_256_ctr":
            if key is None:
                raise ValueError("a keyed stream without its key")
            return KeyedStream(bytes.fromhex(key), longest)
        case _:
            assert_never(pattern)


def aligned(length: int) -> memoryview:
    """Return zeroed memory that starts on a page, as O_DIRECT asks (open(2)).

    In huge pages where there are any: measured, a third of the processor time per direct read.
    """
    memory = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a kernel without huge pages
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(memory)
