"""Where things stand: sites, rooms, shelves and pallets, and moving what was scanned."""

from uuid import UUID

from sqlalchemy import select

from rebond_schemas.text import clean
from rebond_server.domain.lot import PlaceKind
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import DevicePlace, Place
from rebond_server.store.people import Account

_ORDER = tuple(PlaceKind)
LONGEST_CODE = 40


def record_place(
    work: Work, code: str, kind: PlaceKind, name: str, parent: str | None = None
) -> Place:
    """Add a place inside a larger one; only a site stands alone."""
    work.require(Permission.RECEIVE_DEVICE)
    code = (clean(code) or "").upper()[:LONGEST_CODE]
    if not code:
        raise BadValue(Sentence(fr="Donnez un code au lieu.", en="Give the place a code."))
    if _place(work, code) is not None:
        raise Taken(Sentence(fr=f"Le lieu {code} existe.", en=f"Place {code} exists."))
    above = None if not parent else place_named(work, parent)
    if above is None and kind is not PlaceKind.SITE:
        raise BadValue(Sentence(fr="Dites dans quel lieu il est.", en="Say in which place it is."))
    if above is not None and _ORDER.index(above.kind) >= _ORDER.index(kind):
        raise BadValue(
            Sentence(
                fr=f"{above.code} est trop petit pour contenir ce lieu.",
                en=f"{above.code} is too small to hold this place.",
            )
        )
    place = Place(
        site_id=work.site_id,
        id=uuid7(work.now),
        code=code,
        kind=kind,
        name=clean(name) or code,
        parent_id=None if above is None else above.id,
    )
    work.session.add(place)
    work.session.flush()
    tell(work, "record_place", ("place", place.id), new=code)
    return place


def move_device(work: Work, device_id: UUID, code: str) -> Device:
    """Put a device in a place; where it stands already, nothing is told."""
    work.require(Permission.RECEIVE_DEVICE)
    place = place_named(work, code)
    device = device_of(work, device_id)
    row = _row(work, device)
    if row.place_id == place.id and row.holder_id is None:
        return device
    old = where(work, device)
    row.place_id, row.holder_id, row.since = place.id, None, work.now
    work.session.add(row)
    work.session.flush()
    tell(work, "move_device", ("device", device.id), old=old, new=place.code)
    return device


def give_to(work: Work, device_id: UUID, login: str) -> Device:
    """Say which colleague has a device in hand."""
    work.require(Permission.RECEIVE_DEVICE)
    account = work.session.scalars(
        select(Account).where(Account.site_id == work.site_id, Account.login == login)
    ).one_or_none()
    if account is None or not account.active:
        raise NotFound(Sentence(fr=f"Aucun compte {login}.", en=f"No account {login}."))
    device = device_of(work, device_id)
    row = _row(work, device)
    row.holder_id, row.since = account.id, work.now
    work.session.add(row)
    work.session.flush()
    # History keeps the account's number, not its name: people leave, events stay.
    tell(work, "give_to", ("device", device.id), new=str(account.id))
    return device


def where(work: Work, device: Device) -> str | None:
    """Return the code of the place where a device stands; None: nobody said."""
    return work.session.scalar(
        select(Place.code)
        .join(
            DevicePlace,
            (DevicePlace.site_id == Place.site_id) & (DevicePlace.place_id == Place.id),
        )
        .where(DevicePlace.site_id == work.site_id, DevicePlace.device_id == device.id)
    )


def place_named(work: Work, code: str) -> Place:
    """Return the place with this code, or raise NotFound."""
    found = _place(work, code.strip().upper())
    if found is None:
        raise NotFound(
            Sentence(fr=f"Le lieu « {code} » n'existe pas.", en=f"There is no place “{code}”.")
        )
    return found


def _place(work: Work, code: str) -> Place | None:
    return work.session.scalars(
        select(Place).where(Place.site_id == work.site_id, Place.code == code)
    ).one_or_none()


def _row(work: Work, device: Device) -> DevicePlace:
    found = work.session.scalars(
        select(DevicePlace).where(
            DevicePlace.site_id == work.site_id, DevicePlace.device_id == device.id
        )
    ).one_or_none()
    return found or DevicePlace(site_id=work.site_id, id=uuid7(work.now), device_id=device.id)
