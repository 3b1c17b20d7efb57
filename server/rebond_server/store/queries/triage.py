"""What only the lead can settle, cause by cause: which devices, since when, why, and the one thing to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from rebond_server.domain.health import Health
from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.device import Device, DeviceDrive, DriveRow, GradeRow, JudgementRow
from rebond_server.store.history import COMPONENT_LOST, HistoryEvent
from rebond_server.store.queries.standing import grade_reasons, standing

MOST = 50
"""Devices listed under one cause, the longest waiting first; all are counted."""
OVERDUE = timedelta(days=14)
"""So long without a step, a device is forgotten on a shelf. [Rebond's proposal]"""
HERE = (State.RECEIVED, State.EXAMINED, State.WIPED, State.HELD)


class Cause(StrEnum):
    """Why a device waits for the lead."""

    DRIVE_IN_DOUBT = "drive_in_doubt"
    FAILED_WIPE = "failed_wipe"
    LIMITED_WIPE = "limited_wipe"
    UNVERIFIED_WIPE = "unverified_wipe"
    DOUBTFUL_FACT = "doubtful_fact"
    COMPONENT_LOST = "component_lost"
    OVERDUE = "overdue"


_VERDICTS = {
    Cause.FAILED_WIPE: (Verdict.FAILED,),
    Cause.LIMITED_WIPE: (Verdict.CLEARED_WITH_LIMITS,),
    Cause.UNVERIFIED_WIPE: (Verdict.INTERRUPTED, Verdict.UNKNOWN),
}
"""What the server said of a wipe; each calls for another action."""


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
    count: int
    matters: tuple[Matter, ...]


def triage(session: Session, site_id: UUID, now: datetime) -> tuple[Heap, ...]:
    """Return every cause with its devices; a cause without devices has none."""
    return tuple(_heap(session, site_id, cause, now) for cause in Cause)


def count_matters(session: Session, site_id: UUID, now: datetime) -> int:
    """Return how many devices wait for the lead, each counted once whatever its causes."""
    any_cause = or_(*(_of(cause, now) for cause in Cause))
    waits = and_(Device.site_id == site_id, Device.state.in_(HERE), any_cause)
    return session.scalar(select(func.count()).select_from(Device).where(waits)) or 0


def _heap(session: Session, site_id: UUID, cause: Cause, now: datetime) -> Heap:
    waits = and_(Device.site_id == site_id, Device.state.in_(HERE), _of(cause, now))
    count = session.scalar(select(func.count()).select_from(Device).where(waits)) or 0
    devices = session.scalars(
        select(Device).where(waits).order_by(Device.changed, Device.id).limit(MOST)
    ).all()
    return Heap(
        cause=cause,
        count=count,
        matters=tuple(
            Matter(
                tag=device.tag,
                maker=device.maker,
                model=device.model,
                since=device.changed,
                reason=next(_reasons(session, device, cause), None),
            )
            for device in devices
        ),
    )


def _of(cause: Cause, now: datetime) -> ColumnElement[bool]:
    match cause:
        case Cause.DRIVE_IN_DOUBT:
            return _drive(DeviceDrive.health.in_((Health.REVIEW.value, Health.UNKNOWN.value)))
        case Cause.FAILED_WIPE | Cause.LIMITED_WIPE | Cause.UNVERIFIED_WIPE:
            judged = and_(
                JudgementRow.site_id == DriveRow.site_id,
                JudgementRow.id == DriveRow.judgement_id,
                JudgementRow.epoch == DriveRow.epoch,
                JudgementRow.verdict.in_(_VERDICTS[cause]),
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


def _reasons(session: Session, device: Device, cause: Cause) -> Iterator[Sentence]:
    match cause:
        case Cause.DRIVE_IN_DOUBT:
            for told in session.scalars(
                select(DeviceDrive.health_reasons)
                .where(
                    DeviceDrive.site_id == device.site_id,
                    DeviceDrive.device_id == device.id,
                    DeviceDrive.inventory_id == device.inventory_id,
                    DeviceDrive.health.in_((Health.REVIEW.value, Health.UNKNOWN.value)),
                )
                .order_by(DeviceDrive.position)
            ):
                yield from (msgspec.convert(one, Sentence) for one in told)
        case Cause.DOUBTFUL_FACT:
            graded = session.get_one(GradeRow, (device.site_id, device.grade_id))
            yield from (reason.sentence for reason in grade_reasons(graded))
        case Cause.COMPONENT_LOST:
            for details in session.scalars(
                select(HistoryEvent.details)
                .where(
                    HistoryEvent.site_id == device.site_id,
                    HistoryEvent.subject_kind == "device",
                    HistoryEvent.subject_id == device.id,
                    HistoryEvent.verb == COMPONENT_LOST,
                )
                .order_by(HistoryEvent.at.desc(), HistoryEvent.id.desc())
                .limit(1)
            ):
                yield from (msgspec.convert(one, Sentence) for one in details["lost"])
        case Cause.FAILED_WIPE | Cause.LIMITED_WIPE | Cause.UNVERIFIED_WIPE:
            proven = standing(session, device)
            yield from (() if proven.obstacle is None else (proven.obstacle,))
        case Cause.OVERDUE:
            return
