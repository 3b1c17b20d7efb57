"""One run of bytes to or from a drive, split where the drive refuses it."""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
    beat: Callable[[], None] = lambda: None
    """Called after each refusal, from any thread: a bad place may take minutes to search."""


@dataclass
class Run:
    """What came of one run of bytes."""

    done: int = 0
    skipped: int = 0
    retried: int = 0
    """Refusals that were made good by trying again in smaller parts."""
    faults: list[Fault] = field(default_factory=list)
    mismatches: list[Extent] = field(default_factory=list)
    remembered: bytes = b""
    stop: OSError | None = None
    """An error that makes the rest of the drive pointless."""


def write_run(drive: Drive, offset: int, data: memoryview, patience: Patience) -> Run:
    """Write all of it, block by block around what the drive refuses."""
    run = Run()

    def put(start: int, length: int) -> None:
        _put(drive, offset + start, data[start : start + length])

    attempt(run, put, "write", offset, (0, len(data)), tries(drive), patience)
    return run


def grains(drive: Drive) -> tuple[int, ...]:
    """Return the lengths that a run is split into, to find the place where it goes wrong."""
    return (GRAIN, max(drive.block_bytes, 512))


def tries(drive: Drive) -> tuple[int, ...]:
    """Return the lengths of the attempts at a refused run; 0 says: the same once more."""
    return (*grains(drive), 0)


def attempt(
    run: Run,
    move: Callable[[int, int], None],
    operation: Operation,
    offset: int,
    span: tuple[int, int],
    sizes: tuple[int, ...],
    patience: Patience,
) -> None:
    """Move one span of the run; where that is refused its parts, and the last of them once more."""
    start, length = span
    if run.stop is not None:
        run.skipped += length
        return
    try:
        move(start, length)
    except OSError as error:
        patience.beat()
        finer = tuple(grain for grain in sizes if grain < length)
        if classify(error) is Trouble.PLACE and finer and patience.left > 0:
            skipped = run.skipped
            for part in parts(start, length, finer[0] or length):
                attempt(run, move, operation, offset, part, finer[1:], patience)
            run.retried += run.skipped == skipped
            return
        patience.left -= 1
        run.skipped += length
        run.stop = None if classify(error) is Trouble.PLACE else error
        run.faults.append(_fault(operation, error, offset + start, length))
    else:
        run.done += length


def parts(start: int, length: int, grain: int) -> Iterator[tuple[int, int]]:
    """Yield start and length of the parts of a span."""
    for begin in range(start, start + length, grain):
        yield begin, min(grain, start + length - begin)


def _fault(operation: Operation, error: OSError, start: int, length: int) -> Fault:
    extent = Extent(start=start, length=length)
    return Fault(operation=operation, error=name_of(error), extent=extent)


def _put(drive: Drive, offset: int, data: memoryview) -> None:
    """Write all of it; a drive that takes nothing, or a broken block, is an error."""
    moved = 0
    while moved < len(data):
        moved += whole_blocks(drive, drive.write(offset + moved, data[moved:]), len(data) - moved)


def whole_blocks(drive: Drive, moved: int, asked: int) -> int:
    """Return the bytes that count: all that were asked, or whole blocks; OSError when none."""
    whole = moved if moved == asked else moved - moved % drive.block_bytes
    if whole <= 0:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return whole
