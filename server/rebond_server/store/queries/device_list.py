"""The list of devices, filtered and in pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.intake import DevicePlace, Place

PAGE = 50
FURTHEST = 10_000
"""The last page that is looked for: a number in an address is no order to count to infinity."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list should show; None asks nothing. Pages count from 1."""

    state: State | None = None
    kind: str | None = None
    grade: str | None = None
    text: str | None = None
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class ListedDevice:
    """One line of the list."""

    tag: str
    kind: str
    maker: str | None
    model: str | None
    serial: str | None
    state: State
    grade: str | None
    lot: str | None
    place: str | None
    received: datetime
    changed: datetime


@dataclass(frozen=True, kw_only=True)
class DeviceList:
    """One page of the list, and how many devices there are in all."""

    devices: tuple[ListedDevice, ...]
    count: int
    page: int
    pages: int


def device_list(session: Session, site_id: UUID, wanted: Wanted) -> DeviceList:
    """Return one page of the devices that are wanted, by tag."""
    asked = conditions(site_id, wanted)
    graded = and_(GradeRow.site_id == Device.site_id, GradeRow.id == Device.grade_id)
    count = session.scalar(
        select(func.count()).select_from(Device).outerjoin(GradeRow, graded).where(*asked)
    )
    pages = max(1, -(-(count or 0) // PAGE))
    page = min(max(1, wanted.page), pages, FURTHEST)
    rows = session.execute(
        select(Device, GradeRow.overall, Lot.code, Place.code)
        .outerjoin(GradeRow, graded)
        .outerjoin(Lot, and_(Lot.site_id == Device.site_id, Lot.id == Device.lot_id))
        .outerjoin(
            DevicePlace,
            and_(DevicePlace.site_id == Device.site_id, DevicePlace.device_id == Device.id),
        )
        .outerjoin(
            Place, and_(Place.site_id == DevicePlace.site_id, Place.id == DevicePlace.place_id)
        )
        .where(*asked)
        .order_by(Device.tag)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return DeviceList(
        devices=tuple(_line(*row) for row in rows),
        count=count or 0,
        page=page,
        pages=pages,
    )


def conditions(site_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what a device must be to be wanted; join the grade for it."""
    asked = [Device.site_id == site_id]
    if wanted.state is not None:
        asked.append(Device.state == wanted.state)
    if wanted.kind is not None:
        asked.append(Device.kind == wanted.kind)
    if wanted.grade is not None:
        asked.append(GradeRow.overall == wanted.grade)
    if wanted.text:
        said = func.coalesce(Device.maker, "") + " " + func.coalesce(Device.model, "")
        whole = said + " " + func.coalesce(Device.serial, "") + " " + Device.tag
        asked.append(func.lower(whole).contains(wanted.text.casefold(), autoescape=True))
    return asked


def tags_wanted(session: Session, site_id: UUID, wanted: Wanted, most: int) -> tuple[str, ...]:
    """Return the tags of all devices that are wanted, on every page, up to so many."""
    graded = and_(GradeRow.site_id == Device.site_id, GradeRow.id == Device.grade_id)
    query = select(Device.tag).outerjoin(GradeRow, graded).where(*conditions(site_id, wanted))
    return tuple(session.scalars(query.order_by(Device.tag).limit(most)))


def _line(device: Device, grade: str | None, lot: str | None, place: str | None) -> ListedDevice:
    return ListedDevice(
        tag=device.tag,
        kind=device.kind,
        maker=device.maker,
        model=device.model,
        serial=device.serial,
        state=device.state,
        grade=grade,
        lot=lot,
        place=place,
        received=device.received,
        changed=device.changed,
    )
