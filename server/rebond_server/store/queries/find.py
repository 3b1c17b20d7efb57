"""From a scanned or typed text to devices."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.domain.placeholder import meaningful, meaningful_mac
from rebond_server.store.device import Device, DeviceKey, DriveRow
from rebond_server.store.intake import AssetTag, Intake
from rebond_server.store.queries.device_list import holds

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
    nothing has that very name, by a part of maker, model, serial number or tag.
    """
    wanted = _last_part(text)
    if not wanted or "\x00" in wanted:
        return ()
    exact = named(session, site_id, text)
    if exact or len(wanted) < SHORTEST_WORD:
        return exact
    # first the tags, off an index alone: the rows are large, and a text is looked for in all of them
    some = select(Device.tag).where(Device.site_id == site_id, holds(wanted))
    tags = list(session.scalars(some.order_by(Device.tag).limit(MOST)))
    return _devices(session, _of_site(site_id).where(Device.tag.in_(tags))) if tags else ()


def named(session: Session, site_id: UUID, text: str) -> tuple[Found, ...]:
    """Return the devices that have this very name, never by a word of maker or model."""
    wanted = _last_part(text)
    if not wanted or "\x00" in wanted:
        return ()
    ids = _named(session, site_id, wanted)
    return _devices(session, _of_site(site_id).where(Device.id.in_(ids))) if ids else ()


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


def _named(session: Session, site_id: UUID, wanted: str) -> set[UUID]:
    """Return the devices that this names, each question with an index of its own."""
    folded = {name for name in (meaningful(wanted), meaningful_mac(wanted)) if name is not None}
    questions = (
        select(Device.id).where(Device.site_id == site_id, Device.tag == wanted.upper()),
        select(Device.id).where(Device.site_id == site_id, Device.serial == wanted),
        select(AssetTag.device_id).where(
            AssetTag.site_id == site_id,
            AssetTag.tag == wanted.upper(),
            AssetTag.device_id.is_not(None),
        ),
        select(DeviceKey.device_id).where(
            DeviceKey.site_id == site_id,
            DeviceKey.kind.in_(("serial", "uuid", "board", "mac", "drive")),
            DeviceKey.value.in_(folded),
        ),
        select(DriveRow.device_id).where(DriveRow.site_id == site_id, DriveRow.serial == wanted),
        select(DriveRow.device_id).where(DriveRow.site_id == site_id, DriveRow.wwn == wanted),
        select(Intake.device_id).where(Intake.site_id == site_id, Intake.imei == wanted),
        select(Intake.device_id).where(Intake.site_id == site_id, Intake.donor_tag == wanted),
    )
    return {
        device_id
        for question in questions
        for device_id in session.scalars(question.limit(MOST))
        if device_id is not None
    }


def _of_site(site_id: UUID) -> Select[Device]:
    return select(Device).where(Device.site_id == site_id).order_by(Device.tag).limit(MOST)


def _devices(session: Session, query: Select[Device]) -> tuple[Found, ...]:
    return tuple(line(device) for device in session.scalars(query))
