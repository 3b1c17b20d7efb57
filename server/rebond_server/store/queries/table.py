"""All devices in one table: what is proven, the grade, why, and where the device is to go."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_schemas.plan_output import PlanOutput
from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.allocation import Assignment, PlanRow
from rebond_server.store.demand import Programme, Request
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.queries.plan_page import newest_plan
from rebond_server.store.queries.standing import grade_reasons, standing

MOST = 1000


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """One device: `verdicts` of the drives that can hold data, in their order."""

    device_id: UUID
    tag: str
    name: str
    state: State
    verdicts: tuple[Verdict, ...]
    sanitised: bool
    grade: str | None
    reason: Sentence | None
    programme: str | None
    proposed: bool
    """The programme is only proposed by the newest plan; nobody has confirmed it."""


def table(session: Session, site_id: UUID) -> tuple[TableLine, ...]:
    """Return the devices of the workshop by tag."""
    rows = session.execute(
        select(Device, GradeRow)
        .outerjoin(
            GradeRow, and_(GradeRow.site_id == Device.site_id, GradeRow.id == Device.grade_id)
        )
        .where(Device.site_id == site_id)
        .order_by(Device.tag)
        .limit(MOST)
    )
    allocated, proposed = _allocated(session, site_id), _proposed(session, site_id)
    return tuple(
        _line(session, device, grade, allocated.get(device.id), proposed.get(device.id))
        for device, grade in rows
    )


def _line(
    session: Session,
    device: Device,
    grade: GradeRow | None,
    allocated: str | None,
    proposed: str | None,
) -> TableLine:
    proven = standing(session, device)
    spoken = () if grade is None else grade_reasons(grade)
    return TableLine(
        device_id=device.id,
        tag=device.tag,
        name=_name(device),
        state=device.state,
        verdicts=tuple(drive.verdict for drive in proven.drives if drive.holds_data),
        sanitised=proven.sanitised,
        grade=None if grade is None else grade.overall,
        reason=proven.obstacle or next((one.sentence for one in spoken), None),
        programme=allocated or proposed,
        proposed=allocated is None and proposed is not None,
    )


def _name(device: Device) -> str:
    """Return maker and model, once: many a model already begins with its maker."""
    maker, model = device.maker or "", device.model or ""
    if model.casefold().startswith(maker.casefold()):
        return model or device.kind
    return f"{maker} {model}".strip() or device.kind


def _allocated(session: Session, site_id: UUID) -> dict[UUID, str]:
    rows = session.execute(
        select(Assignment.device_id, Programme.name)
        .join(
            Request,
            and_(Request.site_id == Assignment.site_id, Request.id == Assignment.request_id),
        )
        .join(
            Programme,
            and_(Programme.site_id == Request.site_id, Programme.id == Request.programme_id),
        )
        .where(Assignment.site_id == site_id, Assignment.closed.is_(None))
    )
    return {row.device_id: row.name for row in rows}


def _proposed(session: Session, site_id: UUID) -> dict[UUID, str]:
    plan_id = newest_plan(session, site_id)
    if plan_id is None:
        return {}
    output = msgspec.convert(session.get_one(PlanRow, (site_id, plan_id)).output, PlanOutput)
    names = {
        row.code: row.name
        for row in session.execute(
            select(Request.code, Programme.name)
            .join(
                Programme,
                and_(Programme.site_id == Request.site_id, Programme.id == Request.programme_id),
            )
            .where(Request.site_id == site_id)
        )
    }
    return {UUID(line.device): names.get(line.request, line.request) for line in output.assignments}
