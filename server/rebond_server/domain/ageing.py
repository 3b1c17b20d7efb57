"""How long a device has been in each state, and how near the end of its agreement is."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import review_day


class Step(Struct, frozen=True, kw_only=True):
    """One change of state, as history tells it."""

    at: datetime
    to: State


class Stay(Struct, frozen=True, kw_only=True):
    """One stretch in one state; `until` is None for the present one."""

    state: State
    since: datetime
    until: datetime | None
    days: float


class Deadline(Struct, frozen=True, kw_only=True):
    """The end of an agreement, and the day from which it is called to mind: six months before."""

    agreement: str
    ends: date
    reminder: date


class Nearness(StrEnum):
    """How near a deadline is."""

    FAR = "far"
    NEAR = "near"
    PAST = "past"


def stays(received: datetime, steps: Iterable[Step], now: datetime) -> tuple[Stay, ...]:
    """Return the stretches of a device's life here, oldest first; a step into the same state is none."""
    state, since = State.RECEIVED, received
    found = []
    for step in sorted(steps, key=lambda one: one.at):
        if step.to is not state:
            found.append(_stay(state, since, step.at))
            state, since = step.to, step.at
    last = _stay(state, since, now)
    return (*found, Stay(state=state, since=since, until=None, days=last.days))


def in_each(stretches: Iterable[Stay]) -> dict[State, float]:
    """Return how many days were spent in each state, all stretches together; in the order of life."""
    known: dict[State, float] = {}
    for one in stretches:
        known[one.state] = known.get(one.state, 0.0) + one.days
    return {state: known[state] for state in State if state in known}


def deadline(agreement: str, ends: date | None, review: date | None = None) -> Deadline | None:
    """Return the deadline of an agreement; None when it has no end."""
    reminder = review or review_day(ends)
    if ends is None or reminder is None:
        return None
    return Deadline(agreement=agreement, ends=ends, reminder=reminder)


def nearness(found: Deadline, today: date) -> Nearness:
    """Say how near a deadline is; its last day is not past."""
    if today > found.ends:
        return Nearness.PAST
    return Nearness.NEAR if today >= found.reminder else Nearness.FAR


def _stay(state: State, since: datetime, until: datetime) -> Stay:
    days = max(timedelta(0), until - since) / timedelta(days=1)
    return Stay(state=state, since=since, until=until, days=days)
