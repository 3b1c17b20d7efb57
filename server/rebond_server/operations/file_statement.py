"""Of which device does a statement speak? Known, new, or not yet to be told."""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_

from rebond_schemas.facts import Drive, Facts
from rebond_schemas.statement import AnyStatement, Erasure, Inventory
from rebond_server.domain.drive_identity import same_drive
from rebond_server.domain.identity import Fingerprint, Sameness, best, fingerprint, match
from rebond_server.domain.lifecycle import State
from rebond_server.domain.placeholder import meaningful
from rebond_server.operations.asset_tag import claim, is_free, next_tag
from rebond_server.operations.history import tell
from rebond_server.operations.lots import intake_lot
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DeviceDrive, DeviceKey
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementKind, StatementRow

LONGEST_KEY = 256
_label = re.compile(r"[A-Z0-9][A-Z0-9_.-]{1,31}")
"""What may stand on a label that was printed before: it becomes part of a web address."""


def device_for(work: Work, statement: AnyStatement) -> Device | None:
    """Return the device of a statement; None for one that arrived before its run's inventory.

    An inventory always has one: the device it recognises, or a new one.
    """
    if not isinstance(statement, Inventory):
        return _device_of_run(work, statement)
    found = fingerprint(statement.facts)
    tag = _tag(statement.asset_tag)
    device = _by_tag(work, tag, found) or _by_run(work, statement, tag, found)
    if device is None:
        device = _by_identity(work, found) or _new(work, tag)
    _add_keys(work, device, found)
    return device


def _tag(scanned: str | None) -> str | None:
    folded = (scanned or "").strip().upper()
    return folded if _label.fullmatch(folded) else None


def _by_tag(work: Work, tag: str | None, found: Fingerprint) -> Device | None:
    """Return the device with this label, unless it is plainly another machine."""
    if tag is None:
        return None
    device = work.session.scalars(
        select(Device).where(Device.site_id == work.site_id, Device.tag == tag)
    ).one_or_none()
    if device is not None and _contradicts(found, _known(device)):
        # Evidence of one machine must never prove the erasure of another that wears the label.
        tell(work, "label_on_other_machine", ("device", device.id), new=tag)
        return None
    return device


def _by_run(work: Work, inventory: Inventory, tag: str | None, found: Fingerprint) -> Device | None:
    """Return the device of an earlier inventory of the same run: the same boot, the same machine."""
    devices = {device.id: device for device, _ in _inventories(work, inventory)}
    if len(devices) != 1:
        return None
    (device,) = devices.values()
    relabelled = tag is not None and device.tag != tag
    return None if relabelled or _contradicts(found, _known(device)) else device


def _by_identity(work: Work, found: Fingerprint) -> Device | None:
    candidates = _candidates(work, found)
    choice = best(found, {one: _noted(device) for one, device in candidates.items()})
    if choice.decision is Sameness.DOUBTFUL:
        for device_id, _ in choice.candidates:
            tell(work, "identity_doubtful", ("device", device_id))
    return None if choice.device is None else candidates[choice.device]


def _candidates(work: Work, found: Fingerprint) -> dict[UUID, Device]:
    keys = [*_keys(found)]
    if not keys:
        return {}
    shared = select(DeviceKey.device_id).where(
        DeviceKey.site_id == work.site_id, tuple_(DeviceKey.kind, DeviceKey.value).in_(keys)
    )
    devices = work.session.scalars(
        select(Device).where(Device.site_id == work.site_id, Device.id.in_(shared))
    )
    return {device.id: device for device in devices}


def _known(device: Device) -> Fingerprint:
    if device.facts is None:
        return Fingerprint()
    return fingerprint(msgspec.convert(device.facts, Facts))


def _noted(device: Device) -> Fingerprint:
    """Return what is known of a device, or what somebody typed when it was taken in by hand."""
    if device.facts is not None:
        return _known(device)
    return Fingerprint(serial=meaningful(device.serial), model=meaningful(device.model))


def _contradicts(new: Fingerprint, known: Fingerprint) -> bool:
    """Say whether these are two machines: a strong sign differs, or make or model do."""
    compared = match(new, known)
    if any(sign.strong and sign.weight < 0 for sign in compared.reasons):
        return True
    named = ((new.maker, known.maker), (new.model, known.model))
    differs = any(a is not None and b is not None and a != b for a, b in named)
    return compared.decision is Sameness.DIFFERENT and differs


def _new(work: Work, tag: str | None) -> Device:
    lot = intake_lot(work)
    device = Device(
        site_id=work.site_id,
        id=uuid7(work.now),
        tag=tag if tag is not None and is_free(work, tag) else next_tag(work),
        kind="other",
        state=State.RECEIVED,
        lot_id=None if lot is None else lot.id,
        received=work.now,
        changed=work.now,
    )
    work.session.add(device)
    work.session.flush()
    claim(work, device)
    tell(work, "receive_device", ("device", device.id), new=device.tag)
    return device


def _add_keys(work: Work, device: Device, found: Fingerprint) -> None:
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
        for kind, value in sorted(set(_keys(found)) - known)
    )
    work.session.flush()


def _keys(found: Fingerprint) -> Iterator[tuple[str, str]]:
    single = (("serial", found.serial), ("uuid", found.uuid), ("board", found.board_serial))
    yield from ((kind, _fitting(value)) for kind, value in single if value is not None)
    yield from (("mac", mac) for mac in found.macs)
    yield from (("drive", _fitting(drive)) for drive in found.drives)


def _fitting(value: str) -> str:
    """Return a value that fits the column: itself, or its hash when it is longer."""
    if len(value) <= LONGEST_KEY:
        return value
    return f"sha256:{sha256(value.encode()).hexdigest()}"


def _inventories(work: Work, statement: AnyStatement) -> list[tuple[Device, UUID]]:
    """Return the devices that inventories of this run were filed under, with the statement."""
    rows = work.session.execute(
        select(Device, StatementRow.id)
        .join(
            StatementRow,
            (StatementRow.site_id == Device.site_id) & (StatementRow.device_id == Device.id),
        )
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.stick_id == statement.stick,
            StatementRow.run == statement.run,
            StatementRow.kind == StatementKind.INVENTORY,
        )
        .order_by(StatementRow.sequence, StatementRow.arrival)
    )
    return [(device, statement_id) for device, statement_id in rows]


def _device_of_run(work: Work, statement: AnyStatement) -> Device | None:
    """Return the one device of the run; of several the labelled one, or the one with the drive."""
    found = _inventories(work, statement)
    tag = _tag(statement.asset_tag)
    if tag is not None and any(device.tag == tag for device, _ in found):
        found = [one for one in found if one[0].tag == tag]
    if isinstance(statement, Erasure) and _more_than_one(found):
        found = [one for one in found if _has_drive(work, one[1], statement)]
    return None if not found or _more_than_one(found) else found[0][0]


def _more_than_one(found: Iterable[tuple[Device, UUID]]) -> bool:
    return len({device.id for device, _ in found}) > 1


def _has_drive(work: Work, inventory_id: UUID, erasure: Erasure) -> bool:
    seen = work.session.scalars(
        select(DeviceDrive.facts).where(
            DeviceDrive.site_id == work.site_id, DeviceDrive.inventory_id == inventory_id
        )
    )
    return any(same_drive(erasure.drive, msgspec.convert(one, Drive).identity) for one in seen)
