"""What is written over a drive: zeros, or a keyed stream that can be made again at any offset."""

import mmap
from contextlib import suppress
from typing import Literal, Protocol, assert_never

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from rebond_agent.wipe.compare import blank

Pattern = Literal["zeros", "aes_256_ctr"]

AES_BLOCK = 16
"""Bytes of one AES block: offsets in a keyed stream are multiples of it."""

KEY_BYTES = 32

PIECE = 512 * 1024
"""Bytes that go through the cipher at once. Measured: its input then stays in the processor's
own cache, and a keyed write is a third faster than from zeros as long as the answer."""


class Fill(Protocol):
    """The bytes that belong at every offset of a drive."""

    def data(self, offset: int, room: memoryview) -> memoryview:
        """Return the `len(room)` bytes that belong at this offset, perhaps built in `room`."""
        ...

    def holds(self, offset: int, got: memoryview, room: memoryview) -> bool:
        """Say whether these are the bytes that belong at this offset; `room` is lost."""
        ...


class Zeros:
    """Nothing but zeros. Several threads may share it."""

    def __init__(self, longest: int) -> None:
        """Hold one aligned run of zeros, as long as the longest answer, in bytes."""
        self._zeros = aligned(longest)

    def data(self, offset: int, room: memoryview) -> memoryview:  # noqa: ARG002 - zero everywhere
        """Return zeros; `room` is left alone."""
        return self._zeros[: len(room)]

    def holds(self, offset: int, got: memoryview, room: memoryview) -> bool:  # noqa: ARG002 - zero everywhere
        """Say whether it is all zeros."""
        return blank(got)


class KeyedStream:
    """AES-256 in counter mode (NIST SP 800-38A), counter = offset / 16, big-endian.

    Incompressible, different at every offset, and whole again from its key: the read-back needs
    no copy of what was written. Several threads may share it.
    """

    def __init__(self, key: bytes) -> None:
        """Take a fresh 32-byte key; the plaintext is zeros, so the stream is the cipher's own."""
        self._algorithm = algorithms.AES256(key)
        self._plain = aligned(PIECE)

    def data(self, offset: int, room: memoryview) -> memoryview:
        """Fill `room` with the stream at this offset, a multiple of 16."""
        stream = self._stream(offset)
        for at in range(0, len(room), PIECE):
            part = room[at : at + PIECE]
            stream.update_into(self._plain[: len(part)], part)
        return room

    def holds(self, offset: int, got: memoryview, room: memoryview) -> bool:
        """Decrypt it piece by piece: what the stream was added to is zeros again."""
        stream = self._stream(offset)
        for at in range(0, len(got), PIECE):
            part = got[at : at + PIECE]
            left = room[: len(part)]
            stream.update_into(part, left)
            if not blank(left):
                return False
        return True

    def _stream(self, offset: int) -> CipherContext:
        if offset % AES_BLOCK:
            raise ValueError(f"offset {offset} is not a multiple of {AES_BLOCK}")
        counter = (offset // AES_BLOCK).to_bytes(AES_BLOCK, "big")
        return Cipher(self._algorithm, modes.CTR(counter)).encryptor()


def fill_for(pattern: Pattern, key: str | None, longest: int) -> Fill:
    """Return the fill of this pattern; a keyed one takes its key as 64 hexadecimal digits."""
    match pattern:
        case "zeros":
            return Zeros(longest)
        case "aes_256_ctr":
            if key is None:
                raise ValueError("a keyed stream without its key")
            return KeyedStream(bytes.fromhex(key))
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
