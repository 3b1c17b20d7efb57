"""How the work on one drive ended: what the erasure statement needs, and no judgement."""

from typing import Any

from msgspec import Struct

from rebond_agent.wipe.layer import actions
from rebond_agent.wipe.plan import Plan
from rebond_agent.wipe.reasons import Reason, Sentence, explain
from rebond_schemas.erasure import Ending, Pass
from rebond_schemas.text import clean

_INTERRUPTIONS = frozenset({Reason.CANCELLED, Reason.WORKER_DIED, Reason.ENGINE_DIED})
_BEFORE = frozenset(
    {
        Reason.NOT_OPENED,
        Reason.OTHER_DRIVE,
        Reason.OTHER_SIZE,
        Reason.INTENT_NOT_RECORDED,
        Reason.HIDDEN_AREA_OPENED,
        Reason.HIDDEN_AREA_STAYS,
        Reason.BOOT_MEDIUM,
        Reason.HEAD_UNREADABLE,
        Reason.OPAL_LOCKED,
        Reason.PSID_REFUSED,
    }
)


class Outcome(Struct, frozen=True, kw_only=True):
    """Everything that happened to one drive."""

    plan: Plan
    ending: Ending
    reason: Reason | None = None
    detail: str | None = None
    size_bytes: int | None = None
    """Size measured when the drive was opened."""
    identity_checked: bool = False
    passes: tuple[Pass, ...] = ()
    seconds: float = 0.0
    resumed: int = 0
    """How often an earlier run was gone on with."""

    @property
    def sentence(self) -> Sentence | None:
        """What the technician reads when it did not go well."""
        return explain(self.reason, self.detail) if self.reason else None


def finished(
    plan: Plan,
    *,
    size_bytes: int,
    identity_checked: bool,
    passes: tuple[Pass, ...],
    seconds: float,
    resumed: int = 0,
) -> Outcome:
    """Return the completed outcome, or a failed one when anything the plan asks for is missing.

    The last word before the statement: it counts again, and trusts no reason that was not given.
    """
    whole = identity_checked and size_bytes == plan.size_bytes and _whole(plan, passes)
    return Outcome(
        plan=plan,
        ending=Ending.COMPLETED if whole else Ending.FAILED,
        reason=None if whole else Reason.INCOMPLETE,
        size_bytes=size_bytes,
        identity_checked=identity_checked,
        passes=passes,
        seconds=seconds,
        resumed=resumed,
    )


def broken_off(
    plan: Plan,
    reason: Reason,
    detail: str | None = None,
    *,
    size_bytes: int | None = None,
    identity_checked: bool = False,
    passes: tuple[Pass, ...] = (),
    seconds: float = 0.0,
    resumed: int = 0,
) -> Outcome:
    """Return the outcome of a wipe that was refused (no way over the drive begun), cut or failed."""
    touched = any(one.bytes_done or one.bytes_skipped or one.fault_count for one in passes)
    if reason in _INTERRUPTIONS:
        ending = Ending.INTERRUPTED
    elif reason in _BEFORE and not touched:
        ending = Ending.REFUSED
    else:
        ending = Ending.FAILED
    return Outcome(
        plan=plan,
        ending=ending,
        reason=reason,
        detail=detail,
        size_bytes=size_bytes,
        identity_checked=identity_checked,
        passes=passes,
        seconds=seconds,
        resumed=resumed,
    )


def interrupted(plan: Plan) -> Outcome:
    """Return the outcome of a recorded intent whose engine never told an end.

    Intents are recorded when the drive is open and has the plan's size.
    """
    return broken_off(plan, Reason.ENGINE_DIED, size_bytes=plan.size_bytes)


def erasure_fields(outcome: Outcome) -> dict[str, Any]:
    """Return the fields of `rebond_schemas.statement.Erasure` that the wipe knows.

    Left to the caller: the envelope, `started`, `ended`, SMART before and after, `operator`.
    """
    plan = outcome.plan
    reason = ": ".join(part for part in (outcome.reason, outcome.detail) if part)
    return {
        "drive": plan.drive,
        "path": plan.path,
        "method": plan.method,
        "level": plan.level,
        "ending": outcome.ending,
        "reason": clean(reason),
        "size_bytes": outcome.size_bytes,
        "native_size_bytes": plan.native_size_bytes,
        "hidden_area": plan.hidden_area,
        "identity_checked": outcome.identity_checked,
        "passes": outcome.passes,
        "seconds": outcome.seconds,
        "resumed": outcome.resumed,
    }


def _whole(plan: Plan, passes: tuple[Pass, ...]) -> bool:
    """Whether every way over the drive that the plan asks for is there, in order, and clean."""
    passes = tuple(one for one in passes if one.area is None)
    if plan.firmware:
        return _erased_itself(passes)
    wanted = [action for layer in plan.layers for action in actions(layer)]
    ways = [one for one in passes if one.action != "command"]
    # In front of an overwrite stand the marks for firmware methods that the drive then refused.
    marks, ways = ways[: -len(wanted)], ways[-len(wanted) :]
    return (
        [one.action for one in ways] == wanted
        and all(_clean(one, plan.size_bytes) for one in ways)
        and all(_clean_marks(one) for one in marks)
    )


_AROUND = ["read_back", "canary_write", "canary_read", "command", "canary_read", "read_back"]


def _erased_itself(passes: tuple[Pass, ...]) -> bool:
    """Ask for marks in front, a command that was seen to end well, and no mark found behind it."""
    ways = list(passes)
    while ways and ways[0].action == "command":
        ways.pop(0)  # the search for a hidden area
    tried = ways[3:-2]
    whole = [one.action for one in (*ways[:3], *tried[-1:], *ways[-2:])] == _AROUND
    commands = all(one.action == "command" for one in tried)
    succeeded = bool(tried) and tried[-1].complete
    return whole and commands and succeeded and all(map(_clean_marks, (*ways[:3], *ways[-2:])))


def _clean_marks(one: Pass) -> bool:
    return (
        one.complete
        and one.fault_count == 0
        and one.mismatch_count == 0
        and one.bytes_skipped == 0
        and one.flushed is not False
    )


def _clean(one: Pass, size_bytes: int) -> bool:
    canaries = one.action in {"canary_write", "canary_read"}
    return _clean_marks(one) and (canaries or one.bytes_done == size_bytes)
