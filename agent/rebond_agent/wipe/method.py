"""How a firmware method came out, and the patience with which it is polled."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.reasons import Reason

POLL_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
NO_PROGRESS_SECONDS = 1800.0
"""An operation that says the same figure for so long hangs (Intel 660p: 655 of 65,536 for days)."""


class Came(StrEnum):
    """What became of a method."""

    DONE = "done"
    """The drive's state, read back, says that it erased."""
    REFUSED = "refused"
    """Nothing has happened to the drive: another method may be tried."""
    FAILED = "failed"
    """Something was begun, and nothing says that it came to its end."""


class Result(Struct, frozen=True, kw_only=True):
    """How a method came out; `reason` stands wherever it is not done."""

    came: Came
    reason: Reason | None = None
    detail: str | None = None


DONE = Result(came=Came.DONE)


def refused(reason: Reason, detail: str | None = None) -> Result:
    """Return a refusal in front of anything irreversible."""
    return Result(came=Came.REFUSED, reason=reason, detail=detail)


def failed(reason: Reason, detail: str | None = None) -> Result:
    """Return the failure of something that was begun."""
    return Result(came=Came.FAILED, reason=reason, detail=detail)


class Look(Struct, frozen=True, kw_only=True):
    """One look at a long operation; `progress` from 0 to 1, None when it cannot be told."""

    running: bool
    progress: float | None = None
    result: Result | None = None


def poll(
    talk: Conversation, look: Callable[[], Look | None], *, expected_seconds: float | None
) -> Result:
    """Look until the operation has ended, or has shown no progress for too long.

    A drive that does not answer a look is not ended: some fall silent while they erase.
    """
    patience = max(NO_PROGRESS_SECONDS, 2 * (expected_seconds or 0.0))
    last, since, turn = None, talk.now(), 0
    while True:
        seen = look()
        if seen is not None and not seen.running:
            return seen.result or failed(Reason.STATE_UNKNOWN)
        progress = seen.progress if seen else None
        if progress is not None and progress != last:
            last, since = progress, talk.now()
            talk.tell(progress)
        if talk.now() - since > patience:
            share = "?" if last is None else f"{100 * last:.1f} %"
            return failed(Reason.NO_PROGRESS, share)
        if talk.stopped():
            return failed(Reason.CANCELLED)
        talk.wait(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])
        turn += 1
