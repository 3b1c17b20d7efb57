"""What only the lead can settle, cause by cause: which devices, since when, why, and the one thing to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from rebond_server.domain.health import Health
from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.store.device import Device, DeviceDrive, DriveRow, GradeRow, JudgementRow
from rebond_server.store.history import (
    COMPONENT_LOST,
    EVIDENCE_AFTER_END,
    LOOKED_AFTER_END,
    HistoryEvent,
)
from rebond_server.store.queries.counting import Counted
from rebond_server.store.queries.queue import count_states
from rebond_server.store.queries.triage_reasons import VERDICTS, Cause, reasons_of

MOST = 20
"""Devices listed under one cause, the longest waiting first."""
LOOKED_AT = 500
"""Devices of each state that are looked through for causes, the longest waiting first.

In a stock of a million tens of thousands wait, and what a cause asks of each is no index's to answer.
"""
OVERDUE = timedelta(days=14)
"""So long without a step, a device is forgotten on a shelf. [Rebond's proposal]"""
HERE = (State.RECEIVED, State.EXAMINED, State.WIPED, State.HELD)
GONE = (State.RELEASED, State.SCRAPPED)
WAITING = tuple(cause for cause in Cause if cause is not Cause.SEEN_AFTER_END)
"""What is asked of devices that are here."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One device under one cause."""

    tag: str
    maker: str | None
    model: str | None
    since: datetime
    reason: Sentence | None


@dataclass(frozen=True, kw_only=True)
class Heap:
    """All that waits for one cause: how many, and the first of them."""

    cause: Cause
    count: Counted
    matters: tuple[Matter, ...]


def triage(session: Session, site_id: UUID, now: datetime) -> tuple[Heap, ...]:
    """Return every cause with its devices; a cause without devices has none."""
    more = _more_wait(session, site_id)
    # all causes of a device at once: it is read once, not once a cause
    asked = [case((_of(cause, now), 1), else_=0) for cause in WAITING]
    longest = select(Device.id, *asked).where(_longest_waiting(site_id))
    found: dict[Cause, list[UUID]] = {cause: [] for cause in Cause}
    for device_id, *speaks in session.execute(longest.order_by(Device.changed, Device.id)):
        for cause, spoken in zip(WAITING, speaks, strict=True):
            if spoken:
                found[cause].append(device_id)
    gone = _seen_after_end(session, site_id)
    found[Cause.SEEN_AFTER_END] = gone[:LOOKED_AT]
    much = dict.fromkeys(Cause, more) | {Cause.SEEN_AFTER_END: len(gone) > LOOKED_AT}
    return tuple(
        _heap(session, site_id, cause, ids, more=much[cause]) for cause, ids in found.items()
    )


def count_matters(session: Session, site_id: UUID, now: datetime) -> Counted:
    """Return how many devices wait for the lead, each counted once whatever its causes."""
    # what costs least is asked first: of what is overdue nothing more is asked
    causes = sorted(WAITING, key=lambda cause: cause is not Cause.OVERDUE)
    any_cause = or_(*(_of(cause, now) for cause in causes))
    count = session.scalar(
        select(func.count()).select_from(Device).where(_longest_waiting(site_id), any_cause)
    )
    gone = _seen_after_end(session, site_id)
    more = len(gone) > LOOKED_AT or _more_wait(session, site_id)
    return Counted(count=(count or 0) + len(gone[:LOOKED_AT]), more=more)


def waits_after_end(session: Session, device: Device) -> bool:
    """Say whether a report came of this device after it had left, and nobody has explained it."""
    waits = and_(
        Device.site_id == device.site_id,
        Device.id == device.id,
        Device.state.in_(GONE),
        _after_end(),
    )
    return session.scalar(select(Device.id).where(waits)) is not None


def _seen_after_end(session: Session, site_id: UUID) -> list[UUID]:
    """Return at most LOOKED_AT + 1 devices that were seen although they had left, the oldest first."""
    waits = and_(Device.site_id == site_id, Device.state.in_(GONE), _after_end())
    asked = select(Device.id).where(waits).order_by(Device.changed, Device.id)
    return list(session.scalars(asked.limit(LOOKED_AT + 1)))


def _heap(session: Session, site_id: UUID, cause: Cause, ids: list[UUID], *, more: bool) -> Heap:
    first = ids[:MOST]
    rows = session.scalars(select(Device).where(Device.site_id == site_id, Device.id.in_(first)))
    devices = sorted(rows, key=lambda device: (device.changed, device.id))
    reasons = reasons_of(session, site_id, cause, devices)
    return Heap(
        cause=cause,
        count=Counted(count=len(ids), more=more),
        matters=tuple(
            Matter(
                tag=device.tag,
                maker=device.maker,
                model=device.model,
                since=device.changed,
                reason=reasons.get(device.id),
            )
            for device in devices
        ),
    )


def _longest_waiting(site_id: UUID) -> ColumnElement[bool]:
    """Say that a device is among the longest waiting of its state."""
    longest = union_all(
        *(
            select(
                select(Device.id)
                .where(Device.site_id == site_id, Device.state == state)
                .order_by(Device.changed)
                .limit(LOOKED_AT)
                .subquery()
                .c.id
            )
            for state in HERE
        )
    )
    return and_(Device.site_id == site_id, Device.id.in_(longest))


def _more_wait(session: Session, site_id: UUID) -> bool:
    """Say whether some state holds more devices than are looked through."""
    counts = count_states(session, site_id, HERE)
    return any(one.more or one.count > LOOKED_AT for one in counts.values())


def _of(cause: Cause, now: datetime) -> ColumnElement[bool]:
    match cause:
        case Cause.DRIVE_IN_DOUBT:
            return _drive(DeviceDrive.health.in_((Health.REVIEW.value, Health.UNKNOWN.value)))
        case Cause.FAILED_WIPE | Cause.LIMITED_WIPE | Cause.UNVERIFIED_WIPE:
            judged = and_(
                JudgementRow.site_id == DriveRow.site_id,
                JudgementRow.id == DriveRow.judgement_id,
                JudgementRow.epoch == DriveRow.epoch,
                JudgementRow.verdict.in_(VERDICTS[cause]),
            )
            here = and_(
                DriveRow.site_id == DeviceDrive.site_id, DriveRow.id == DeviceDrive.drive_id
            )
            return _drive(
                select(DriveRow.id).join(JudgementRow, judged).where(here).exists(),
                Device.state != State.WIPED,
            )
        case Cause.DOUBTFUL_FACT:
            review = and_(
                GradeRow.site_id == Device.site_id,
                GradeRow.id == Device.grade_id,
                GradeRow.overall == "REVIEW",
            )
            return and_(Device.state == State.WIPED, select(GradeRow.id).where(review).exists())
        case Cause.COMPONENT_LOST:
            return _lost().exists()
        case Cause.SEEN_AFTER_END:
            return _after_end()
        case Cause.OVERDUE:
            return Device.changed < now - OVERDUE


def _drive(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that a drive of the latest inventory that holds data is so."""
    return (
        select(DeviceDrive.id)
        .where(
            DeviceDrive.site_id == Device.site_id,
            DeviceDrive.device_id == Device.id,
            DeviceDrive.inventory_id == Device.inventory_id,
            DeviceDrive.holds_data,
            *conditions,
        )
        .exists()
    )


def _lost() -> Select[UUID]:
    """Select the line of history that tells what the latest inventory no longer sees."""
    told = HistoryEvent.details["inventory"].as_string()
    # SQLite keeps an id as 32 digits, PostgreSQL with hyphens: compared without them.
    latest = func.replace(cast(Device.inventory_id, String), "-", "")
    return select(HistoryEvent.id).where(
        HistoryEvent.site_id == Device.site_id,
        HistoryEvent.subject_kind == "device",
        HistoryEvent.subject_id == Device.id,
        HistoryEvent.verb == COMPONENT_LOST,
        func.replace(told, "-", "") == latest,
    )


_AFTER_END: ColumnElement[str] = literal_column(f"'{EVIDENCE_AFTER_END}'")
"""In the statement itself: SQLite takes a partial index for no value that is bound."""


def _after_end() -> ColumnElement[bool]:
    """Say that a report came since the device left or was scrapped, and no person explained the last."""
    report, told = aliased(HistoryEvent), aliased(HistoryEvent)
    explained = (
        select(told.id)
        .where(
            told.site_id == report.site_id,
            told.subject_kind == "device",
            told.subject_id == report.subject_id,
            told.verb == LOOKED_AFTER_END,
            told.at >= report.at,
        )
        .exists()
    )
    return Device.id.in_(
        select(report.subject_id).where(
            report.site_id == Device.site_id,
            report.verb == _AFTER_END,
            report.at >= Device.changed,
            ~explained,
        )
    )
