"""The list of devices, filtered and in pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.store.device import Device, GradeRow

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
        select(Device, GradeRow.overall)
        .outerjoin(GradeRow, graded)
        .where(*asked)
        .order_by(Device.tag)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return DeviceList(
        devices=tuple(_line(device, grade) for device, grade in rows),
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


def _line(device: Device, grade: str | None) -> ListedDevice:
    return ListedDevice(
        tag=device.tag,
        kind=device.kind,
        maker=device.maker,
        model=device.model,
        serial=device.serial,
        state=device.state,
        grade=grade,
        changed=device.changed,
    )
