"""A person confirms lines of a plan: only then does a device belong to a request."""

from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer

from rebond_schemas.plan_output import Assigned
from rebond_server.domain.errors import Refused
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, NotProven, Taken
from rebond_server.operations.caps import one_at_a_time, refuse_over_cap
from rebond_server.operations.proposed_lines import proposed_lines
from rebond_server.operations.step import by_person, device_of, sanitised
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment, PlanRow
from rebond_server.store.base import plain
from rebond_server.store.demand import Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7


@dataclass(frozen=True, kw_only=True)
class LineResult:
    """What became of one line of a plan; `refusal` is None when the device is now allocated."""

    device_id: UUID
    tag: str
    assignment_id: UUID | None
    refusal: Sentence | None


def confirm_assignment(work: Work, plan_id: UUID, device_id: UUID) -> Assignment:
    """Allocate the device as the newest plan says; raise Refused with the reason when it cannot be."""
    work.require(Permission.CONFIRM_PLAN)
    plan = _newest(work, plan_id)
    line = _line(work, plan, device_id)
    if line.request in _at_the_counter(work, line.request):
        raise BadValue(
            Sentence(
                fr="Ce dispositif sert au guichet, par bon : rien ne s'attribue d'ici.",
                en="This programme serves at the counter, by voucher: nothing is allocated from here.",
            )
        )
    return _confirm(work, plan, line)


def confirm_plan(work: Work, plan_id: UUID, request: str | None = None) -> tuple[LineResult, ...]:
    """Allocate every device of the newest plan that still can be, or those of one request.

    Returns one result a line. A line confirmed before, alone, is no news: it is passed over.
    """
    work.require(Permission.CONFIRM_PLAN)
    plan = _newest(work, plan_id)
    done, counter = _confirmed(work, plan), _at_the_counter(work, request)
    open_lines = [
        line
        for device, line in proposed_lines(work, plan.id).items()
        if device not in done and line.request not in counter
    ]
    asked = [one for one in open_lines if request in {None, one.request}]
    results = tuple(_try(work, plan, line) for line in asked)
    if len(asked) == len(open_lines) and all(result.refusal is None for result in results):
        plan.validated, plan.validated_by = work.now, work.person()
    return results


def _confirmed(work: Work, plan: PlanRow) -> set[UUID]:
    """Return the devices that this very plan has already allocated."""
    return set(
        work.session.scalars(
            select(Assignment.device_id).where(
                Assignment.site_id == work.site_id,
                Assignment.plan_id == plan.id,
                Assignment.closed.is_(None),
            )
        )
    )


def _at_the_counter(work: Work, code: str | None) -> set[str]:
    """Return which requests (this one, or all) are first-come: their devices leave at the office, by voucher."""
    query = (
        select(Request.code)
        .join(
            Programme,
            (Programme.site_id == Request.site_id) & (Programme.id == Request.programme_id),
        )
        .where(Request.site_id == work.site_id, Programme.first_come)
    )
    if code is not None:
        query = query.where(Request.code == code)
    return set(work.session.scalars(query))


def _try(work: Work, plan: PlanRow, line: Assigned) -> LineResult:
    device_id = UUID(line.device)
    tag = work.session.get_one(Device, (work.site_id, device_id)).tag
    try:
        with work.session.begin_nested():
            assignment = _confirm(work, plan, line)
    except Refused as refusal:
        return LineResult(
            device_id=device_id, tag=tag, assignment_id=None, refusal=refusal.sentence
        )
    return LineResult(device_id=device_id, tag=tag, assignment_id=assignment.id, refusal=None)


def _confirm(work: Work, plan: PlanRow, line: Assigned) -> Assignment:
    officer = work.person()
    one_at_a_time(work)
    device = device_of(work, UUID(line.device))
    if device.state is State.ALLOCATED:
        _taken(device)
    request = _request(work, line.request)
    if not sanitised(work.session, device):
        raise NotProven(
            Sentence(
                fr=f"{device.tag} : l'effacement de chaque disque n'est pas prouvé.",
                en=f"{device.tag}: not every drive is proven erased.",
            )
        )
    refuse_over_cap(work, request, device)
    by_person(work, device, Event.ALLOCATE, request.code)
    assignment = Assignment(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=device.id,
        request_id=request.id,
        plan_id=plan.id,
        reasons=[plain(line)],
        confirmed=work.now,
        confirmed_by=officer,
    )
    try:
        with work.session.begin_nested():
            work.session.add(assignment)
    except IntegrityError:
        _taken(device)
    return assignment


def _taken(device: Device) -> NoReturn:
    raise Taken(
        Sentence(
            fr=f"{device.tag} vient d'être attribué par quelqu'un d'autre.",
            en=f"{device.tag} was just allocated by somebody else.",
        )
    )


def _request(work: Work, code: str) -> Request:
    """Return the open request, its row locked, or raise when it has all it asked for."""
    request = work.session.scalars(
        select(Request)
        .where(Request.site_id == work.site_id, Request.code == code)
        .with_for_update(key_share=True)
    ).one_or_none()
    if request is None:
        raise NotFound(
            Sentence(fr=f"La demande {code} n'existe plus.", en=f"Request {code} is gone.")
        )
    refuse_served(work, request)
    return request


def refuse_served(work: Work, request: Request) -> None:
    """Raise Taken when a request is closed or has all that it asked for."""
    held = work.session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.site_id == work.site_id,
            Assignment.request_id == request.id,
            Assignment.closed.is_(None),
        )
    )
    if request.closed is not None or (held or 0) >= wanted_devices(request):
        raise Taken(
            Sentence(
                fr=f"La demande {request.code} a déjà tout ce qu'elle demande.",
                en=f"Request {request.code} already has all it asked for.",
            )
        )


def wanted_devices(request: Request) -> int:
    """Return how many devices a request asks for: units times the parts of one unit."""
    return request.quantity * max(1, len(request.terms.get("parts", ())))


def _newest(work: Work, plan_id: UUID) -> PlanRow:
    """Return the plan, without its input and its lines, or raise NotFound when a newer one was made."""
    newest = work.session.scalars(
        select(PlanRow)
        .where(PlanRow.site_id == work.site_id)
        .options(defer(PlanRow.input), defer(PlanRow.output))
        .order_by(PlanRow.made.desc(), PlanRow.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest.id != plan_id:
        raise NotFound(
            Sentence(
                fr="Ce plan n'est plus le dernier : rechargez la page.",
                en="This plan is no longer the newest: reload the page.",
            )
        )
    return newest


def _line(work: Work, plan: PlanRow, device_id: UUID) -> Assigned:
    line = proposed_lines(work, plan.id).get(device_id)
    if line is None:
        raise NotFound(
            Sentence(
                fr="Le plan ne propose cet appareil à personne.",
                en="The plan proposes this device to nobody.",
            )
        )
    return line
