"""One run of bytes to or from a drive: split where the drive refuses, compared where it is read."""

import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.trouble import Trouble, classify, name_of
from rebond_schemas.erasure import Extent, Fault

GRAIN = 64 * 1024
"""First length that a refused run is split into; then the drive's block."""

PATIENCE = 4096
"""Refused places after which a run is no longer split: each may cost a drive half a minute."""


Operation = Literal["read", "write"]


@dataclass
class Patience:
    """Refusals of this way over the drive that are still worth a closer look."""

    left: int = PATIENCE


@dataclass
class Run:
    """What came of one run of bytes."""

    done: int = 0
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)
    mismatches: list[Extent] = field(default_factory=list)
    stop: OSError | None = None
    """An error that makes the rest of the drive pointless."""


def write_run(drive: Drive, offset: int, data: memoryview, patience: Patience) -> Run:
    """Write all of it, block by block around what the drive refuses."""
    run = Run()

    def put(start: int, length: int) -> None:
        _put(drive, offset + start, data[start : start + length])

    _attempt(run, put, "write", offset, (0, len(data)), _grains(drive), patience)
    return run


def read_run(
    drive: Drive, offset: int, room: memoryview, expected: memoryview, patience: Patience
) -> Run:
    """Read all of it, block by block around what the drive refuses, and compare every byte."""
    run = Run()

    def get(start: int, length: int) -> None:
        part = room[start : start + length]
        _get(drive, offset + start, part)
        wanted = expected[start : start + length]
        for begin, end in _different(part, wanted, _grains(drive)):
            run.mismatches.append(Extent(start=offset + start + begin, length=end - begin))

    _attempt(run, get, "read", offset, (0, len(room)), _grains(drive), patience)
    return run


def _grains(drive: Drive) -> tuple[int, ...]:
    return (GRAIN, max(drive.block_bytes, 512))


def _attempt(
    run: Run,
    move: Callable[[int, int], None],
    operation: Operation,
    offset: int,
    span: tuple[int, int],
    grains: tuple[int, ...],
    patience: Patience,
) -> None:
    """Move one span of the run; where that is refused, its parts."""
    start, length = span
    if run.stop is not None:
        run.skipped += length
        return
    try:
        move(start, length)
    except OSError as error:
        finer = tuple(grain for grain in grains if grain < length)
        if classify(error) is Trouble.PLACE and finer and patience.left > 0:
            for part in _parts(start, length, finer[0]):
                _attempt(run, move, operation, offset, part, finer[1:], patience)
            return
        patience.left -= 1
        run.skipped += length
        run.stop = None if classify(error) is Trouble.PLACE else error
        run.faults.append(_fault(operation, error, offset + start, length))
    else:
        run.done += length


def _parts(start: int, length: int, grain: int) -> Iterator[tuple[int, int]]:
    for begin in range(start, start + length, grain):
        yield begin, min(grain, start + length - begin)


def _fault(operation: Operation, error: OSError, start: int, length: int) -> Fault:
    extent = Extent(start=start, length=length)
    return Fault(operation=operation, error=name_of(error), extent=extent)


def _put(drive: Drive, offset: int, data: memoryview) -> None:
    """Write all of it; a drive that takes nothing, or a broken block, is an error."""
    moved = 0
    while moved < len(data):
        moved += _whole_blocks(drive, drive.write(offset + moved, data[moved:]), len(data) - moved)


def _get(drive: Drive, offset: int, room: memoryview) -> None:
    moved = 0
    while moved < len(room):
        given = drive.read_into(offset + moved, room[moved:])
        moved += _whole_blocks(drive, given, len(room) - moved)


def _whole_blocks(drive: Drive, moved: int, asked: int) -> int:
    """Return the bytes that count: all that were asked, or whole blocks; OSError when none."""
    whole = moved if moved == asked else moved - moved % drive.block_bytes
    if whole <= 0:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return whole


def _different(
    got: memoryview, wanted: memoryview, grains: tuple[int, ...]
) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the smallest parts that differ."""
    if equal(got, wanted):
        return
    finer = tuple(grain for grain in grains if grain < len(got))
    if not finer:
        yield 0, len(got)
        return
    for start, length in _parts(0, len(got), finer[0]):
        end = start + length
        for begin, stop in _different(got[start:end], wanted[start:end], finer[1:]):
            yield start + begin, start + stop


def equal(one: memoryview, other: memoryview) -> bool:
    """Compare two writable runs of the same length with memcmp, which lets other threads work.

    Measured: memcmp 48 GB/s, comparing memoryviews in Python 0.6.
    """
    if len(one) != len(other):
        return False
    return not len(one) or _memcmp()(_address(one), _address(other), len(one)) == 0


def _address(view: memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(view))


@cache
def _memcmp() -> Callable[[int, int, int], int]:
    function = ctypes.CDLL(None).memcmp
    function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    function.restype = ctypes.c_int
    return function
