"""What is told while a drive is worked on."""

from msgspec import Struct

from rebond_agent.wipe.layer import Doing
from rebond_agent.wipe.orders import Tick
from rebond_agent.wipe.pace import Pace


class Progress(Struct, frozen=True, kw_only=True):
    """How far the work on one drive has come."""

    step: int
    """Counted from 1."""
    steps: int
    action: Doing
    bytes_done: int
    bytes_total: int
    bytes_per_second: float | None
    eta_seconds: float | None
    """Until the end of the last step."""
    fault_count: int
    mismatch_count: int
    celsius: float | None = None
    """The drive's temperature, where it tells one."""
    paused: bool = False
    """A person has the work stand still."""


def progress(place: tuple[int, int], action: Doing, total: int, tick: Tick, pace: Pace) -> Progress:
    """Return what a sign of life tells of step `place[0]` (from 0) of `place[1]`."""
    return Progress(
        step=place[0] + 1,
        steps=place[1],
        action=action,
        bytes_done=tick.bytes_done,
        bytes_total=total,
        bytes_per_second=pace.bytes_per_second,
        eta_seconds=pace.eta_seconds,
        fault_count=tick.fault_count,
        mismatch_count=tick.mismatch_count,
        celsius=tick.celsius,
        paused=tick.paused,
    )
