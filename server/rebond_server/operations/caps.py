"""The caps of a programme, counted again on the open allocations when a person decides."""

from datetime import date

import msgspec
from sqlalchemy import func, or_, select

from rebond_schemas import plan
from rebond_server.domain.allocation.rules import cap_key
from rebond_server.domain.programme import open_on
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import Taken
from rebond_server.operations.plan_stock import kind_of
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.database import take_turns
from rebond_server.store.demand import Programme, Request
from rebond_server.store.device import Device

_FIELDS = {
    plan.Scope.ORGANISATION: "organisation",
    plan.Scope.OFFICE: "office",
    plan.Scope.PERSON: "person",
}


def one_at_a_time(work: Work) -> None:
    """Let only one transaction of a workshop plan or allocate, until its end."""
    take_turns(work.session, f"allocation {work.site_id}")


def refuse_over_cap(work: Work, request: Request, device: Device) -> None:
    """Raise Taken, naming the cap, when one more device for this request would exceed it.

    Call it inside the turn: what is counted stays as it is until the end.
    """
    one_at_a_time(work)
    within = work.session.get_one(Programme, (work.site_id, request.programme_id))
    terms = msgspec.convert(within.terms, plan.Programme)
    asked = msgspec.convert(request.terms, plan.Request)
    for cap in terms.caps:
        key = cap_key(cap, asked)
        counts = not cap.kinds or kind_of(device.kind) in cap.kinds
        if key is None or not counts or not open_on(work.now.date(), cap.starts, cap.ends):
            continue
        if cap.used.get(key, 0) + _given(work, within, cap, key) >= cap.limit:
            whom = f" ({key})" if key else ""
            raise Taken(
                Sentence(
                    fr=f"Plafond atteint : {cap.limit} pour {within.name}{whom}.",
                    en=f"The cap is reached: {cap.limit} for {within.name}{whom}.",
                )
            )


def _given(work: Work, within: Programme, cap: plan.Cap, key: str) -> int:
    query = (
        select(func.count())
        .select_from(Assignment)
        .join(
            Request,
            (Request.site_id == Assignment.site_id) & (Request.id == Assignment.request_id),
        )
        .join(Device, (Device.site_id == Assignment.site_id) & (Device.id == Assignment.device_id))
        .outerjoin(
            Handover,
            (Handover.site_id == Assignment.site_id) & (Handover.id == Assignment.handover_id),
        )
        .where(
            Assignment.site_id == work.site_id,
            Assignment.closed.is_(None),
            Request.programme_id == within.id,
            or_(Handover.at.is_(None), Handover.at >= _midnight(work, cap.starts)),
        )
    )
    if cap.kinds:
        query = query.where(Device.kind.in_([kind.value for kind in cap.kinds]))
    if cap.scope in _FIELDS:
        query = query.where(Request.terms[_FIELDS[cap.scope]].as_string() == key)
    return work.session.scalar(query) or 0


def _midnight(work: Work, day: date | None) -> object:
    first = date.min if day is None else day
    return work.now.replace(
        year=first.year, month=first.month, day=first.day, hour=0, minute=0, second=0, microsecond=0
    )
