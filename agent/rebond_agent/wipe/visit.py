"""What is done at each run of bytes of a layer: write, compare, find, remember."""

from collections.abc import Callable

from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.fill import fill_for
from rebond_agent.wipe.layer import WRITING, canary_unit, runs
from rebond_agent.wipe.orders import Work
from rebond_agent.wipe.remembered import DIGEST_BYTES, digest_count
from rebond_agent.wipe.transfer import Patience, Run, write_run
from rebond_agent.wipe.verify import changed_run, find_run, read_run, remember_run

Visit = Callable[[tuple[int, int], memoryview], Run]
"""What is done at one run of bytes, in the room it is given."""


def longest_run(work: Work) -> int:
    """Return the bytes of the longest run."""
    return max(work.chunk_bytes, canary_unit(work.opened.size_bytes, work.opened.block_bytes))


def room_bytes(work: Work) -> int:
    """Return the room that a visit needs: what is read and what belongs there lie side by side."""
    return longest_run(work) * (1 if work.action in WRITING else 2)


def visit_of(drive: Drive, work: Work, patience: Patience) -> Visit:
    """Return what this work does at each run of bytes."""
    pattern = work.layer.pattern
    if pattern == "none":
        return lambda place, room: remember_run(
            drive, place[0], room[: place[1]], patience, work.chunk_bytes
        )
    if pattern == "changed":
        return _compare_with_before(drive, work, patience)
    fill = fill_for(pattern, work.key, longest_run(work))
    if work.action in WRITING:
        return lambda place, room: write_run(
            drive, place[0], fill.data(place[0], room[: place[1]]), patience
        )

    def read(place: tuple[int, int], room: memoryview) -> Run:
        offset, length = place
        half = len(room) // 2
        if work.gone:
            expected = fill.data(offset, room[half : half + length])
            return find_run(drive, offset, room[:length], expected, patience)
        return read_run(drive, offset, room[:length], room[half:], patience, fill)

    return read


def _compare_with_before(drive: Drive, work: Work, patience: Patience) -> Visit:
    opened, chunk = work.opened, work.chunk_bytes
    starts: dict[int, int] = {}
    reached = 0
    for offset, length in runs(work.layer, opened.size_bytes, opened.block_bytes, chunk):
        starts[offset] = reached
        reached += DIGEST_BYTES * digest_count(length, chunk)

    def compare(place: tuple[int, int], room: memoryview) -> Run:
        offset, length = place
        end = starts[offset] + DIGEST_BYTES * digest_count(length, chunk)
        before = work.before[starts[offset] : end]
        return changed_run(drive, offset, room[:length], before, patience, chunk)

    return compare
