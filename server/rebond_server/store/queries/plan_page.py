"""The plans, line by line, with who and what stands behind each id."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_schemas.plan import PlanInput
from rebond_schemas.plan_output import PlanOutput
from rebond_server.store.allocation import Assignment, PlanRow
from rebond_server.store.people import Account
from rebond_server.store.queries.find import Found, devices_by_id
from rebond_server.store.queries.request_page import RequestLine, requests_by_code


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    """One plan. `devices` is keyed by the device id of its lines, `requests` by request id (code)."""

    plan_id: UUID
    made: datetime
    made_by: str | None
    validated: datetime | None
    validated_by: str | None
    newest: bool
    input: PlanInput
    output: PlanOutput
    devices: dict[str, Found]
    requests: dict[str, RequestLine]
    confirmed: frozenset[str]
    """Devices of this plan that a person has confirmed and that were not freed since."""


def newest_plan(session: Session, site_id: UUID) -> UUID | None:
    """Return the newest plan of the workshop, or None before the first."""
    return session.scalar(
        select(PlanRow.id)
        .where(PlanRow.site_id == site_id)
        .order_by(PlanRow.made.desc(), PlanRow.id.desc())
        .limit(1)
    )


def plan_page(session: Session, site_id: UUID, plan_id: UUID) -> PlanPage | None:
    """Return a plan with everything its page names; None when this workshop has no such plan."""
    row = session.get(PlanRow, (site_id, plan_id))
    if row is None:
        return None
    source = msgspec.convert(row.input, PlanInput)
    output = msgspec.convert(row.output, PlanOutput)
    ids = {UUID(line.device) for line in output.assignments} | {UUID(d.id) for d in source.devices}
    found = devices_by_id(session, site_id, ids)
    confirmed = session.scalars(
        select(Assignment.device_id).where(
            Assignment.site_id == site_id,
            Assignment.plan_id == plan_id,
            Assignment.closed.is_(None),
        )
    )
    return PlanPage(
        plan_id=row.id,
        made=row.made,
        made_by=_login(session, site_id, row.made_by),
        validated=row.validated,
        validated_by=_login(session, site_id, row.validated_by),
        newest=row.id == newest_plan(session, site_id),
        input=source,
        output=output,
        devices={str(device_id): line for device_id, line in found.items()},
        requests=requests_by_code(session, site_id, {one.id for one in source.requests}),
        confirmed=frozenset(str(device_id) for device_id in confirmed),
    )


def _login(session: Session, site_id: UUID, account_id: UUID | None) -> str | None:
    if account_id is None:
        return None
    return session.get_one(Account, (site_id, account_id)).login
