"""Everything known about one device, for its page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_schemas.facts import Facts
from rebond_server.domain.grading import GradeReason
from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Lot, Programme, Request
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.history import HistoryEvent
from rebond_server.store.intake import AssetTag
from rebond_server.store.people import Account
from rebond_server.store.queries.certificate import CertificateLine, certificates_of
from rebond_server.store.queries.standing import DriveLine, grade_reasons, standing
from rebond_server.store.stick import StatementKind, StatementRow, Stick

MOST_EVENTS = 200
MOST_STATEMENTS = 100


@dataclass(frozen=True, kw_only=True)
class GradeLine:
    """The latest grade; `confirmed` when a person has confirmed a grade in this cycle."""

    overall: str
    axes: dict[str, object]
    reasons: tuple[GradeReason, ...]
    rules: str
    graded: datetime
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One event; `actor` is the login of a person or the name of a stick, None for the server."""

    at: datetime
    actor_kind: str
    actor: str | None
    verb: str
    old: str | None
    new: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One statement about this device, with the name of its evidence."""

    statement_id: UUID
    kind: StatementKind
    received: datetime
    stick: str
    sequence: int
    sha256: str
    latest_inventory: bool


@dataclass(frozen=True, kw_only=True)
class AssignmentLine:
    """The open assignment: for which request, and on which sheet it left."""

    assignment_id: UUID
    request_id: UUID
    request: str
    programme: str
    programme_name: str
    organisation: str
    confirmed: datetime
    handover_id: UUID | None
    handover: str | None


@dataclass(frozen=True, kw_only=True)
class DevicePage:
    """One device, whole."""

    device_id: UUID
    tag: str
    kind: str
    state: State
    cycle: int
    maker: str | None
    model: str | None
    serial: str | None
    lot: str | None
    lot_name: str | None
    received: datetime
    changed: datetime
    version: int
    facts: Facts | None
    drives: tuple[DriveLine, ...]
    drives_hidden: bool
    sanitised: bool
    obstacle: Sentence | None
    grade: GradeLine | None
    assignment: AssignmentLine | None
    statements: tuple[StatementLine, ...]
    certificates: tuple[CertificateLine, ...]
    history: tuple[HistoryLine, ...]


def device_page(session: Session, site_id: UUID, device_id: UUID) -> DevicePage | None:
    """Return the page of a device; None when this workshop has no such device."""
    device = session.get(Device, (site_id, device_id))
    if device is None:
        return None
    proven = standing(session, device)
    lot = None if device.lot_id is None else session.get(Lot, (site_id, device.lot_id))
    return DevicePage(
        device_id=device.id,
        tag=device.tag,
        kind=device.kind,
        state=device.state,
        cycle=device.cycle,
        maker=device.maker,
        model=device.model,
        serial=device.serial,
        lot=None if lot is None else lot.code,
        lot_name=None if lot is None else lot.name,
        received=device.received,
        changed=device.changed,
        version=device.version,
        facts=None if device.facts is None else msgspec.convert(device.facts, Facts),
        drives=proven.drives,
        drives_hidden=device.drives_hidden,
        sanitised=proven.sanitised,
        obstacle=proven.obstacle,
        grade=_grade(session, device),
        assignment=_assignment(session, device),
        statements=_statements(session, device),
        certificates=certificates_of(session, site_id, device_id),
        history=history_of(session, site_id, "device", device_id),
    )


def device_by_tag(session: Session, site_id: UUID, tag: str) -> UUID | None:
    """Return the device behind a tag, one that it carries or carried; or None."""
    wanted = tag.strip().upper()
    return session.scalar(
        select(Device.id).where(Device.site_id == site_id, Device.tag == wanted)
    ) or session.scalar(
        select(AssetTag.device_id).where(AssetTag.site_id == site_id, AssetTag.tag == wanted)
    )


def history_of(
    session: Session, site_id: UUID, kind: str, subject_id: UUID
) -> tuple[HistoryLine, ...]:
    """Return the newest events of one subject, newest first."""
    query = (
        select(HistoryEvent, Account.login, Stick.name)
        .outerjoin(
            Account,
            and_(Account.site_id == HistoryEvent.site_id, Account.id == HistoryEvent.actor_id),
        )
        .outerjoin(
            Stick,
            and_(Stick.site_id == HistoryEvent.site_id, Stick.id == HistoryEvent.actor_id),
        )
        .where(
            HistoryEvent.site_id == site_id,
            HistoryEvent.subject_kind == kind,
            HistoryEvent.subject_id == subject_id,
        )
        .order_by(HistoryEvent.at.desc(), HistoryEvent.id.desc())
        .limit(MOST_EVENTS)
    )
    return tuple(
        HistoryLine(
            at=event.at,
            actor_kind=event.actor_kind,
            actor=login or stick,
            verb=event.verb,
            old=event.old,
            new=event.new,
            reason=event.reason,
        )
        for event, login, stick in session.execute(query)
    )


def _grade(session: Session, device: Device) -> GradeLine | None:
    if device.grade_id is None:
        return None
    row = session.get_one(GradeRow, (device.site_id, device.grade_id))
    return GradeLine(
        overall=row.overall,
        axes=row.axes,
        reasons=grade_reasons(row),
        rules=row.rules,
        graded=row.graded,
        confirmed=device.state in {State.GRADED, State.ALLOCATED, State.RELEASED},
    )


def _assignment(session: Session, device: Device) -> AssignmentLine | None:
    found = session.execute(
        select(Assignment, Request, Programme, Handover)
        .join(
            Request,
            and_(Request.site_id == Assignment.site_id, Request.id == Assignment.request_id),
        )
        .join(
            Programme,
            and_(Programme.site_id == Request.site_id, Programme.id == Request.programme_id),
        )
        .outerjoin(
            Handover,
            and_(Handover.site_id == Assignment.site_id, Handover.id == Assignment.handover_id),
        )
        .where(
            Assignment.site_id == device.site_id,
            Assignment.device_id == device.id,
            Assignment.closed.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    assignment, request, programme, handover = found
    return AssignmentLine(
        assignment_id=assignment.id,
        request_id=request.id,
        request=request.code,
        programme=programme.code,
        programme_name=programme.name,
        organisation=request.organisation,
        confirmed=assignment.confirmed,
        handover_id=None if handover is None else handover.id,
        handover=None if handover is None else handover.number,
    )


def _statements(session: Session, device: Device) -> tuple[StatementLine, ...]:
    query = (
        select(StatementRow, Stick.name)
        .join(
            Stick,
            and_(Stick.site_id == StatementRow.site_id, Stick.id == StatementRow.stick_id),
        )
        .where(StatementRow.site_id == device.site_id, StatementRow.device_id == device.id)
        .order_by(StatementRow.arrival.desc())
        .limit(MOST_STATEMENTS)
    )
    return tuple(
        StatementLine(
            statement_id=row.id,
            kind=row.kind,
            received=row.received,
            stick=stick,
            sequence=row.sequence,
            sha256=row.sha256,
            latest_inventory=row.id == device.inventory_id,
        )
        for row, stick in session.execute(query)
    )
