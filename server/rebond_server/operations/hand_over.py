"""The handover: devices leave the workshop, on one signed sheet."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select

from rebond_server.domain.lifecycle import Event
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.class_list import pair_with_list
from rebond_server.operations.confirm_assignment import wanted_devices
from rebond_server.operations.history import tell
from rebond_server.operations.kits import refuse_partial_kits
from rebond_server.operations.recipients import keep_name
from rebond_server.operations.step import by_person, device_of
from rebond_server.operations.undo_assignment import open_assignment
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.database import take_turns
from rebond_server.store.demand import Request
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Site


def hand_over(
    work: Work,
    request_id: UUID,
    device_ids: Sequence[UUID],
    recipient: str | None = None,
    names: Mapping[UUID, str] = MappingProxyType({}),
) -> Handover:
    """Release these allocated devices to the request's organisation or person, on one sheet.

    `names` says who receives which device, on a class list. Raises BadValue for part of a kit.
    """
    work.require(Permission.HAND_OVER)
    officer = work.person()
    request = work.session.get(Request, (work.site_id, request_id), with_for_update=True)
    if request is None:
        raise NotFound(Sentence(fr="Cette demande n'existe pas.", en="There is no such request."))
    if not device_ids:
        raise BadValue(Sentence(fr="Choisissez au moins un appareil.", en="Choose a device."))
    handover = Handover(
        site_id=work.site_id,
        id=uuid7(work.now),
        number=_next_number(work),
        request_id=request.id,
        at=work.now,
        by=officer,
    )
    work.session.add(handover)
    work.session.flush()
    chosen = list(dict.fromkeys(device_ids))
    for device_id in sorted(chosen):
        _release(work, handover, device_id)
    refuse_partial_kits(work, request)
    pair_with_list(work, request, handover, chosen)
    keep_name(work, handover, recipient)
    for device_id in chosen:
        keep_name(work, handover, names.get(device_id), device_id)
    _close_when_served(work, request)
    tell(
        work,
        "hand_over",
        ("handover", handover.id),
        new=handover.number,
        details={"devices": len(set(device_ids)), "request": request.code},
    )
    return handover


def _release(work: Work, handover: Handover, device_id: UUID) -> None:
    device = device_of(work, device_id)
    assignment = open_assignment(work, device)
    if assignment.request_id != handover.request_id:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} est attribué à une autre demande.",
                en=f"{device.tag} is allocated to another request.",
            )
        )
    by_person(work, device, Event.HAND_OVER, handover.number)
    assignment.handover_id = handover.id


def _next_number(work: Work) -> str:
    take_turns(work.session, f"handover {work.site_id}")
    site = work.session.get_one(Site, work.site_id, populate_existing=True)
    site.handovers += 1
    return f"R-{work.now.year}-{site.handovers:05}"


def _close_when_served(work: Work, request: Request) -> None:
    work.session.flush()
    released = work.session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.site_id == work.site_id,
            Assignment.request_id == request.id,
            Assignment.handover_id.is_not(None),
            Assignment.closed.is_(None),
        )
    )
    if (released or 0) >= wanted_devices(request):
        request.closed = work.now
        tell(work, "serve_request", ("request", request.id), new=request.code)
