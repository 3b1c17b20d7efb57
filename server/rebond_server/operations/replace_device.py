"""A device comes back under warranty: it begins a new cycle, and the same request is offered another."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas import plan
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.programme import Eligible, eligible
from rebond_server.domain.replacement import at_least_like
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.allocate_directly import allocate_directly, lot_of, terms_of
from rebond_server.operations.caps import one_at_a_time
from rebond_server.operations.confirm_assignment import refuse_served
from rebond_server.operations.history import tell
from rebond_server.operations.hold_device import take_back
from rebond_server.operations.holds import holds_now
from rebond_server.operations.plan_stock import plan_device, plan_stock
from rebond_server.operations.requests import request_of
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.undo_assignment import open_assignment
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.base import plain
from rebond_server.store.demand import Lot, Request
from rebond_server.store.device import Device
from rebond_server.store.hold import HoldRow, Replacement
from rebond_server.store.ids import uuid7

MOST_LOOKED_AT = 5_000
"""Devices in stock among which a replacement is looked for, by tag."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The device that came back, its request, and what is offered; None: nothing of its class is here."""

    returned: Device
    request: Request
    offered: Device | None


def replace_under_warranty(work: Work, device_id: UUID, reason: str) -> Offer:
    """Take a released device back and offer its request another of at least its class.

    The offer is an instruction to the plan until an officer allocates it: nothing is given by itself.
    """
    work.require(Permission.TAKE_BACK)
    given = reason_given(reason)
    one_at_a_time(work)
    device = device_of(work, device_id)
    returned = open_assignment(work, device)
    request = request_of(work, returned.request_id)
    part = _part(work, device, returned)  # before the grade is gone
    take_back(work, device.id, given)
    if request.closed is not None:
        request.closed = None
        tell(work, "reopen_request", ("request", request.id), new=request.code, reason=given)
    found = _best(work, request, part)
    offered = None if found is None else device_of(work, UUID(found.id))
    if offered is not None:
        why = f"remplace {device.tag} (garantie) : {given}"
        _offer(work, returned, request, offered, part, why)
    return Offer(returned=device, request=request, offered=offered)


def allocate_replacement(work: Work, replacement_id: UUID) -> Assignment:
    """Allocate what was offered, at the counter or not; raise Refused with the reason when it cannot be."""
    work.require(Permission.CONFIRM_PLAN)
    one_at_a_time(work)
    row = work.session.get(Replacement, (work.site_id, replacement_id), with_for_update=True)
    hold = None if row is None else work.session.get_one(HoldRow, (work.site_id, row.hold_id))
    if row is None or hold is None or hold.lifted is not None:
        raise NotFound(Sentence(fr="Cette offre n'est plus là.", en="This offer is gone."))
    returned = work.session.get_one(Assignment, (work.site_id, row.returned_id))
    request = request_of(work, returned.request_id)
    refuse_served(work, request)
    assert hold.device_id is not None  # noqa: S101 - an offer names a device; tells the type checker
    part = msgspec.convert(row.part, plan.Part)
    chosen = device_of(work, hold.device_id)
    assignment = allocate_directly(work, chosen, request, part)
    row.assignment_id, hold.lifted = assignment.id, work.now
    work.session.flush()
    return assignment


def _part(work: Work, device: Device, returned: Assignment) -> plan.Part:
    line = msgspec.convert(returned.reasons[0], Assigned)
    return at_least_like(plan_device(work, device, lot_of(work, device)), line.part)


def _best(work: Work, request: Request, part: plan.Part) -> plan.Device | None:
    """Return the free device of at least that class, the lowest such class first, by tag."""
    lots = list(work.session.scalars(select(Lot).where(Lot.site_id == work.site_id)))
    asked, known = terms_of(work, request, *lots)
    spoken_for = {str(one.device_id) for one in holds_now(work)}
    kind = part.wishes[0].kinds[0]
    here = plan_stock(
        work, {lot.id: lot.code for lot in lots}, Device.kind == kind.value,
        Device.state == State.GRADED, most=MOST_LOOKED_AT,
    )  # fmt: skip
    fitting = [
        (answer.over_specification, one.tag, one)
        for one in here
        if one.id not in spoken_for
        and isinstance(answer := eligible(one, asked, part, known), Eligible)
        and any(isinstance(eligible(one, asked, own, known), Eligible) for own in asked.parts)
    ]
    return min(fitting, key=lambda one: one[:2])[2] if fitting else None


def _offer(
    work: Work, returned: Assignment, request: Request, offered: Device, part: plan.Part,
    reason: str,
) -> None:  # fmt: skip
    hold = HoldRow(
        site_id=work.site_id, id=uuid7(work.now), kind=plan.Hold.PIN, device_id=offered.id,
        request_id=request.id, reason=reason[:500], made=work.now, made_by=work.person(),
        expires=None,
    )  # fmt: skip
    work.session.add(hold)
    work.session.flush()
    work.session.add(
        Replacement(
            site_id=work.site_id,
            id=uuid7(work.now),
            returned_id=returned.id,
            hold_id=hold.id,
            part=plain(part),
        )
    )
    work.session.flush()
    tell(
        work, "offer_replacement", ("device", offered.id), new=request.code, reason=reason[:500],
        details={"returned": str(returned.device_id)},
    )  # fmt: skip
