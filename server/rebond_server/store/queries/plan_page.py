"""The plans, line by line, with who and what stands behind each id."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_schemas.plan import Hold, PlanInput
from rebond_schemas.plan_output import PlanOutput
from rebond_server.store.allocation import Assignment, PlanRow
from rebond_server.store.demand import Programme, Request
from rebond_server.store.people import Account
from rebond_server.store.queries.find import Found, devices_by_id
from rebond_server.store.queries.request_page import RequestLine, requests_by_code

CONFIRMED = "confirmed"
"""The reason of a lock that stands for an allocation a person has confirmed."""


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
    before: frozenset[str]
    """Devices that were allocated already when the plan was made."""
    counter: frozenset[str]
    """Requests of first-come programmes: their devices leave by voucher."""


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
        before=frozenset(
            pin.device
            for pin in source.pins
            if pin.hold is Hold.LOCK and pin.reason == CONFIRMED and pin.device is not None
        ),
        counter=frozenset(
            session.scalars(
                select(Request.code)
                .join(
                    Programme,
                    (Programme.site_id == Request.site_id) & (Programme.id == Request.programme_id),
                )
                .where(Request.site_id == site_id, Programme.first_come)
            )
        ),
    )


def _login(session: Session, site_id: UUID, account_id: UUID | None) -> str | None:
    if account_id is None:
        return None
    return session.get_one(Account, (site_id, account_id)).login
