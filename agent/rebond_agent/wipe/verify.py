"""The read-back: every byte is read from the medium and compared with what belongs there."""

from collections.abc import Callable, Iterator

from rebond_agent.wipe.compare import equal
from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.fill import Fill
from rebond_agent.wipe.remembered import digests, missing, unchanged
from rebond_agent.wipe.transfer import Patience, Run, attempt, grains, parts, tries, whole_blocks
from rebond_schemas.erasure import Extent


def read_run(
    drive: Drive,
    offset: int,
    room: memoryview,
    spare: memoryview,
    patience: Patience,
    fill: Fill,
) -> Run:
    """Read all of it, block by block around what the drive refuses, and compare every byte.

    `spare` is room for the comparison, as long as `room`.
    """

    def compare(start: int, part: memoryview) -> Iterator[tuple[int, int]]:
        return _different(offset + start, part, spare, grains(drive), fill)

    return _read(drive, offset, room, patience, compare)


def find_run(
    drive: Drive, offset: int, room: memoryview, canary: memoryview, patience: Patience
) -> Run:
    """Read all of it; its mismatches are the blocks that still hold the canary."""
    block = max(drive.block_bytes, 512)

    def compare(start: int, part: memoryview) -> Iterator[tuple[int, int]]:
        for at, length in parts(0, len(part), block):
            begin = start + at
            if equal(part[at : at + length], canary[begin : begin + length]):
                yield at, at + length

    return _read(drive, offset, room, patience, compare)


def remember_run(
    drive: Drive, offset: int, room: memoryview, patience: Patience, chunk_bytes: int
) -> Run:
    """Read all of it and keep digests; what cannot be read now is remembered as such."""
    run = _read(drive, offset, room, patience, lambda _start, _part: iter(()))
    lost = run.skipped > 0
    run.remembered = missing(len(room), chunk_bytes) if lost else digests(room, chunk_bytes)
    run.faults.clear()
    run.skipped = 0
    return run


def changed_run(
    drive: Drive, offset: int, room: memoryview, before: bytes, patience: Patience, chunk_bytes: int
) -> Run:
    """Read all of it; its mismatches are the grains that hold what they held before."""
    run = _read(drive, offset, room, patience, lambda _start, _part: iter(()))
    if not run.skipped:
        for begin, end in unchanged(room, before, chunk_bytes):
            run.mismatches.append(Extent(start=offset + begin, length=end - begin))
    return run


Compare = Callable[[int, memoryview], Iterator[tuple[int, int]]]


def _read(drive: Drive, offset: int, room: memoryview, patience: Patience, compare: Compare) -> Run:
    run = Run()

    def get(start: int, length: int) -> None:
        part = room[start : start + length]
        _get(drive, offset + start, part)
        for begin, end in compare(start, part):
            run.mismatches.append(Extent(start=offset + start + begin, length=end - begin))

    attempt(run, get, "read", offset, (0, len(room)), tries(drive), patience)
    return run


def _get(drive: Drive, offset: int, room: memoryview) -> None:
    moved = 0
    while moved < len(room):
        given = drive.read_into(offset + moved, room[moved:])
        moved += whole_blocks(drive, given, len(room) - moved)


def _different(
    offset: int, got: memoryview, spare: memoryview, sizes: tuple[int, ...], fill: Fill
) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the smallest parts that are not what belongs at this offset."""
    if fill.holds(offset, got, spare):
        return
    finer = tuple(grain for grain in sizes if grain < len(got))
    if not finer:
        yield 0, len(got)
        return
    for start, length in parts(0, len(got), finer[0]):
        part = got[start : start + length]
        for begin, stop in _different(offset + start, part, spare, finer[1:], fill):
            yield start + begin, start + stop
