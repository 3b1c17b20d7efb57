"""From a scanned or typed text to devices."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.domain.placeholder import meaningful, meaningful_mac
from rebond_server.store.device import Device, DeviceKey, DriveRow
from rebond_server.store.intake import Intake

MOST = 50
SHORTEST_WORD = 3
"""Characters of a word that is looked for inside maker and model."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One device, in one line."""

    device_id: UUID
    tag: str
    kind: str
    maker: str | None
    model: str | None
    serial: str | None
    state: State


def find(session: Session, site_id: UUID, text: str) -> tuple[Found, ...]:
    """Return devices by tag, by a URL that ends in a tag, or by a number that names them.

    That is a serial, a MAC, a drive's serial, an IMEI, or the donor's inventory number. Only when
    nothing has that very name, by a word of maker or model.
    """
    wanted = _last_part(text)
    if not wanted or "\x00" in wanted:
        return ()
    exact = named(session, site_id, text)
    if exact or len(wanted) < SHORTEST_WORD:
        return exact
    pattern = f"%{_escaped(wanted.casefold())}%"
    words = func.lower(func.coalesce(Device.maker, "") + " " + func.coalesce(Device.model, ""))
    return _devices(session, _of_site(site_id).where(words.like(pattern, escape="\\")))


def named(session: Session, site_id: UUID, text: str) -> tuple[Found, ...]:
    """Return the devices that have this very name, never by a word of maker or model."""
    wanted = _last_part(text)
    if not wanted or "\x00" in wanted:
        return ()
    return _devices(session, _of_site(site_id).where(_named(site_id, wanted)))


def _last_part(text: str) -> str:
    return text.strip().rstrip("/").rsplit("/", 1)[-1].strip()[:256]


def devices_by_id(session: Session, site_id: UUID, ids: set[UUID]) -> dict[UUID, Found]:
    """Return these devices, one line each."""
    if not ids:
        return {}
    query = _of_site(site_id).where(Device.id.in_(ids)).limit(None)
    return {device.id: line(device) for device in session.scalars(query)}


def line(device: Device) -> Found:
    """Return a device in one line."""
    return Found(
        device_id=device.id,
        tag=device.tag,
        kind=device.kind,
        maker=device.maker,
        model=device.model,
        serial=device.serial,
        state=device.state,
    )


def _named(site_id: UUID, wanted: str) -> ColumnElement[bool]:
    folded = {name for name in (meaningful(wanted), meaningful_mac(wanted)) if name is not None}
    keyed = select(DeviceKey.device_id).where(
        DeviceKey.site_id == site_id, DeviceKey.value.in_(folded)
    )
    driven = select(DriveRow.device_id).where(
        DriveRow.site_id == site_id,
        or_(DriveRow.serial == wanted, DriveRow.wwn == wanted),
    )
    noted = select(Intake.device_id).where(
        Intake.site_id == site_id, or_(Intake.imei == wanted, Intake.donor_tag == wanted)
    )
    return or_(
        Device.id.in_(noted),
        Device.tag == wanted.upper(),
        Device.serial == wanted,
        Device.id.in_(keyed),
        Device.id.in_(driven),
    )


def _of_site(site_id: UUID) -> Select[Device]:
    return select(Device).where(Device.site_id == site_id).order_by(Device.tag).limit(MOST)


def _devices(session: Session, query: Select[Device]) -> tuple[Found, ...]:
    return tuple(line(device) for device in session.scalars(query))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
