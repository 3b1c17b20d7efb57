"""The register of outgoing waste: a line when something leaves, withdrawn with a reason, never changed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.text import clean
from rebond_server.domain.intake.item import read_tag
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.waste import GRAMS, read_code, read_siret
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.record import Waste

MOST_GRAMS = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """What one transport tells of all that leaves with it."""

    left: date
    code: str
    carrier: str
    destination: str
    bsd: str | None = None
    treatment: str | None = None


def devices_left(work: Work, tags: list[str], shipment: Shipment) -> list[Waste]:
    """Put scrapped devices into the register, each with the usual weight of its kind; all or none."""
    work.require(Permission.SCRAP)
    checked = _checked(shipment)
    return [_line(work, _scrapped(work, tag), checked) for tag in dict.fromkeys(tags)]


def parts_left(work: Work, kind: str, count: int, grams: int, shipment: Shipment) -> Waste:
    """Put parts or accessories into the register that were never devices of their own."""
    work.require(Permission.SCRAP)
    name = clean(kind)
    if name is None or count < 1 or not 0 < grams <= MOST_GRAMS:
        raise BadValue(
            Sentence(
                fr="Dites quoi, combien, et quel poids en tout.",
                en="Say what, how many, and the weight of all.",
            )
        )
    return _add(work, _checked(shipment), None, name[:40], count, grams)


def weigh(work: Work, line_id: UUID, grams: int, reason: str) -> Waste:
    """Write the true weight: the line is withdrawn, and another takes its place."""
    old = withdraw(work, line_id, reason)
    if not 0 < grams <= MOST_GRAMS:
        raise BadValue(Sentence(fr="Donnez un poids.", en="Give a weight."))
    shipment = Shipment(
        left=old.left,
        code=old.code,
        carrier=old.carrier,
        destination=old.destination,
        bsd=old.bsd,
        treatment=old.treatment,
    )
    return _add(work, shipment, old.device_id, old.kind, old.count or 1, grams)


def withdraw(work: Work, line_id: UUID, reason: str) -> Waste:
    """Withdraw a line: it stays in the register, crossed out, with the reason."""
    work.require(Permission.SCRAP)
    given = reason_given(reason)
    row = work.session.get(Waste, (work.site_id, line_id), with_for_update=True)
    if row is None or row.withdrawn is not None:
        raise NotFound(Sentence(fr="Cette ligne n'existe plus.", en="This line is no more."))
    row.withdrawn, row.reason = work.now, given
    work.session.flush()
    tell(work, "withdraw_waste", _subject(row), old=row.code, reason=given)
    return row


def _line(work: Work, device: Device, shipment: Shipment) -> Waste:
    known = work.session.scalar(
        select(Waste.id).where(
            Waste.site_id == work.site_id,
            Waste.device_id == device.id,
            Waste.withdrawn.is_(None),
        )
    )
    if known is not None:
        raise Taken(
            Sentence(
                fr=f"{device.tag} est déjà au registre.", en=f"{device.tag} is in the register."
            )
        )
    return _add(work, shipment, device.id, device.kind, 1, GRAMS.get(device.kind, 3000))


def _add(
    work: Work, shipment: Shipment, device_id: UUID | None, kind: str, count: int, grams: int
) -> Waste:
    row = Waste(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=device_id,
        kind=kind,
        count=count,
        grams=grams,
        code=shipment.code,
        left=shipment.left,
        carrier=shipment.carrier,
        destination=shipment.destination,
        bsd=shipment.bsd,
        treatment=shipment.treatment,
        at=work.now,
        by=work.person(),
    )
    work.session.add(row)
    work.session.flush()
    tell(work, "waste_leaves", _subject(row), new=f"{row.code} {row.grams} g")
    return row


def _subject(row: Waste) -> tuple[str, UUID]:
    return ("waste", row.id) if row.device_id is None else ("device", row.device_id)


def _scrapped(work: Work, scanned: str) -> Device:
    tag = read_tag(scanned)
    if isinstance(tag, Sentence):
        raise BadValue(tag)
    device_id = device_by_tag(work.session, work.site_id, tag)
    if device_id is None:
        raise NotFound(Sentence(fr=f"Aucun appareil {tag}.", en=f"There is no device {tag}."))
    device = device_of(work, device_id)
    if device.state is not State.SCRAPPED:
        raise BadValue(
            Sentence(
                fr=f"{tag} n'est pas réformé : il ne part pas en déchet.",
                en=f"{tag} is not scrapped: it does not leave as waste.",
            )
        )
    return device


def _checked(shipment: Shipment) -> Shipment:
    code, destination = read_code(shipment.code), read_siret(shipment.destination)
    for one in (code, destination):
        if isinstance(one, Sentence):
            raise BadValue(one)
    carrier = clean(shipment.carrier)
    if carrier is None:
        raise BadValue(Sentence(fr="Nommez le transporteur.", en="Name the carrier."))
    return Shipment(
        left=shipment.left,
        code=str(code),
        carrier=carrier[:200],
        destination=str(destination),
        bsd=(clean(shipment.bsd) or "")[:40] or None,
        treatment=(clean(shipment.treatment) or "")[:10] or None,
    )
