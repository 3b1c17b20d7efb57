"""How far an erasure is known to have come: what a later run may go on from.

Only overwriting goes on: a drive that was erasing itself is waited for, marked anew and asked
anew. And only the writing goes on. Whatever is read back is read from the drive's first byte to
its last in the run that ends the erasure, so nothing that a checkpoint says is believed unseen.
"""

from msgspec import Struct

from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.plan import Plan
from rebond_schemas.erasure import MOST_FAULTS, Pass

MOST_PASSES = 24
"""Of the 32 that a statement takes: beyond them the erasure begins anew."""


class Checkpoint(Struct, frozen=True, kw_only=True):
    """Everything up to here was written, and the drive has confirmed it (flush)."""

    asked: Plan
    """The plan as it was made."""
    plan: Plan
    """The plan as it is carried out: what the drive refused has made place for what came next."""
    passes: tuple[Pass, ...] = ()
    """The ways over the drive that came to their end without a fault."""
    step: int = 0
    """The way that is under way, counted over all layers from 0."""
    key: str | None = None
    """The key of its layer."""
    reached: int = 0
    """Bytes from the drive's beginning that this way has written and flushed."""
    so_far: Pass | None = None
    """This way up to there."""
    resumed: int = 0
    """How often it was gone on with before."""
    seconds: float = 0.0
    """Of work, in all runs."""

    def fits(self, plan: Plan) -> bool:
        """Say whether this plan is to do the same to the same drive."""
        return (
            self.asked.size_bytes == plan.size_bytes
            and difference(self.asked.drive, plan.drive) is None
            and _way(self.asked) == _way(plan)
            and not self.plan.firmware
            and len(self.passes) <= MOST_PASSES
        )


def _way(plan: Plan) -> tuple[object, ...]:
    asked = tuple(one.method for one in plan.firmware)
    return plan.method, plan.level, plan.layers, asked, plan.fallback


def joined(earlier: Pass | None, later: Pass) -> Pass:
    """Return one way over the drive that was made in two runs."""
    if earlier is None:
        return later
    done = earlier.bytes_done + later.bytes_done
    return Pass(
        action=later.action,
        pattern=later.pattern,
        key=later.key,
        complete=later.complete,
        bytes_done=done,
        bytes_skipped=earlier.bytes_skipped + later.bytes_skipped,
        seconds=earlier.seconds + later.seconds,
        direct_io=earlier.direct_io and later.direct_io,
        own_process=earlier.own_process and later.own_process,
        coverage_percent=_sum(earlier.coverage_percent, later.coverage_percent),
        fault_count=earlier.fault_count + later.fault_count,
        faults=(*earlier.faults, *later.faults)[:MOST_FAULTS],
        retried_count=earlier.retried_count + later.retried_count,
        mismatch_count=earlier.mismatch_count + later.mismatch_count,
        mismatches=(*earlier.mismatches, *later.mismatches)[:MOST_FAULTS],
        flushed=earlier.flushed and later.flushed,
    )


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else min(100.0, one + other)
