"""One way over an opened drive: write a layer, or read it back and compare every byte."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from rebond_agent.wipe.backwards import go_back
from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.fill import aligned
from rebond_agent.wipe.layer import WRITING, layer_bytes, place_count, runs
from rebond_agent.wipe.opened import Wrong, changed
from rebond_agent.wipe.orders import Done, Tick, Work
from rebond_agent.wipe.pipeline import pipelined
from rebond_agent.wipe.pulse import Pulse, Thermometer
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.tally import Tally
from rebond_agent.wipe.transfer import Patience
from rebond_agent.wipe.trouble import Trouble, classify, name_of
from rebond_agent.wipe.visit import Visit, room_bytes, visit_of
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Fault, Pass


def carry_out(drive: Drive, work: Work, report: Callable[[Tick], None], wishes: Wishes) -> Done:
    """Do the work on this drive: identity first, then the bytes, then flush and identity again."""
    way = _Way(drive, work, report, wishes)
    wrong = changed(drive, work.opened)
    checked = wrong is None
    if wrong is None and not way.writes:
        wrong = _forget_cache(drive)
    if wrong is None:
        wrong = way.go_over()
        if way.writes:
            way.flush()
        wrong = wrong or changed(drive, work.opened) or way.shortcoming()
    return Done(
        passed=way.passed(),
        identity_checked=checked,
        reason=wrong[0] if wrong else None,
        detail=wrong[1] if wrong else None,
        remembered=bytes(way.tally.remembered),
    )


def _forget_cache(drive: Drive) -> Wrong | None:
    """Without this a read may come from the computer's own memory instead of the medium."""
    try:
        drive.drop_cache()
    except OSError as error:
        return Reason.CACHE_NOT_DROPPED, name_of(error)
    return None


@dataclass
class _Way:
    drive: Drive
    work: Work
    report: Callable[[Tick], None]
    wishes: Wishes
    tally: Tally = field(default_factory=Tally)
    ended: bool = False
    flushed: bool | None = None
    """Whether the drive confirmed what was written; once it did not, nothing later makes up for it."""
    paused: bool = False

    def __post_init__(self) -> None:
        self.writes = self.work.action in WRITING
        self._began = self._safe = time.monotonic()
        self._warmth = Thermometer(self.drive.temperature)
        self._pulse = Pulse(lambda: self.report(self._tick()))

    def go_over(self) -> Wrong | None:
        """Visit every run of the layer; None only when the end was reached."""
        visit = visit_of(self.drive, self.work, Patience(beat=self._pulse.beat))
        wrong = self._forth(visit)
        if wrong is None and self.tally.faults and self.work.layer.places == "whole":
            wrong = self._back(visit)
        self.ended = wrong is None
        if self.ended:
            self.report(self._tick())
        return wrong

    def _forth(self, visit: Visit) -> Wrong | None:
        work, opened = self.work, self.work.opened
        places = runs(work.layer, opened.size_bytes, opened.block_bytes, work.chunk_bytes)
        jobs = ((max(at, work.start), at + length - max(at, work.start)) for at, length in places if at + length > work.start)  # fmt: skip
        results = pipelined(jobs, visit, depth=work.depth, room_bytes=room_bytes(work))
        with closing(results):
            for run in results:
                self.tally.add(run)
                if run.stop is not None:
                    return _why_stopped(run.stop)
                if run.faults and (change := changed(self.drive, opened)):
                    return change
                self._pulse.beat()
                self._make_safe()
                if self._stopped():
                    return Reason.CANCELLED, None
        return None

    def _back(self, visit: Visit) -> Wrong | None:
        room = aligned(room_bytes(self.work))
        block = max(self.drive.block_bytes, 512)
        stop = go_back(self.tally, visit, room, block, self._stopped)
        if self._stopped():
            return Reason.CANCELLED, None
        return None if stop is None else _why_stopped(stop)

    def _stopped(self) -> bool:
        def beat() -> None:
            self.paused = True
            self._pulse.beat()

        stopped = self.wishes.stopped(beat)
        self.paused = False
        return stopped

    def _make_safe(self) -> None:
        """Have the drive confirm what was written so far, now and then, and tell how far that is."""
        whole = self.writes and self.work.layer.places == "whole"
        if not whole or time.monotonic() - self._safe < self.work.safe_seconds:
            return
        self.flush()
        self._safe = time.monotonic()
        if self.flushed:
            self.report(self._tick(safe=self.passed()))

    def flush(self) -> None:
        """Flush; after a failed fsync Linux has dropped the data, and the next one says yes."""
        try:
            self.drive.flush()
        except OSError as error:
            self.tally.add_fault(Fault(operation="flush", error=name_of(error)))
            self.flushed = False
        else:
            self.flushed = self.flushed is not False

    def shortcoming(self) -> Wrong | None:
        """Say what is missing of a way whose end was reached."""
        tally, work, opened = self.tally, self.work, self.work.opened
        if self.flushed is False:
            return Reason.NOT_FLUSHED, None
        if tally.fault_count or tally.skipped:
            return (Reason.NOT_WRITTEN if self.writes else Reason.NOT_READABLE), None
        if tally.mismatch_count:
            stayed = work.gone or work.layer.pattern == "changed"
            return (Reason.CONTENT_STAYED if stayed else Reason.CONTENT_DIFFERS), None
        if work.layer.pattern == "none":
            return None
        whole = layer_bytes(work.layer, opened.size_bytes, opened.block_bytes)
        return None if tally.done == whole - work.start else (Reason.INCOMPLETE, None)

    def passed(self) -> Pass:
        """Return the pass as it stands."""
        work, tally, size = self.work, self.tally, self.work.opened.size_bytes
        places = place_count(work.layer, size, work.opened.block_bytes) if self.ended else None
        return Pass(
            action=work.action,
            pattern=work.layer.pattern,
            key=work.key,
            complete=self.ended,
            bytes_done=tally.done,
            bytes_skipped=tally.skipped,
            seconds=time.monotonic() - self._began,
            direct_io=self.drive.direct_io,
            own_process=work.own_process,
            coverage_percent=_percent(tally.done, size),
            sample_seed=work.layer.seed,
            sample_places=places,
            fault_count=tally.fault_count,
            faults=tuple(tally.faults),
            retried_count=tally.retried,
            mismatch_count=tally.mismatch_count,
            mismatches=tuple(tally.mismatches),
            flushed=self.flushed,
        )

    def _tick(self, safe: Pass | None = None) -> Tick:
        return Tick(
            bytes_done=self.tally.done + self.tally.skipped,
            fault_count=self.tally.fault_count,
            mismatch_count=self.tally.mismatch_count,
            celsius=self._warmth.read(),
            paused=self.paused,
            safe=safe,
        )


def _percent(done: int, size: int) -> float:
    """Return the share of the drive; what is not all of it never rounds up to it."""
    return 100.0 if done == size else min(99.999, 100.0 * done / size)


def _why_stopped(error: OSError) -> Wrong:
    match classify(error):
        case Trouble.GONE:
            return Reason.DRIVE_GONE, name_of(error)
        case Trouble.REFUSED:
            return Reason.WRITE_PROTECTED, name_of(error)
        case Trouble.PLACE | Trouble.UNEXPECTED:
            return Reason.UNEXPECTED_ERROR, name_of(error)
