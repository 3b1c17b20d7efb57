"""One way over an opened drive: write a layer, or read it back and compare every byte."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing

from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.fill import fill_for
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.layer import canary_unit, layer_bytes, place_count, runs
from rebond_agent.wipe.orders import Done, Opened, Tick, Work
from rebond_agent.wipe.pipeline import pipelined
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.remembered import DIGEST_BYTES, digest_count
from rebond_agent.wipe.tally import Tally
from rebond_agent.wipe.transfer import Patience, Run, write_run
from rebond_agent.wipe.trouble import Trouble, classify, name_of
from rebond_agent.wipe.verify import blank, changed_run, equal, find_run, read_run, remember_run
from rebond_schemas.erasure import Fault, Pass

TICK_SECONDS = 0.25

Wrong = tuple[Reason, str | None]
"""What is wrong, and its detail."""


def look(drive: Drive) -> Opened:
    """Return what an opened drive says of itself now; OSError when it no longer answers."""
    return Opened(
        identity=drive.identity(),
        size_bytes=drive.size_bytes,
        block_bytes=drive.block_bytes,
        direct_io=drive.direct_io,
        medium=drive.medium(),
    )


def changed(drive: Drive, opened: Opened) -> Wrong | None:
    """Say what is no longer as it was at opening: drive, medium or size."""
    try:
        identity, medium = drive.identity(), drive.medium()
    except OSError as error:
        return Reason.DRIVE_GONE, name_of(error)
    other = difference(opened.identity, identity)
    if other is not None:
        return Reason.OTHER_DRIVE, other
    if medium != opened.medium:
        return Reason.OTHER_DRIVE, f"{opened.medium} / {medium}"
    if identity.size_bytes != opened.size_bytes or drive.size_bytes != opened.size_bytes:
        return Reason.OTHER_SIZE, f"{opened.size_bytes} / {identity.size_bytes}"
    return None


def carry_out(
    drive: Drive,
    work: Work,
    report: Callable[[Tick], None],
    stopped: Callable[[], bool],
) -> Done:
    """Do the work on this drive: identity first, then the bytes, then flush and identity again."""
    began = time.monotonic()
    tally = Tally()
    wrong = changed(drive, work.opened)
    checked = wrong is None
    flushed = None
    if wrong is None and not _writes(work):
        wrong = _forget_cache(drive)
    ended = False
    if wrong is None:
        wrong = _go_over(drive, work, tally, report, stopped)
        ended = wrong is None
        if _writes(work):
            flushed = _flush(drive, tally)
        wrong = wrong or changed(drive, work.opened) or _shortcoming(tally, work, flushed=flushed)
    return Done(
        passed=_passed(drive, work, tally, ended=ended, flushed=flushed, began=began),
        identity_checked=checked,
        reason=wrong[0] if wrong else None,
        detail=wrong[1] if wrong else None,
        remembered=bytes(tally.remembered),
    )


def _writes(work: Work) -> bool:
    return work.action in {"write", "canary_write"}


def _forget_cache(drive: Drive) -> Wrong | None:
    """Without this a read may come from the computer's own memory instead of the medium."""
    try:
        drive.drop_cache()
    except OSError as error:
        return Reason.CACHE_NOT_DROPPED, name_of(error)
    return None


def _go_over(
    drive: Drive,
    work: Work,
    tally: Tally,
    report: Callable[[Tick], None],
    stopped: Callable[[], bool],
) -> Wrong | None:
    """Visit every run of the layer; None only when the end was reached."""
    pulse = Pulse(lambda: report(_tick(tally)))
    with closing(_results(drive, work, pulse.beat)) as results:
        for run in results:
            tally.add(run)
            if run.stop is not None:
                return _why_stopped(run.stop)
            if run.faults and (change := changed(drive, work.opened)):
                return change
            pulse.beat()
            if stopped():
                return Reason.CANCELLED, None
    report(_tick(tally))
    return None


class Pulse:
    """A sign of life now and then, from whichever thread has one to give."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """Take what tells it."""
        self._tell = tell
        self._last = 0.0
        self._lock = threading.Lock()

    def beat(self) -> None:
        """Tell it, unless it was told a moment ago."""
        with self._lock:
            if time.monotonic() - self._last >= TICK_SECONDS:
                self._last = time.monotonic()
                self._tell()


def _results(drive: Drive, work: Work, beat: Callable[[], None]) -> Generator[Run, None, None]:
    size = work.opened.size_bytes
    longest = max(work.chunk_bytes, canary_unit(size, work.opened.block_bytes))
    jobs = runs(work.layer, size, work.opened.block_bytes, work.chunk_bytes)
    return pipelined(
        jobs,
        _visit(drive, work, longest, Patience(beat=beat)),
        depth=work.depth,
        room_bytes=2 * longest,
    )


Visit = Callable[[tuple[int, int], memoryview], Run]
"""What is done at one run of bytes, in the room it is given."""


def _visit(drive: Drive, work: Work, longest: int, patience: Patience) -> Visit:
    pattern = work.layer.pattern
    if pattern == "none":
        return lambda place, room: remember_run(
            drive, place[0], room[: place[1]], patience, work.chunk_bytes
        )
    if pattern == "changed":
        return _compare_with_before(drive, work, patience)
    fill = fill_for(pattern, work.key, longest)
    if _writes(work):
        return lambda place, room: write_run(
            drive, place[0], fill.data(place[0], room[: place[1]]), patience
        )
    same = blank if pattern == "zeros" else equal

    def read(place: tuple[int, int], room: memoryview) -> Run:
        offset, length = place
        half = len(room) // 2
        expected = fill.data(offset, room[half : half + length])
        if work.gone:
            return find_run(drive, offset, room[:length], expected, patience)
        return read_run(drive, offset, room[:length], expected, patience, same)

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


def _why_stopped(error: OSError) -> Wrong:
    match classify(error):
        case Trouble.GONE:
            return Reason.DRIVE_GONE, name_of(error)
        case Trouble.REFUSED:
            return Reason.WRITE_PROTECTED, name_of(error)
        case Trouble.PLACE | Trouble.UNEXPECTED:
            return Reason.UNEXPECTED_ERROR, name_of(error)


def _tick(tally: Tally) -> Tick:
    return Tick(
        bytes_done=tally.done + tally.skipped,
        fault_count=tally.fault_count,
        mismatch_count=tally.mismatch_count,
    )


def _flush(drive: Drive, tally: Tally) -> bool:
    """Once only: after a failed fsync Linux has dropped the data, and the next one says yes."""
    try:
        drive.flush()
    except OSError as error:
        tally.add_fault(Fault(operation="flush", error=name_of(error)))
        return False
    return True


def _shortcoming(tally: Tally, work: Work, *, flushed: bool | None) -> Wrong | None:
    if flushed is False:
        return Reason.NOT_FLUSHED, None
    if tally.fault_count or tally.skipped:
        return (Reason.NOT_WRITTEN if _writes(work) else Reason.NOT_READABLE), None
    if tally.mismatch_count:
        stayed = work.gone or work.layer.pattern == "changed"
        return (Reason.CONTENT_STAYED if stayed else Reason.CONTENT_DIFFERS), None
    if work.layer.pattern == "none":
        return None
    if tally.done != layer_bytes(work.layer, work.opened.size_bytes, work.opened.block_bytes):
        return Reason.INCOMPLETE, None
    return None


def _passed(
    drive: Drive,
    work: Work,
    tally: Tally,
    *,
    ended: bool,
    flushed: bool | None,
    began: float,
) -> Pass:
    size = work.opened.size_bytes
    return Pass(
        action=work.action,
        pattern=work.layer.pattern,
        key=work.key,
        complete=ended,
        bytes_done=tally.done,
        bytes_skipped=tally.skipped,
        seconds=time.monotonic() - began,
        direct_io=drive.direct_io,
        own_process=work.own_process,
        coverage_percent=100.0 if tally.done == size else min(99.999, 100.0 * tally.done / size),
        sample_seed=work.layer.seed,
        sample_places=place_count(work.layer, size, work.opened.block_bytes) if ended else None,
        fault_count=tally.fault_count,
        faults=tuple(tally.faults),
        retried_count=tally.retried,
        mismatch_count=tally.mismatch_count,
        mismatches=tuple(tally.mismatches),
        flushed=flushed,
    )
