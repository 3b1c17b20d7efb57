"""Reads an erased drive once more and looks for what its erasure left there. Nothing here writes.

The server asked for it (ReadOrder); this stick and this person did not erase the drive.
"""

import time
from collections.abc import Generator, Iterator

from msgspec import Struct
from msgspec.structs import replace

from rebond_agent.wipe.crew import Crew, Patience, lost_pass
from rebond_agent.wipe.crew_reading import OnlyReading
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.layer import Layer, layer_bytes
from rebond_agent.wipe.orders import Done, NotOpened, Opened, Work
from rebond_agent.wipe.pace import Pace
from rebond_agent.wipe.progress import Progress, progress
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.target import Target
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Ending, Pass
from rebond_schemas.facts import Bus, DriveIdentity
from rebond_schemas.read_order import ReadAgain


class Read(Struct, frozen=True, kw_only=True):
    """How a second read ended."""

    ending: Ending
    reason: Reason | None
    detail: str | None
    size_bytes: int | None
    identity_checked: bool
    passed: Pass
    seconds: float


def read_again(
    again: ReadAgain,
    target: Target,
    *,
    wishes: Wishes | None = None,
    patience: Patience | None = None,
) -> Iterator[Progress | Read]:
    """Read in a process of its own, opened read-only; the last thing yielded is the Read."""
    yield from read_with(again, OnlyReading(target, patience), wishes or Wishes())


def read_with(again: ReadAgain, crew: Crew, wishes: Wishes) -> Iterator[Progress | Read]:
    """Read with this crew."""
    began = time.monotonic()
    try:
        opened = crew.open()
        size = opened.size_bytes if isinstance(opened, Opened) else None
        wrong = _wrong(again, opened)
        if wrong is None and isinstance(opened, Opened):
            done = yield from _way_over(again, opened, crew, wishes)
        else:
            done = _not_begun(again, opened, wrong)
    finally:
        crew.close()
    yield _read(again, done, size, time.monotonic() - began)


def _way_over(
    again: ReadAgain, opened: Opened, crew: Crew, wishes: Wishes
) -> Generator[Progress, None, Done]:
    order = _work(again, opened)
    total = layer_bytes(order.layer, opened.size_bytes, opened.block_bytes)
    pace = Pace(total, time.monotonic())
    for said in crew.work(order, wishes):
        if isinstance(said, Done):
            return said
        pace.add(said.bytes_done, time.monotonic())
        yield progress((0, 1), order.action, total, said, pace)
    raise RuntimeError("the crew gave no end")


def _work(again: ReadAgain, opened: Opened) -> Work:
    """Return the one way over the drive; its action is never one that writes."""
    marked = again.action == "canary_read"
    return Work(
        layer=Layer(
            places="marked" if marked else "whole", pattern=again.pattern, seed=again.sample_seed
        ),
        action=again.action,
        key=again.key,
        opened=opened,
        own_process=False,
        gone=marked,
    )


def _wrong(again: ReadAgain, opened: Opened | NotOpened) -> tuple[Reason, str | None] | None:
    """Compare what is open now with what the server asked for."""
    if isinstance(opened, NotOpened):
        return Reason.NOT_OPENED, opened.error
    other = difference(again.drive, opened.identity)
    if other is not None:
        return Reason.OTHER_DRIVE, other
    if opened.size_bytes != again.size_bytes:
        return Reason.OTHER_SIZE, f"{again.size_bytes} / {opened.size_bytes}"
    if again.pattern == "aes_256_ctr" and again.key is None:
        return Reason.INCOMPLETE, "no key"
    return None


def _not_begun(
    again: ReadAgain, opened: Opened | NotOpened, wrong: tuple[Reason, str | None] | None
) -> Done:
    """Return a way over the drive of which not one byte was read."""
    nowhere = Opened(
        identity=DriveIdentity(bus=Bus.UNKNOWN),
        size_bytes=0,
        block_bytes=1,
        direct_io=False,
        medium="",
    )
    order = _work(again, opened if isinstance(opened, Opened) else nowhere)
    reason, detail = wrong or (Reason.INCOMPLETE, None)
    return Done(
        passed=lost_pass(order, None, 0.0), identity_checked=False, reason=reason, detail=detail
    )


_CUT = frozenset({Reason.CANCELLED, Reason.WORKER_DIED})


def _read(again: ReadAgain, done: Done, size: int | None, seconds: float) -> Read:
    passed = replace(done.passed, sample_seed=again.sample_seed)
    if done.reason in _CUT:
        ending = Ending.INTERRUPTED
    else:
        ending = Ending.COMPLETED if passed.complete else Ending.FAILED
    reason = done.reason
    if passed.mismatch_count:
        reason = Reason.NOT_CONFIRMED if again.action == "read_back" else Reason.STILL_FOUND
    elif reason in {Reason.NOT_READABLE, Reason.INCOMPLETE, Reason.NOT_WRITTEN}:
        reason = Reason.NOT_READ_WHOLE
    return Read(
        ending=ending,
        reason=reason,
        detail=done.detail,
        size_bytes=size,
        identity_checked=done.identity_checked,
        passed=passed,
        seconds=seconds,
    )
