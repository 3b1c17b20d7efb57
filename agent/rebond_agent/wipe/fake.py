"""A drive made of memory or of a file, with faults: it ships with the code to prove the code."""

import errno
import hashlib
import mmap
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from rebond_agent.wipe.faults import Faults, overlaps, touches
from rebond_agent.wipe.transport import Transport
from rebond_schemas.facts import Bus, DriveIdentity

FAKE_BLOCK = 512


class Firmware(Transport, Protocol):
    """What a medium's firmware does besides answering commands."""

    bus: Bus

    def admit(self) -> None:
        """Refuse a read or a write with OSError where the firmware would."""
        ...

    def written(self) -> None:
        """Note a write of the host."""
        ...


class Medium:
    """What a fake drive really holds, with its faults and its count of operations.

    It outlives the drives opened on it, as a disk outlives a program: truth is read here.
    """

    def __init__(
        self,
        content: memoryview,
        *,
        name: str,
        faults: Faults | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the bytes as they are: they are the original content."""
        self.faults = faults or Faults()
        self.content = content
        self.name = name
        self.original = bytes(content) if self.faults.stale else b""
        self.sleep = sleep
        self.lock = threading.Lock()
        self.operations = self.writes = self.reads = self.flushes = 0
        self.cache: deque[tuple[int, bytes]] = deque()
        self.firmware: Firmware | None = None

    @property
    def truth(self) -> memoryview:
        """The bytes that are really there."""
        return self.content[: self.faults.capacity]


def memory_medium(content: bytearray, faults: Faults | None = None, name: str = "memory") -> Medium:
    """Return a medium over this very bytearray."""
    return Medium(memoryview(content), name=name, faults=faults)


def file_medium(path: str, faults: Faults | None = None) -> Medium:
    """Return a medium over a file, shared with every process that maps it; never created."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        content = memoryview(mmap.mmap(descriptor, 0))
    finally:
        os.close(descriptor)
    return Medium(content, name=path, faults=faults)


class FakeDrive:
    """One opening of a medium; what it answers depends on the medium's faults."""

    direct_io = True

    def __init__(self, medium: Medium) -> None:
        """Open the medium; as many openings as one likes share it."""
        self.block_bytes = 1 if len(medium.content) % FAKE_BLOCK else FAKE_BLOCK
        self._medium = medium
        self._faults = medium.faults

    @property
    def size_bytes(self) -> int:
        """The size that the drive claims."""
        size = len(self._medium.content)
        shrunk = self._faults.shrink_after
        return size // 2 if shrunk is not None and self._medium.operations > shrunk else size

    def identity(self) -> DriveIdentity:
        """Return an identity made of the medium's name, or another's after the swap."""
        self._refuse_when_gone()
        swap = self._faults.swap_after
        swapped = swap is not None and self._medium.operations >= swap
        bus = self._medium.firmware.bus if self._medium.firmware else Bus.FILE
        return fake_identity(self._medium.name, self.size_bytes, swapped=swapped, bus=bus)

    def medium(self) -> str:
        """Return the medium's name."""
        return f"fake:{self._medium.name}"

    def write(self, offset: int, data: memoryview) -> int:
        """Write, unless a fault decides otherwise."""
        medium, faults = self._medium, self._faults
        with medium.lock:
            medium.writes += 1
            self._begin(offset)
            if medium.writes in faults.fail_writes:
                raise _error(faults.error)
            if touches(faults.unwritable, offset, len(data)):
                raise _error(faults.error)
            if medium.firmware is not None:
                medium.firmware.written()
            taken = self._taken(len(data), medium.writes, faults.short_writes, offset)
            self._store(offset, bytearray(data[:taken]))
            return taken

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read, unless a fault decides otherwise."""
        medium, faults = self._medium, self._faults
        with medium.lock:
            medium.reads += 1
            self._begin(offset)
            if medium.reads in faults.fail_reads:
                raise _error(faults.error)
            if touches(faults.unreadable, offset, len(buffer)):
                raise _error(faults.error)
            given = self._taken(len(buffer), medium.reads, faults.short_reads, offset)
            buffer[:given] = self._load(offset, given)
            return given

    def flush(self) -> None:
        """Fail the first times when told so; succeed ever after."""
        with self._medium.lock:
            self._refuse_when_gone()
            self._medium.flushes += 1
            if self._medium.flushes <= self._faults.failing_flushes:
                raise _error(self._faults.error)

    def drop_cache(self) -> None:
        """Forget nothing: the lies are the medium's own."""
        self._refuse_when_gone()

    def temperature(self) -> float | None:
        """Return what the faults say."""
        return self._faults.celsius

    def firmware(self) -> Transport | None:
        """Return the door to the medium's firmware, if it has any."""
        return self._medium.firmware

    def close(self) -> None:
        """Let go; the medium stays."""

    def _begin(self, offset: int) -> None:
        medium, faults = self._medium, self._faults
        medium.operations += 1
        if medium.operations == faults.hang_at:
            medium.sleep(faults.hang_seconds)
        self._refuse_when_gone()
        if medium.firmware is not None:
            medium.firmware.admit()
        if offset >= self.size_bytes:
            raise _error("ENOSPC")

    def _refuse_when_gone(self) -> None:
        limit = self._faults.vanish_after
        if limit is not None and self._medium.operations > limit:
            raise _error("ENODEV")

    def _taken(self, length: int, number: int, every: int | None, offset: int) -> int:
        length = min(length, self.size_bytes - offset)
        return max(length // 2, 1) if every and number % every == 0 else length

    def _store(self, offset: int, data: bytearray) -> None:
        medium, faults = self._medium, self._faults
        for place in faults.flipped_on_write:
            if offset <= place < offset + len(data):
                data[place - offset] ^= 0xFF
        if faults.lost_cache_bytes is not None:
            self._cache(offset, bytes(data), faults.lost_cache_bytes)
            return
        if faults.drop_writes or (faults.drop_every and medium.writes % faults.drop_every == 0):
            return
        if faults.drop_from is not None:
            data = data[: max(0, faults.drop_from - offset)]
        for begin, end, start in self._runs(offset, len(data)):
            medium.content[begin:end] = data[start : start + end - begin]

    def _cache(self, offset: int, data: bytes, room: int) -> None:
        cache = self._medium.cache
        cache.append((offset, data))
        while sum(len(held) for _, held in cache) > room:
            cache.popleft()

    def _load(self, offset: int, length: int) -> bytearray:
        medium, faults = self._medium, self._faults
        data = bytearray(length)
        for begin, end, start in self._runs(offset, length):
            data[start : start + end - begin] = medium.content[begin:end]
        for begin, end in overlaps(faults.stale, offset, length):
            data[begin - offset : end - offset] = medium.original[begin:end]
        for held_at, held in medium.cache:
            begin, end = max(offset, held_at), min(offset + length, held_at + len(held))
            if begin < end:
                data[begin - offset : end - offset] = held[begin - held_at : end - held_at]
        for place in faults.flipped_on_read:
            if offset <= place < offset + length:
                data[place - offset] ^= 0xFF
        return data

    def _runs(self, offset: int, length: int) -> list[tuple[int, int, int]]:
        """Begin and end on the true medium, and start in the data, of each part of an access."""
        capacity = self._faults.capacity or len(self._medium.content)
        runs, start = [], 0
        while start < length:
            begin = (offset + start) % capacity
            step = min(length - start, capacity - begin)
            runs.append((begin, begin + step, start))
            start += step
        return runs


def fake_identity(
    name: str, size_bytes: int, *, swapped: bool = False, bus: Bus = Bus.FILE
) -> DriveIdentity:
    """Return the identity a fake drive of this name answers."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:12].upper()
    return DriveIdentity(
        model="Fake drive",
        serial=f"{'SWAPPED' if swapped else 'FAKE'}-{digest}",
        size_bytes=size_bytes,
        bus=bus,
    )


def _error(name: str) -> OSError:
    number = getattr(errno, name)
    return OSError(number, os.strerror(number))
