"""At the office: a voucher and a device are scanned, and the device leaves. A voucher works once."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.voucher import code_sha256
from rebond_server.errors import NotFound, Taken
from rebond_server.operations.allocate_directly import allocate_directly
from rebond_server.operations.caps import one_at_a_time
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.requests import request_of
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Request
from rebond_server.store.device import Device
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
        assignment = allocate_directly(work, chosen, request)
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
