"""The list of devices, filtered and in pages that cost the same however long the list is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, literal_column, or_, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.intake import DevicePlace, Place
from rebond_server.store.queries.counting import MOST_COUNTED, Counted, count_up_to

PAGE = 50
MOST_FOUND = 1_000
"""Devices with a text that are counted: no index holds the text itself, so each is a row to be read."""
SHORTEST_INSIDE = 3
"""Characters of a text that is looked for inside words."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list should show; None asks nothing. `after` and `before` are tags: where a page begins."""

    state: State | None = None
    kind: str | None = None
    grade: str | None = None
    text: str | None = None
    after: str | None = None
    before: str | None = None


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
    """One page of the list. `more`: there are at least `count`."""

    devices: tuple[ListedDevice, ...]
    count: int
    more: bool
    earlier: str | None
    """The tag before which the page before this one ends; None on the first page."""
    later: str | None


def device_list(session: Session, site_id: UUID, wanted: Wanted, most: int = PAGE) -> DeviceList:
    """Return one page of the devices that are wanted, by tag, from a tag on."""
    back = wanted.before is not None
    order = Device.tag.desc() if back else Device.tag
    # first the tags of the page, off the indexes alone; then these few rows, which are large
    tags = list(session.scalars(_tags(site_id, wanted).order_by(order).limit(most + 1)))
    found = session.execute(_rows(site_id).where(Device.tag.in_(tags)).order_by(order))
    rows = [tuple(row) for row in found] if tags else []
    beyond = len(rows) > most
    rows = rows[:most][::-1] if back else rows[:most]
    # a first page that is not full holds them all: they are counted
    alone = not beyond and wanted.after is None and not back
    counted = Counted(count=len(rows)) if alone else count_devices(session, site_id, wanted)
    begins = beyond if back else wanted.after is not None
    ends = beyond or back
    return DeviceList(
        devices=tuple(_line(*row) for row in rows),
        count=counted.count,
        more=counted.more,
        earlier=rows[0][0].tag if rows and begins else None,
        later=rows[-1][0].tag if rows and ends else None,
    )


def count_devices(session: Session, site_id: UUID, wanted: Wanted) -> Counted:
    """Return how many devices are wanted."""
    # the tag, not the id: indexes hold it, so that no row need be read to be counted
    most = MOST_FOUND if wanted.text else MOST_COUNTED
    return count_up_to(session, _of(site_id, wanted), most)


def tags_after(site_id: UUID, wanted: Wanted, after: str) -> Select[str]:
    """Select the tags that are wanted and follow this one, whatever page is wanted."""
    return _of(site_id, wanted).where(Device.tag > after).order_by(Device.tag)


def _of(site_id: UUID, wanted: Wanted) -> Select[str]:
    return select(Device.tag).where(*conditions(site_id, wanted))


def _tags(site_id: UUID, wanted: Wanted) -> Select[str]:
    query = _of(site_id, wanted)
    if wanted.before is not None:
        return query.where(Device.tag < wanted.before)
    return query if wanted.after is None else query.where(Device.tag > wanted.after)


def _rows(site_id: UUID) -> Any:  # noqa: ANN401 - SQLAlchemy's type of three columns helps nobody
    return (
        select(Device, Lot.code, Place.code)
        .outerjoin(Lot, and_(Lot.site_id == Device.site_id, Lot.id == Device.lot_id))
        .outerjoin(
            DevicePlace,
            and_(DevicePlace.site_id == Device.site_id, DevicePlace.device_id == Device.id),
        )
        .outerjoin(
            Place, and_(Place.site_id == DevicePlace.site_id, Place.id == DevicePlace.place_id)
        )
        .where(Device.site_id == site_id)
    )


WORDS: ColumnElement[str] = literal_column(
    "lower(coalesce(device.maker, '') || ' ' || coalesce(device.model, '') || ' ' ||"
    " coalesce(device.serial, '') || ' ' || device.tag)"
)
"""What a text is looked for in: word for word the expression of the index ix_device_words."""


LONGEST = 2_000
"""More characters than maker, model, serial number and tag may have together; databases refuse such patterns."""


def holds(text: str) -> ColumnElement[bool]:
    """Return the condition that maker, model, serial number or tag hold this text.

    Less than three characters are looked for where a word begins: PostgreSQL's index knows no other
    place of them, and went through a million devices.
    """
    if len(text) > LONGEST:
        return false()
    escaped = text.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if len(text) >= SHORTEST_INSIDE:
        return WORDS.like(f"%{escaped}%", escape="\\")
    return or_(WORDS.like(f"{escaped}%", escape="\\"), WORDS.like(f"% {escaped}%", escape="\\"))


def conditions(site_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what a device must be to be wanted."""
    asked = [Device.site_id == site_id]
    if wanted.state is not None:
        asked.append(Device.state == wanted.state)
    if wanted.kind is not None:
        asked.append(Device.kind == wanted.kind)
    if wanted.grade is not None:
        asked.append(Device.grade == wanted.grade)
    if wanted.text:
        asked.append(holds(wanted.text))
    return asked


def tags_wanted(session: Session, site_id: UUID, wanted: Wanted, most: int) -> tuple[str, ...]:
    """Return the tags of all devices that are wanted, on every page, up to so many."""
    query = _of(site_id, wanted).order_by(Device.tag)
    return tuple(session.scalars(query.limit(most)))


def _line(device: Device, lot: str | None, place: str | None) -> ListedDevice:
    return ListedDevice(
        tag=device.tag,
        kind=device.kind,
        maker=device.maker,
        model=device.model,
        serial=device.serial,
        state=device.state,
        grade=device.grade,
        lot=lot,
        place=place,
        received=device.received,
        changed=device.changed,
    )
