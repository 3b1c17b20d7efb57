"""The frozen document from which a plan is made: what the tables say at one moment."""

from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas.plan import Hold, Pin, PlanInput, Proposed, Request, Territory
from rebond_schemas.plan_output import PlanOutput
from rebond_server.operations.holds import standing_holds
from rebond_server.operations.plan_stock import plan_stock
from rebond_server.operations.plan_terms import (
    given_devices,
    plan_lot,
    plan_programme,
    plan_request,
)
from rebond_server.operations.work import Work
from rebond_server.store import demand
from rebond_server.store.allocation import Assignment, PlanRow
from rebond_server.store.people import Site
from rebond_server.store.queries.plan_page import CONFIRMED

Row = TypeVar("Row", demand.Lot, demand.Programme, demand.Request)


def plan_source(work: Work) -> PlanInput:
    """Return everything the plan may know. Devices without a lot are left out: no law is known."""
    terms = work.session.get_one(Site, work.site_id).terms
    lots = _rows(work, demand.Lot)
    requests = _rows(work, demand.Request)
    wishes = {row.id: msgspec.convert(row.terms, Request) for row in requests}
    codes = {lot.id: lot.code for lot in lots}
    given = given_devices(work, wishes, codes)
    locked = _locked(work)
    devices = plan_stock(work, codes)
    here = {device.id for device in devices}
    names = {one.id for one in wishes.values()}
    return PlanInput(
        rules=terms.get("rules", "demonstration"),
        territories=msgspec.convert(tuple(terms.get("territories", ())), tuple[Territory, ...]),
        lots=tuple(plan_lot(work, row, given) for row in lots),
        programmes=tuple(plan_programme(work, row, given) for row in _rows(work, demand.Programme)),
        requests=tuple(plan_request(row, wishes[row.id], given) for row in requests),
        devices=devices,
        pins=(
            *(
                Pin(hold=Hold.LOCK, reason=CONFIRMED, device=device, request=wishes[request].id)
                for device, request in locked.items()
                if device in here
            ),
            *standing_holds(work, here, set(locked), {key: one.id for key, one in wishes.items()}),
        ),
        proposal=tuple(_proposal(work, here - set(locked), names)),
    )


def _rows(work: Work, table: type[Row]) -> list[Row]:
    return list(
        work.session.scalars(
            select(table).where(table.site_id == work.site_id).order_by(table.code)
        )
    )


def _locked(work: Work) -> dict[str, UUID]:
    """Return the devices that a person has allocated and that are still here, with their request."""
    rows = work.session.execute(
        select(Assignment.device_id, Assignment.request_id).where(
            Assignment.site_id == work.site_id,
            Assignment.closed.is_(None),
            Assignment.handover_id.is_(None),
        )
    )
    return {str(row.device_id): row.request_id for row in rows}


def _proposal(work: Work, free: set[str], known: set[str]) -> Iterator[Proposed]:
    """Yield what the newest plan proposed and nobody has confirmed, for as few changes as can be."""
    output = work.session.scalars(
        select(PlanRow.output)
        .where(PlanRow.site_id == work.site_id)
        .order_by(PlanRow.made.desc(), PlanRow.id.desc())
        .limit(1)
    ).one_or_none()
    if output is None:
        return
    for line in msgspec.convert(output, PlanOutput).assignments:
        if line.device in free and line.request in known and not line.locked:
            yield Proposed(device=line.device, request=line.request)
