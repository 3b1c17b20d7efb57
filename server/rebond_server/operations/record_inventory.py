"""What an inventory adds to a device: its keys, and the drives it saw."""

import hashlib
from collections import Counter

from sqlalchemy import select

from rebond_schemas.facts import Drive
from rebond_schemas.statement import Inventory
from rebond_server.domain.drive_identity import can_hold_data, drive_key
from rebond_server.domain.health import drive_health
from rebond_server.operations.drive_verdict import keep_health
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DeviceDrive, DriveRow
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementRow

LONGEST_IDENTITY = 512


def record_inventory(work: Work, device: Device, row: StatementRow, inventory: Inventory) -> None:
    """Add the drives of this inventory to the device, each found again by its identity."""
    drives = inventory.facts.drives
    times = Counter(drive_key(drive.identity) for drive in drives)
    for position, drive in enumerate(drives):
        key = drive_key(drive.identity)
        # What nothing tells from another drive is new each time, and nothing is ever proven of it.
        named = key is not None and times[key] == 1
        identity = _short(key) if key and named else f"unnamed:{row.id}:{position}"
        _add(work, device, row, position, drive, _drive(work, device, identity, drive))
    work.session.flush()


def _drive(work: Work, device: Device, identity: str, drive: Drive) -> DriveRow:
    known = work.session.scalars(
        select(DriveRow).where(
            DriveRow.site_id == work.site_id,
            DriveRow.device_id == device.id,
            DriveRow.identity == identity,
        )
    ).one_or_none()
    if known is not None:
        return known
    new = DriveRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=device.id,
        identity=identity,
        model=drive.identity.model,
        serial=drive.identity.serial,
        wwn=drive.identity.wwn,
        size_bytes=drive.identity.size_bytes,
        bus=drive.identity.bus.value,
    )
    work.session.add(new)
    work.session.flush()
    return new


def _add(
    work: Work, device: Device, row: StatementRow, position: int, drive: Drive, known: DriveRow
) -> None:
    one = DeviceDrive(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=device.id,
        inventory_id=row.id,
        position=position,
        drive_id=known.id,
        path=drive.path,
        kind=drive.kind.value,
        holds_data=can_hold_data(drive),
        facts=plain(drive),
    )
    keep_health(one, drive_health(drive, work.rules.health))
    work.session.add(one)


def _short(key: str) -> str:
    """Return the key itself, or its hash when it is longer than the column."""
    if len(key) <= LONGEST_IDENTITY:
        return key
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
