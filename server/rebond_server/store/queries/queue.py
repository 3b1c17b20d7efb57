"""The lead's queue: every device that waits, each with one next action and its reason."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, defer

from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.queries.counting import MOST_COUNTED, Counted, count_each
from rebond_server.store.queries.standing import Standing, grade_reasons, standings

PAGE = 20
"""Lines of one part: each asks what is proven of its drives."""
WAITING = (State.HELD, State.RECEIVED, State.EXAMINED, State.WIPED)


class Action(StrEnum):
    """The one thing to do next."""

    DECIDE = "decide"
    PROBE = "probe"
    PROBE_AGAIN = "probe_again"
    ERASE = "erase"
    ERASE_AGAIN = "erase_again"
    REPLACE_OR_DESTROY = "replace_or_destroy"
    CONFIRM_GRADE = "confirm_grade"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One device that waits for a person."""

    device_id: UUID
    tag: str
    kind: str
    maker: str | None
    model: str | None
    state: State
    since: datetime
    action: Action
    grade: str | None
    """The computed grade, for whoever is to confirm it."""
    reason: Sentence | None


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """A part of the queue, longest waiting first; `next` is the cursor of the part that follows."""

    lines: tuple[Waiting, ...]
    next: str | None


def queue(
    session: Session,
    site_id: UUID,
    *,
    state: State | None = None,
    after: str | None = None,
    most: int = PAGE,
) -> QueuePage:
    """Return the devices that wait, from a cursor on; a cursor that means nothing starts anew."""
    place = _place(after)
    # state by state: each is one stretch of the index; all at once would sort every waiting device
    devices = sorted(
        (
            device
            for one in (WAITING if state is None else (state,))
            for device in session.scalars(_waiting_in(site_id, one, place, most + 1))
        ),
        key=lambda device: (device.changed, device.id),
    )
    more = len(devices) > most
    shown = devices[:most]
    return QueuePage(
        lines=_lines(session, site_id, shown),
        next=_cursor(shown[-1]) if more else None,
    )


def _waiting_in(
    site_id: UUID, state: State, place: tuple[datetime, UUID] | None, most: int
) -> Select[Device]:
    query = select(Device).where(Device.site_id == site_id, Device.state == state)
    if place is not None:
        query = query.where(tuple_(Device.changed, Device.id) > tuple_(*place))
    return query.order_by(Device.changed, Device.id).limit(most)


def count_states(
    session: Session, site_id: UUID, states: Iterable[State] = State, most: int = MOST_COUNTED
) -> dict[State, Counted]:
    """Return how many devices stand in each of these states, counting no further than `most`."""
    # the tag, not the id: the index of the states holds it
    wanted = {
        state: select(Device.tag).where(Device.site_id == site_id, Device.state == state)
        for state in states
    }
    return count_each(session, wanted, most)


def _for_drives(proven: Standing) -> Action:
    verdicts = [drive.verdict for drive in proven.drives if drive.holds_data]
    if Verdict.FAILED in verdicts:
        return Action.REPLACE_OR_DESTROY
    if Verdict.INTERRUPTED in verdicts:
        return Action.ERASE_AGAIN
    if Verdict.CLEARED_WITH_LIMITS in verdicts:
        return Action.DECIDE
    if verdicts and proven.obstacle is not None:
        unproven = {Verdict.UNKNOWN, Verdict.NOT_ATTEMPTED} & set(verdicts)
        return Action.ERASE if unproven else Action.PROBE_AGAIN
    return Action.PROBE_AGAIN


_FIXED = {
    State.HELD: Action.DECIDE,
    State.WIPED: Action.CONFIRM_GRADE,
    State.RECEIVED: Action.PROBE,
}


def waiting(session: Session, device: Device) -> Waiting:
    """Return what a device that waits, waits for."""
    return _lines(session, device.site_id, [device])[0]


def _lines(session: Session, site_id: UUID, devices: Sequence[Device]) -> tuple[Waiting, ...]:
    # of a wiped device nothing is in the way: what is proven of its drives need not be asked
    asked = [device for device in devices if device.state is not State.WIPED]
    proven = standings(session, site_id, asked)
    ids = [device.grade_id for device in devices if device.grade_id is not None]
    rows = session.scalars(
        # the facts of a grade are most of what it weighs, and nobody asks for them here
        select(GradeRow)
        .where(GradeRow.site_id == site_id, GradeRow.id.in_(ids))
        .options(defer(GradeRow.facts))
    )
    graded = {row.id: row for row in rows}
    return tuple(
        _line(
            device, proven.get(device.id), graded.get(device.grade_id) if device.grade_id else None
        )
        for device in devices
    )


def _line(device: Device, proven: Standing | None, graded: GradeRow | None) -> Waiting:
    return Waiting(
        device_id=device.id,
        tag=device.tag,
        kind=device.kind,
        maker=device.maker,
        model=device.model,
        state=device.state,
        since=device.changed,
        action=_for_drives(proven) if proven and device.state not in _FIXED else _fixed(device),
        grade=None if graded is None else graded.overall,
        reason=(proven and proven.obstacle) or next(_grade_reasons(graded), None),
    )


def _fixed(device: Device) -> Action:
    return _FIXED.get(device.state, Action.PROBE_AGAIN)


def _grade_reasons(graded: GradeRow | None) -> Iterator[Sentence]:
    if graded is not None:
        yield from (reason.sentence for reason in grade_reasons(graded))


def _cursor(device: Device) -> str:
    text = f"{device.changed.astimezone(UTC).isoformat()}|{device.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, device_id = text.split("|")
        place = datetime.fromisoformat(moment).astimezone(UTC), UUID(device_id)
    except (ValueError, binascii.Error, OverflowError):
        return None
    return place
