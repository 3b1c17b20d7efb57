"""Who carries the engine's work out: processes of their own, one to write and one to read back."""

import math
import time
from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from rebond_agent.wipe.layer import WRITING
from rebond_agent.wipe.orders import (
    Cancel,
    Done,
    Firmware,
    Here,
    Hold,
    NotOpened,
    Open,
    Opened,
    Tick,
    Work,
)
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.spawned import Spawned
from rebond_agent.wipe.target import BlockTarget, Target
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Pass

DEPTH = 3
"""Runs under way at once, of 4 MiB each. Measured: with two the cipher waits for the drive."""

SAFE_SECONDS = 20.0
"""What a power cut costs at most of an overwrite, in seconds of writing."""

_LOOK_SECONDS = 0.25


class Patience(Struct, frozen=True, kw_only=True):
    """How long a drive may keep us waiting. Linux itself tries a bad sector for minutes."""

    start_seconds: float = 600.0
    """Until the process that opens the drive runs: an old PC that starts a dozen is no fault of a drive."""
    stall_seconds: float = 120.0
    """Without one finished read or write."""
    slow_seconds: float = 600.0
    slow_bytes_per_second: float = 1_000_000.0
    """Slower than this for that long: the drive is failing."""


class Crew(Protocol):
    """Hands that open one drive, work on it and let it go."""

    def open(self, *, look_for_mark: bool = False) -> Opened | NotOpened:
        """Open the drive for writing and hold it; say whether it is one of our sticks, if asked."""
        ...

    def work(self, work: Work, wishes: Wishes) -> Iterator[Tick | Done]:
        """Do the work; the last thing yielded is Done. Read-backs open the drive anew."""
        ...

    def command(self, order: Firmware, wishes: Wishes) -> Iterator[Tick | Done]:
        """Have the drive's firmware do something; the last thing yielded is Done."""
        ...

    def beside(self, path: str) -> "Crew":
        """Return hands for an area beside this drive that has a device of its own."""
        ...

    def close(self) -> None:
        """Let the drive go; never raises, never waits for a dead drive."""
        ...


class OwnProcesses:
    """One process writes and holds the drive to the end, a fresh one does each read-back."""

    def __init__(
        self, target: Target, patience: Patience | None = None, safe_seconds: float = SAFE_SECONDS
    ) -> None:
        """Take the drive to work on; nothing is started yet."""
        self._target = target
        self._safe_seconds = safe_seconds
        self._patience = patience or Patience()
        self._holder: Spawned | None = None

    def open(self, *, look_for_mark: bool = False) -> Opened | NotOpened:
        """Start the writing process and have it open the drive."""
        return self._begin(read_only=False, look_for_mark=look_for_mark)

    def work(self, work: Work, wishes: Wishes) -> Iterator[Tick | Done]:
        """Write in the writing process, read back in a new one."""
        if work.action in WRITING:
            yield from self._in_holder(work, wishes)
            return
        asked = self._in_own_process(work)
        reader = Spawned()
        try:
            opened = self._open(reader, read_only=True)
            if isinstance(opened, NotOpened):
                yield Done(
                    passed=lost_pass(asked, None, 0.0),
                    identity_checked=False,
                    reason=Reason.NOT_OPENED if reader.alive else Reason.WORKER_DIED,
                    detail=opened.error,
                )
                return
            yield from self._follow(reader, asked, wishes)
        finally:
            reader.close()

    def command(self, order: Firmware, wishes: Wishes) -> Iterator[Tick | Done]:
        """Speak to the firmware in the writing process, which holds the drive."""
        if self._holder is None:
            raise RuntimeError("the drive was not opened")
        # The firmware has a clock of its own (method.poll); here only signs of life count.
        patience = replace(self._patience, slow_seconds=math.inf)
        asked = replace(order, own_process=True)
        yield from self._follow(self._holder, asked, wishes, patience)

    def beside(self, path: str) -> "OwnProcesses":
        """Return processes for another device."""
        return OwnProcesses(BlockTarget(path=path), self._patience, self._safe_seconds)

    def close(self) -> None:
        """Close the writing process's pipe; it leaves at once, or is killed."""
        if self._holder is not None:
            self._holder.close()

    def _begin(self, *, read_only: bool, look_for_mark: bool = False) -> Opened | NotOpened:
        """Start the process that holds the drive to the end."""
        self._holder = Spawned()
        return self._open(self._holder, read_only=read_only, look_for_mark=look_for_mark)

    def _in_holder(self, work: Work, wishes: Wishes) -> Iterator[Tick | Done]:
        """Work in the process that holds the drive."""
        if self._holder is None:
            raise RuntimeError("the drive was not opened")
        yield from self._follow(self._holder, self._in_own_process(work), wishes)

    def _in_own_process(self, work: Work) -> Work:
        return replace(work, own_process=True, depth=DEPTH, safe_seconds=self._safe_seconds)

    def _open(
        self, process: Spawned, *, read_only: bool, look_for_mark: bool = False
    ) -> Opened | NotOpened:
        asked = Open(target=self._target, read_only=read_only, look_for_mark=look_for_mark)
        process.send(asked)
        until = time.monotonic() + self._patience.start_seconds
        while time.monotonic() < until:
            match process.receive(_LOOK_SECONDS):
                case Opened() | NotOpened() as answer:
                    return answer
                case Here():
                    until = time.monotonic() + self._patience.stall_seconds
                case None if not process.alive:
                    return NotOpened(error="the worker died")
                case _:
                    continue
        return NotOpened(error="no answer")

    def _follow(
        self,
        process: Spawned,
        work: Work | Firmware,
        wishes: Wishes,
        patience: Patience | None = None,
    ) -> Iterator[Tick | Done]:
        """Pass the worker's answers on, and end the work when nothing comes any more."""
        watch = Watch(patience or self._patience, time.monotonic())
        process.send(work)
        told = held = False
        while True:
            answer = process.receive(_LOOK_SECONDS)
            if isinstance(answer, Tick):
                watch.seen(answer, time.monotonic())
                yield answer
            elif isinstance(answer, Done):
                yield answer
                return
            reason = None if process.alive else Reason.WORKER_DIED
            reason = reason or watch.complaint(time.monotonic())
            if reason is not None:
                process.kill()
                yield watch.lost(work, Reason.CANCELLED if told else reason, time.monotonic())
                return
            if wishes.paused() != held:
                held = not held
                process.send(Hold(held=held))
            if wishes.cancelled() and not told:
                process.send(Cancel())
                told = True


class Watch:
    """The watchdog of one way over one drive."""

    def __init__(self, patience: Patience, now: float) -> None:
        """Start to wait at this moment of a monotonic clock, in seconds."""
        self._patience = patience
        self._began = self._last = self._window_began = now
        self._window_bytes = 0
        self._tick: Tick | None = None

    def seen(self, tick: Tick, now: float) -> None:
        """Note a sign of life."""
        self._last, self._tick = now, tick
        if tick.paused:
            self._window_began, self._window_bytes = now, tick.bytes_done
        wanted = self._patience.slow_seconds * self._patience.slow_bytes_per_second
        if tick.bytes_done - self._window_bytes >= wanted:
            self._window_began, self._window_bytes = now, tick.bytes_done

    def complaint(self, now: float) -> Reason | None:
        """Say whether the drive has kept us waiting for too long."""
        if now - self._last > self._patience.stall_seconds:
            return Reason.STALLED
        if now - self._window_began > self._patience.slow_seconds:
            return Reason.TOO_SLOW
        return None

    def lost(self, work: Work | Firmware, reason: Reason, now: float) -> Done:
        """Return what is known of work that never told its end."""
        return Done(
            passed=lost_pass(work, self._tick, now - self._began),
            identity_checked=self._tick is not None,
            reason=reason,
        )


def lost_pass(work: Work | Firmware, tick: Tick | None, seconds: float) -> Pass:
    """Return what is known of a pass whose end nobody told."""
    if isinstance(work, Firmware):
        return Pass(
            action=work.action,
            complete=False,
            bytes_done=0,
            seconds=seconds,
            own_process=work.own_process,
        )
    return Pass(
        action=work.action,
        pattern=work.layer.pattern,
        key=work.key,
        complete=False,
        bytes_done=tick.bytes_done if tick else 0,
        seconds=seconds,
        direct_io=work.opened.direct_io,
        own_process=work.own_process,
        fault_count=tick.fault_count if tick else 0,
        mismatch_count=tick.mismatch_count if tick else 0,
        flushed=False if work.action in WRITING else None,
    )
