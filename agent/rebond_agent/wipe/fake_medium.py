"""What a fake drive really holds, and how it stores and gives it: it ships to prove the code."""

import mmap
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rebond_agent.wipe.faults import Faults, overlaps
from rebond_agent.wipe.transport import Transport
from rebond_schemas.erasure import Extent
from rebond_schemas.facts import Bus

FAKE_BLOCK = 512


class PowerCut(BaseException):
    """The power failed: no program goes on behind it."""


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
        self.pending: deque[tuple[int, bytes]] = deque()
        """Written, and not yet on the medium."""
        self.retired: list[bytes] = []
        """What sectors held that were remapped, out of everybody's reach."""
        self._remapped: set[int] = set()
        self.asked = 0
        self.above = 0
        """End of the highest operation of late: an access from below comes from under it."""
        self.firmware: Firmware | None = None

    def settle(self) -> None:
        """Bring everything that waits in the write cache onto the medium, as idle drives do."""
        while self.pending:
            self._put(*self.pending.popleft())

    def boot(self) -> None:
        """Power comes back: what was in the write cache is gone, and so is the fault that cut it."""
        self.pending.clear()
        self.cache.clear()

    def flush(self) -> None:
        """Empty the write cache, unless that is a lie."""
        if not self.faults.flush_lies:
            self.settle()

    def store(self, offset: int, data: bytearray) -> None:
        """Take what was written, as honestly as the faults allow."""
        faults = self.faults
        if faults.misdirect_every and self.writes % faults.misdirect_every == 0:
            offset += FAKE_BLOCK
            data = data[: max(0, len(self.content) - offset)]
        for place in faults.flipped_on_write:
            if offset <= place < offset + len(data):
                data[place - offset] ^= 0xFF
        if faults.lost_cache_bytes is not None:
            _hold(self.cache, (offset, bytes(data)), faults.lost_cache_bytes)
            return
        if faults.drop_writes or (faults.drop_every and self.writes % faults.drop_every == 0):
            return
        if faults.drop_from is not None:
            data = data[: max(0, faults.drop_from - offset)]
        if faults.torn_every and self.writes % faults.torn_every == 0:
            data = data[: len(data) // 2]
        for part in _around(faults.blank, offset, data):
            late = _hold(self.pending, part, faults.volatile_bytes)
            for start, held in late:
                self._put(start, held)

    def load(self, offset: int, length: int) -> bytearray:
        """Give what is read, as honestly as the faults allow."""
        faults = self.faults
        data = bytearray(length)
        for begin, end, start in self._runs(offset, length):
            data[start : start + end - begin] = self.content[begin:end]
        for begin, end in overlaps(faults.stale, offset, length):
            data[begin - offset : end - offset] = self.original[begin:end]
        for begin, end in overlaps(faults.blank, offset, length):
            data[begin - offset : end - offset] = bytes(end - begin)
        for held_at, held in (*self.pending, *self.cache):
            begin, end = max(offset, held_at), min(offset + length, held_at + len(held))
            if begin < end:
                data[begin - offset : end - offset] = held[begin - held_at : end - held_at]
        for place in faults.flipped_on_read:
            if offset <= place < offset + length:
                data[place - offset] ^= 0xFF
        return data

    def _put(self, offset: int, data: bytes) -> None:
        self._remap(offset, len(data))
        for begin, end, start in self._runs(offset, len(data)):
            self.content[begin:end] = data[start : start + end - begin]

    def _remap(self, offset: int, length: int) -> None:
        for number, extent in enumerate(self.faults.remaps):
            if number not in self._remapped and any(overlaps((extent,), offset, length)):
                self._remapped.add(number)
                self.retired.append(
                    bytes(self.content[extent.start : extent.start + extent.length])
                )

    def _runs(self, offset: int, length: int) -> list[tuple[int, int, int]]:
        """Begin and end on the true medium, and start in the data, of each part of an access."""
        capacity = self.faults.capacity or len(self.content)
        runs, start = [], 0
        while start < length:
            begin = (offset + start) % capacity
            step = min(length - start, capacity - begin)
            runs.append((begin, begin + step, start))
            start += step
        return runs

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


def _hold(
    queue: deque[tuple[int, bytes]], new: tuple[int, bytes], room: int
) -> list[tuple[int, bytes]]:
    """Put it in the queue; return what there is no room for any more, the oldest first."""
    queue.append(new)
    late = []
    while sum(len(held) for _, held in queue) > room:
        late.append(queue.popleft())
    return late


def _around(extents: Sequence[Extent], offset: int, data: bytearray) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of the data that lie in none of these extents."""
    at = offset
    for begin, end in sorted(overlaps(extents, offset, len(data))):
        if begin > at:
            yield at, bytes(data[at - offset : begin - offset])
        at = max(at, end)
    if at < offset + len(data):
        yield at, bytes(data[at - offset :])
