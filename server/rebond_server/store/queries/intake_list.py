"""What the intake screens and exports read: devices with what was noted of them, places, donors."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, undefer

from rebond_server.domain.lot import PlaceKind
from rebond_server.store.demand import Agreement, Lot
from rebond_server.store.device import Device
from rebond_server.store.intake import (
    AssetTag,
    CollectionPoint,
    DevicePlace,
    Donor,
    Intake,
    ListedItem,
    Place,
)
from rebond_server.store.people import Account
from rebond_server.store.queries.device_list import Wanted, tags_after

AT_ONCE = 1_000
"""Devices of one part of an export."""


@dataclass(frozen=True, kw_only=True)
class NotedDevice:
    """One device with all that a list may tell of it; `notes` is None when nobody noted anything."""

    device: Device
    notes: Intake | None
    lot: str | None
    point: str | None
    place: str | None
    grade: str | None
    holder: str | None
    """The name of the colleague who has it in hand."""


@dataclass(frozen=True, kw_only=True)
class PlaceLine:
    """One place, and how many devices stand in it."""

    code: str
    kind: PlaceKind
    name: str
    parent: str | None
    devices: int


def noted_devices(
    session: Session, site_id: UUID, wanted: Wanted, after: str = "", *, facts: bool = False
) -> list[NotedDevice]:
    """Return the next AT_ONCE devices that are wanted, by tag: the whole list, part by part.

    `facts` loads what the inventory told, which stays away otherwise.
    """
    tags = list(session.scalars(tags_after(site_id, wanted, after).limit(AT_ONCE)))
    if not tags:
        return []
    chosen = _noted(site_id).where(Device.tag.in_(tags))
    if facts:
        chosen = chosen.options(undefer(Device.facts))
    return [_line(row) for row in session.execute(chosen.order_by(Device.tag))]


def last_taken_in(session: Session, site_id: UUID, most: int) -> tuple[NotedDevice, ...]:
    """Return the devices that were taken in last, newest first."""
    query = _noted(site_id).where(Intake.id.is_not(None))
    rows = session.execute(query.order_by(Device.received.desc(), Device.id.desc()).limit(most))
    return tuple(_line(row) for row in rows)


def noted_device(session: Session, site_id: UUID, device_id: UUID) -> NotedDevice:
    """Return what was noted of one device, and where it stands."""
    return _line(session.execute(_noted(site_id).where(Device.id == device_id)).one())


def listed_items(session: Session, site_id: UUID, code: str) -> dict[str, ListedItem]:
    """Return the lines of a lot's annex by their id."""
    rows = session.scalars(
        select(ListedItem)
        .join(Lot, and_(Lot.site_id == ListedItem.site_id, Lot.id == ListedItem.lot_id))
        .where(ListedItem.site_id == site_id, Lot.code == code)
    )
    return {str(row.id): row for row in rows}


def places(session: Session, site_id: UUID) -> tuple[PlaceLine, ...]:
    """Return every place of the workshop, by code."""
    counts = {  # noqa: C416 - rows are no pairs to dict()
        place_id: count
        for place_id, count in session.execute(
            select(DevicePlace.place_id, func.count())
            .where(DevicePlace.site_id == site_id, DevicePlace.place_id.is_not(None))
            .group_by(DevicePlace.place_id)
        )
    }
    known = session.scalars(select(Place).where(Place.site_id == site_id).order_by(Place.code))
    rows = {place.id: place for place in known}
    return tuple(
        PlaceLine(
            code=place.code,
            kind=place.kind,
            name=place.name,
            parent=None if place.parent_id is None else rows[place.parent_id].code,
            devices=counts.get(place.id, 0),
        )
        for place in rows.values()
    )


def donor_codes(session: Session, site_id: UUID) -> tuple[str, ...]:
    """Return the codes of all donors."""
    query = select(Donor.code).where(Donor.site_id == site_id).order_by(Donor.code)
    return tuple(session.scalars(query))


def agreement_numbers(session: Session, site_id: UUID) -> tuple[str, ...]:
    """Return the numbers of all agreements."""
    query = select(Agreement.number).where(Agreement.site_id == site_id).order_by(Agreement.number)
    return tuple(session.scalars(query))


def waits_for_device(session: Session, site_id: UUID, tag: str) -> bool:
    """Say whether this is a printed label that no device has claimed yet."""
    query = select(AssetTag.id).where(
        AssetTag.site_id == site_id, AssetTag.tag == tag, AssetTag.device_id.is_(None)
    )
    return session.scalar(query) is not None


def _noted(site_id: UUID) -> Any:  # noqa: ANN401 - SQLAlchemy's type of six columns helps nobody
    return (
        select(
            Device,
            Intake,
            Lot.code,
            CollectionPoint.name,
            Place.code,
            Account.name,
        )
        .outerjoin(Intake, and_(Intake.site_id == site_id, Intake.device_id == Device.id))
        .outerjoin(Lot, and_(Lot.site_id == site_id, Lot.id == Device.lot_id))
        .outerjoin(
            CollectionPoint,
            and_(CollectionPoint.site_id == site_id, CollectionPoint.id == Intake.point_id),
        )
        .outerjoin(
            DevicePlace, and_(DevicePlace.site_id == site_id, DevicePlace.device_id == Device.id)
        )
        .outerjoin(Place, and_(Place.site_id == site_id, Place.id == DevicePlace.place_id))
        .outerjoin(Account, and_(Account.site_id == site_id, Account.id == DevicePlace.holder_id))
        .where(Device.site_id == site_id)
    )


def _line(row: Any) -> NotedDevice:  # noqa: ANN401 - likewise
    device, notes, lot, point, place, holder = row
    return NotedDevice(
        device=device,
        notes=notes,
        lot=lot,
        point=point,
        place=place,
        grade=device.grade,
        holder=holder,
    )
