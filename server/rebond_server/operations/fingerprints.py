"""What a device is recognised by: the signs in its reports, and the keys by which it is looked up."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec
from sqlalchemy import delete, select

from rebond_schemas.facts import Facts
from rebond_server.domain.identity import Fingerprint, fingerprint, typed_fingerprint
from rebond_server.domain.placeholder import machine_number
from rebond_server.operations.evidence_of import inventory_of
from rebond_server.operations.order import LATEST_FIRST
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DeviceKey
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementKind, StatementRow

LONGEST_KEY = 256
MOST_REPORTS = 20
"""Reports of one device that are compared, the latest first."""


def prints(work: Work, device: Device) -> tuple[Fingerprint, ...]:
    """Return what the reports of a device say of it, or what somebody typed when it came in."""
    if device.facts is None:
        return (typed_fingerprint(device.maker, device.model, device.serial),)
    latest = fingerprint(msgspec.convert(device.facts, Facts))
    rows = work.session.scalars(
        select(StatementRow)
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.device_id == device.id,
            StatementRow.kind == StatementKind.INVENTORY,
            StatementRow.id != device.inventory_id,
        )
        .order_by(*LATEST_FIRST)
        .limit(MOST_REPORTS)
    )
    earlier = (fingerprint(inventory_of(work, row).facts) for row in rows)
    return tuple(dict.fromkeys((latest, *earlier)))


def add_keys(work: Work, device: Device, found: Fingerprint) -> None:
    """Let the device be found by what this report says of it."""
    rows = work.session.execute(
        select(DeviceKey.kind, DeviceKey.value).where(
            DeviceKey.site_id == work.site_id, DeviceKey.device_id == device.id
        )
    )
    known = {(row.kind, row.value) for row in rows}
    work.session.add_all(
        DeviceKey(
            site_id=work.site_id, id=uuid7(work.now), device_id=device.id, kind=kind, value=value
        )
        for kind, value in sorted(set(keys_of(found)) - known)
    )
    work.session.flush()


def keys_of(found: Fingerprint) -> Iterator[tuple[str, str]]:
    """Yield kind and value of all that a device may be found by."""
    single = (("serial", found.serial), ("uuid", found.uuid), ("board", found.board_serial))
    yield from ((kind, _fitting(value)) for kind, value in single if value is not None)
    yield from (("mac", mac) for mac in found.macs)
    yield from (("drive", _fitting(drive)) for drive in found.drives)


def _fitting(value: str) -> str:
    """Return a value that fits the column: itself, or its hash when it is longer."""
    if len(value) <= LONGEST_KEY:
        return value
    return f"sha256:{sha256(value.encode()).hexdigest()}"


def count_keys_anew(work: Work, device: Device, *typed: str | None) -> None:
    """Let a device be found by what its own reports say, and by serial numbers that somebody typed."""
    work.session.execute(
        delete(DeviceKey).where(DeviceKey.site_id == work.site_id, DeviceKey.device_id == device.id)
    )
    for serial in typed:
        add_keys(work, device, Fingerprint(serial=machine_number(serial)))
    rows = work.session.scalars(
        select(StatementRow).where(
            StatementRow.site_id == work.site_id,
            StatementRow.device_id == device.id,
            StatementRow.kind == StatementKind.INVENTORY,
        )
    )
    for row in rows.all():
        add_keys(work, device, fingerprint(inventory_of(work, row).facts))
