"""Why a device waits for the lead, in a sentence: for all devices of one cause in one question."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from rebond_schemas.facts import Drive
from rebond_server.domain.health import Health
from rebond_server.domain.sanitised import first_sentence
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.device import Device, DeviceDrive, DriveRow, GradeRow, JudgementRow
from rebond_server.store.history import COMPONENT_LOST, HistoryEvent
from rebond_server.store.queries.standing import as_judgement, grade_reasons

Reason = tuple[UUID, Sentence]


class Cause(StrEnum):
    """Why a device waits for the lead."""

    DRIVE_IN_DOUBT = "drive_in_doubt"
    FAILED_WIPE = "failed_wipe"
    LIMITED_WIPE = "limited_wipe"
    UNVERIFIED_WIPE = "unverified_wipe"
    DOUBTFUL_FACT = "doubtful_fact"
    COMPONENT_LOST = "component_lost"
    SEEN_AFTER_END = "seen_after_end"
    OVERDUE = "overdue"


VERDICTS = {
    Cause.FAILED_WIPE: (Verdict.FAILED,),
    Cause.LIMITED_WIPE: (Verdict.CLEARED_WITH_LIMITS,),
    Cause.UNVERIFIED_WIPE: (Verdict.INTERRUPTED, Verdict.UNKNOWN),
}
"""What the server said of a wipe; each calls for another action."""


def reasons_of(
    session: Session, site_id: UUID, cause: Cause, devices: Sequence[Device]
) -> dict[UUID, Sentence]:
    """Return by device the first reason of this cause; a cause without reasons has none."""
    ids = [device.id for device in devices]
    if not ids:
        return {}
    found: dict[UUID, Sentence] = {}
    for device_id, sentence in _reasons(session, site_id, cause, ids):
        found.setdefault(device_id, sentence)
    return found


def _reasons(session: Session, site_id: UUID, cause: Cause, ids: list[UUID]) -> Iterator[Reason]:
    match cause:
        case Cause.DRIVE_IN_DOUBT:
            return _of_health(session, site_id, ids)
        case Cause.FAILED_WIPE | Cause.LIMITED_WIPE | Cause.UNVERIFIED_WIPE:
            return _of_wipe(session, site_id, ids, VERDICTS[cause])
        case Cause.DOUBTFUL_FACT:
            return _of_grade(session, site_id, ids)
        case Cause.COMPONENT_LOST:
            return _of_loss(session, site_id, ids)
        case Cause.SEEN_AFTER_END | Cause.OVERDUE:
            return iter(())


def _of_health(session: Session, site_id: UUID, ids: list[UUID]) -> Iterator[Reason]:
    rows = session.execute(
        select(DeviceDrive.device_id, DeviceDrive.health_reasons)
        .join(Device, _latest_report())
        .where(
            DeviceDrive.site_id == site_id,
            DeviceDrive.device_id.in_(ids),
            DeviceDrive.health.in_((Health.REVIEW.value, Health.UNKNOWN.value)),
        )
        .order_by(DeviceDrive.position)
    )
    for device_id, told in rows:
        yield from ((device_id, msgspec.convert(one, Sentence)) for one in told)


def _of_wipe(
    session: Session, site_id: UUID, ids: list[UUID], verdicts: tuple[Verdict, ...]
) -> Iterator[Reason]:
    rows = session.execute(
        select(DeviceDrive.device_id, DeviceDrive.facts, JudgementRow)
        .join(Device, _latest_report())
        .join(
            DriveRow,
            and_(DriveRow.site_id == DeviceDrive.site_id, DriveRow.id == DeviceDrive.drive_id),
        )
        .join(
            JudgementRow,
            and_(
                JudgementRow.site_id == DriveRow.site_id,
                JudgementRow.id == DriveRow.judgement_id,
                JudgementRow.epoch == DriveRow.epoch,
            ),
        )
        .where(
            DeviceDrive.site_id == site_id,
            DeviceDrive.device_id.in_(ids),
            DeviceDrive.holds_data,
            JudgementRow.verdict.in_(verdicts),
        )
        .order_by(DeviceDrive.position)
    )
    for device_id, facts, judged in rows:
        yield device_id, first_sentence(msgspec.convert(facts, Drive), as_judgement(judged))


def _of_grade(session: Session, site_id: UUID, ids: list[UUID]) -> Iterator[Reason]:
    rows = session.execute(
        select(Device.id, GradeRow)
        .join(GradeRow, and_(GradeRow.site_id == Device.site_id, GradeRow.id == Device.grade_id))
        .where(Device.site_id == site_id, Device.id.in_(ids))
    )
    for device_id, row in rows:
        yield from ((device_id, reason.sentence) for reason in grade_reasons(row))


def _of_loss(session: Session, site_id: UUID, ids: list[UUID]) -> Iterator[Reason]:
    rows = session.execute(
        select(HistoryEvent.subject_id, HistoryEvent.details)
        .where(
            HistoryEvent.site_id == site_id,
            HistoryEvent.subject_kind == "device",
            HistoryEvent.subject_id.in_(ids),
            HistoryEvent.verb == COMPONENT_LOST,
        )
        .order_by(HistoryEvent.at.desc(), HistoryEvent.id.desc())
    )
    for device_id, details in rows:
        yield from ((device_id, msgspec.convert(one, Sentence)) for one in details["lost"])


def _latest_report() -> ColumnElement[bool]:
    return and_(
        Device.site_id == DeviceDrive.site_id,
        Device.id == DeviceDrive.device_id,
        Device.inventory_id == DeviceDrive.inventory_id,
    )
