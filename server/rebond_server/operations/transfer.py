"""Devices go from one site to another: they are moved one by one, and a note goes with them."""

from sqlalchemy import select

from rebond_schemas.text import clean
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import PlaceKind
from rebond_server.domain.lot_paper import Moved, PaperKind, Transfer
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.examine_by_hand import DATALESS
from rebond_server.operations.lot_papers import head_of, keep_paper
from rebond_server.operations.lots import lot_by_code
from rebond_server.operations.place_device import move_device, place_named, where
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.intake import Place
from rebond_server.store.paper import PaperRow
from rebond_server.store.queries.standing import standing

LEFT = (State.RELEASED, State.SCRAPPED)
MOST_DEVICES = 1000
"""Devices of one note; a lorry takes fewer."""
_LONGEST = 200


def transfer_lot(work: Work, code: str, destination: str, carrier: str) -> PaperRow:
    """Move what is still here of a lot to another site, and issue the note that goes with it.

    Raises BadValue when the place is no site, nobody carries it, or nothing is left to move.
    """
    work.require(Permission.RECEIVE_DEVICE)
    lot = lot_by_code(work, code)
    place = place_named(work, destination)
    if place.kind is not PlaceKind.SITE:
        raise BadValue(
            Sentence(
                fr=f"{place.code} n'est pas un site : un transfert va d'un site à un autre.",
                en=f"{place.code} is no site: a transfer goes from one site to another.",
            )
        )
    who = (clean(carrier) or "")[:_LONGEST]
    if not who:
        raise BadValue(Sentence(fr="Dites qui transporte.", en="Say who carries them."))
    devices = [one for one in _here(work, lot.id) if _site(work, where(work, one)) != place.code]
    if not devices or len(devices) > MOST_DEVICES:
        raise BadValue(_refusal(len(devices), place.code))
    said = Transfer(
        head=head_of(work, lot, PaperKind.TRANSFER),
        destination=place.code,
        destination_name=place.name,
        carrier=who,
        devices=tuple(_moved(work, device) for device in devices),
    )
    for device in devices:
        move_device(work, device.id, place.code)
    return keep_paper(work, PaperKind.TRANSFER, lot, said)


def _refusal(count: int, destination: str) -> Sentence:
    if count:
        return Sentence(
            fr=f"{count} appareils : au plus {MOST_DEVICES} par bon.",
            en=f"{count} devices: at most {MOST_DEVICES} on one note.",
        )
    return Sentence(
        fr=f"Plus rien de ce lot n'est à déplacer vers {destination}.",
        en=f"Nothing of this lot is left to move to {destination}.",
    )


def _here(work: Work, lot_id: object) -> list[Device]:
    return list(
        work.session.scalars(
            select(Device)
            .where(
                Device.site_id == work.site_id,
                Device.lot_id == lot_id,
                Device.state.not_in(LEFT),
            )
            .order_by(Device.tag)
        )
    )


def _moved(work: Work, device: Device) -> Moved:
    proven = standing(work.session, device)
    return Moved(
        tag=device.tag,
        kind=device.kind,
        name=" ".join(text for text in (device.maker, device.model) if text) or "?",
        serial=device.serial,
        state=device.state.value,
        origin=_site(work, where(work, device)),
        data=None if device.kind in DATALESS else not proven.sanitised,
    )


def _site(work: Work, code: str | None) -> str | None:
    """Return the site around a place."""
    place = None if code is None else place_named(work, code)
    while place is not None and place.parent_id is not None:
        place = work.session.get_one(Place, (work.site_id, place.parent_id))
    return None if place is None else place.code
