"""One device for one request without a plan: the plan's own conditions, asked of these two alone."""

import msgspec

from rebond_schemas import plan
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.lifecycle import Event
from rebond_server.domain.programme import Refused, Terms, eligible, terms, tier_of
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotProven
from rebond_server.operations.caps import refuse_over_cap
from rebond_server.operations.plan_stock import plan_device
from rebond_server.operations.programmes import territories
from rebond_server.operations.step import by_person, sanitised
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.base import plain
from rebond_server.store.demand import Lot, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7


def allocate_directly(
    work: Work, device: Device, request: Request, part: plan.Part | None = None
) -> Assignment:
    """Allocate a device for a part of a request (None: its first), or raise Refused with the reason."""
    if not sanitised(work.session, device):
        raise NotProven(
            Sentence(
                fr=f"{device.tag} : l'effacement n'est pas prouvé.",
                en=f"{device.tag}: its erasure is not proven.",
            )
        )
    line = _judged(work, device, request, part)
    refuse_over_cap(work, request, device)
    by_person(work, device, Event.ALLOCATE, request.code)
    assignment = Assignment(
        site_id=work.site_id, id=uuid7(work.now), device_id=device.id, request_id=request.id,
        plan_id=None, reasons=[plain(line)], confirmed=work.now, confirmed_by=work.person(),
    )  # fmt: skip
    work.session.add(assignment)
    work.session.flush()
    return assignment


def terms_of(work: Work, request: Request, *lots: Lot) -> tuple[plan.Request, Terms]:
    """Return a request as a plan reads it, with the terms of its programme and of these lots."""
    within = work.session.get_one(Programme, (work.site_id, request.programme_id))
    asked = msgspec.structs.replace(
        msgspec.convert(request.terms, plan.Request), completed=request.completed
    )
    source = plan.PlanInput(
        territories=msgspec.convert(tuple(territories(work)), tuple[plan.Territory, ...]),
        lots=tuple(msgspec.convert(lot.terms, plan.Lot) for lot in lots),
        programmes=(msgspec.convert(within.terms, plan.Programme),),
        requests=(asked,),
    )
    return asked, terms(source, work.now)


def lot_of(work: Work, device: Device) -> Lot:
    """Return the lot under whose law a device is, or raise BadValue."""
    if device.lot_id is None:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} n'est dans aucun lot : on ne sait pas sous quelle loi il est.",
                en=f"{device.tag} is in no lot: no law is known for it.",
            )
        )
    return work.session.get_one(Lot, (work.site_id, device.lot_id))


def _judged(work: Work, device: Device, request: Request, part: plan.Part | None) -> Assigned:
    lot = lot_of(work, device)
    asked, known = terms_of(work, request, lot)
    wanted = asked.parts[0] if part is None else part
    answer = eligible(plan_device(work, device, lot), asked, wanted, known)
    if isinstance(answer, Refused):
        misses = ", ".join(miss.condition.value for miss in answer.misses)
        raise BadValue(
            Sentence(
                fr=f"{device.tag} ne convient pas à cette demande ({misses}).",
                en=f"{device.tag} does not fit this request ({misses}).",
            )
        )
    return Assigned(
        device=str(device.id),
        request=request.code,
        part=wanted.name,
        wish=answer.wish,
        over_specification=answer.over_specification,
        tier=tier_of(asked, known.programmes[asked.programme]),
    )
