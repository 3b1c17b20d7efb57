"""At the office: a voucher and a device are scanned, and the device leaves. A voucher works once."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas import plan
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.policy import Permission
from rebond_server.domain.programme import Refused as NotEligible
from rebond_server.domain.programme import eligible, terms, tier_of
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.voucher import code_sha256
from rebond_server.errors import BadValue, NotFound, NotProven, Taken
from rebond_server.operations.caps import one_at_a_time, refuse_over_cap
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.plan_stock import plan_device
from rebond_server.operations.programmes import territories
from rebond_server.operations.requests import request_of
from rebond_server.operations.step import by_person, device_of, sanitised
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.base import plain
from rebond_server.store.demand import Lot, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.queries.find import named
from rebond_server.store.voucher import Voucher


def withdraw_device(
    work: Work, scanned: str, device: str, recipient: str | None = None
) -> Handover:
    """Use the voucher for this device: allocated and handed over at once, or refused with the reason."""
    work.require(Permission.HAND_OVER)
    one_at_a_time(work)  # first: whoever confirms a plan locks in the same order
    voucher = standing_voucher(work, scanned)
    request = request_of(work, voucher.request_id)
    chosen = device_of(work, _scanned(work, device))
    _refuse_another(work, request, chosen)
    if chosen.state is State.ALLOCATED:
        assignment = _own(work, chosen, request)
    else:
        assignment = _allocate(work, chosen, request)
    voucher.used, voucher.used_by = work.now, work.person()
    voucher.assignment_id = assignment.id
    work.session.flush()
    return hand_over(work, request.id, [chosen.id], recipient)


def _scanned(work: Work, text: str) -> UUID:
    """Return the one device that carries this very tag, serial or IMEI."""
    found = named(work.session, work.site_id, text)
    if len(found) != 1:
        raise NotFound(
            Sentence(
                fr=f"« {text} » ne désigne pas un appareil d'ici : scannez son étiquette.",
                en=f"“{text}” is not one device here: scan its tag.",
            )
        )
    return found[0].device_id


def standing_voucher(work: Work, scanned: str) -> Voucher:
    """Return the voucher behind a code, its row locked; raise the reason why it does not count."""
    voucher = work.session.scalars(
        select(Voucher)
        .where(Voucher.site_id == work.site_id, Voucher.code_sha256 == code_sha256(scanned))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if voucher is None:
        raise NotFound(
            Sentence(
                fr="Ce code n'est pas celui d'un bon : scannez-le de nouveau.",
                en="This code is no voucher's: scan it again.",
            )
        )
    for sentence in _faults(voucher, work.now.date()):
        raise Taken(sentence)
    return voucher


def _faults(voucher: Voucher, today: date) -> Iterator[Sentence]:
    if voucher.used is not None:
        yield Sentence(
            fr=f"Le bon {voucher.number} a déjà servi le {voucher.used:%d/%m/%Y}.",
            en=f"Voucher {voucher.number} was used on {voucher.used:%Y-%m-%d}.",
        )
    if voucher.lapsed is not None or voucher.expires < today:
        yield Sentence(
            fr=f"Le bon {voucher.number} n'est plus valable (jusqu'au {voucher.expires:%d/%m/%Y}).",
            en=f"Voucher {voucher.number} is no longer valid (until {voucher.expires:%Y-%m-%d}).",
        )


def _refuse_another(work: Work, request: Request, device: Device) -> None:
    """Raise Taken when the file has a device already, set aside or gone: a voucher is for one."""
    other = work.session.execute(
        select(Device.tag, Assignment.handover_id)
        .join(
            Assignment,
            (Assignment.site_id == Device.site_id) & (Assignment.device_id == Device.id),
        )
        .where(
            Assignment.site_id == work.site_id,
            Assignment.request_id == request.id,
            Assignment.closed.is_(None),
            (Assignment.device_id != device.id) | Assignment.handover_id.is_not(None),
        )
    ).first()
    if other is not None:
        raise Taken(
            Sentence(
                fr=f"Ce dossier a déjà {other.tag} : scannez celui-là, ou annulez son attribution.",
                en=f"This file has {other.tag} already: scan that one, or undo its allocation.",
            )
        )


def _own(work: Work, device: Device, request: Request) -> Assignment:
    """Return the open assignment of a device that the plan had set aside for this very file."""
    assignment = work.session.scalars(
        select(Assignment).where(
            Assignment.site_id == work.site_id,
            Assignment.device_id == device.id,
            Assignment.closed.is_(None),
        )
    ).one()
    if assignment.request_id != request.id:
        raise Taken(
            Sentence(
                fr=f"{device.tag} est attribué à une autre demande.",
                en=f"{device.tag} is allocated to another request.",
            )
        )
    return assignment


def _allocate(work: Work, device: Device, request: Request) -> Assignment:
    if not sanitised(work.session, device):
        raise NotProven(
            Sentence(
                fr=f"{device.tag} : l'effacement n'est pas prouvé.",
                en=f"{device.tag}: its erasure is not proven.",
            )
        )
    line = _judged(work, device, request)
    refuse_over_cap(work, request, device)
    by_person(work, device, Event.ALLOCATE, request.code)
    assignment = Assignment(
        site_id=work.site_id, id=uuid7(work.now), device_id=device.id, request_id=request.id,
        plan_id=None, reasons=[plain(line)], confirmed=work.now, confirmed_by=work.person(),
    )  # fmt: skip
    work.session.add(assignment)
    work.session.flush()
    return assignment


def _judged(work: Work, device: Device, request: Request) -> Assigned:
    """Ask the same conditions as the plan does, for this one device and this one file."""
    if device.lot_id is None:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} n'est dans aucun lot : on ne sait pas sous quelle loi il est.",
                en=f"{device.tag} is in no lot: no law is known for it.",
            )
        )
    within = work.session.get_one(Programme, (work.site_id, request.programme_id))
    lot = work.session.get_one(Lot, (work.site_id, device.lot_id))
    asked = msgspec.structs.replace(
        msgspec.convert(request.terms, plan.Request), completed=request.completed
    )
    source = plan.PlanInput(
        territories=msgspec.convert(tuple(territories(work)), tuple[plan.Territory, ...]),
        lots=(msgspec.convert(lot.terms, plan.Lot),),
        programmes=(msgspec.convert(within.terms, plan.Programme),),
        requests=(asked,),
    )
    answer = eligible(
        plan_device(work, device, lot), asked, asked.parts[0], terms(source, work.now)
    )
    if isinstance(answer, NotEligible):
        misses = ", ".join(miss.condition.value for miss in answer.misses)
        raise BadValue(
            Sentence(
                fr=f"{device.tag} ne convient pas à ce bon ({misses}).",
                en=f"{device.tag} does not fit this voucher ({misses}).",
            )
        )
    return Assigned(
        device=str(device.id),
        request=request.code,
        part=asked.parts[0].name,
        wish=answer.wish,
        over_specification=answer.over_specification,
        tier=tier_of(asked, source.programmes[0]),
    )
