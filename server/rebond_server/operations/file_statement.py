"""Of which device does a statement speak? Known, new, or not yet to be told."""

import re
from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas.facts import Drive
from rebond_schemas.statement import AnyStatement, Erasure, Inventory
from rebond_server.domain.drive_identity import same_drive
from rebond_server.domain.identity import Fingerprint, contradicts, fingerprint
from rebond_server.domain.lifecycle import State
from rebond_server.operations.asset_tag import claim, is_free, next_tag, wear
from rebond_server.operations.fingerprints import add_keys, prints
from rebond_server.operations.history import tell
from rebond_server.operations.lots import intake_lot
from rebond_server.operations.recognise import Doubts, note_doubts, recognise
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DeviceDrive
from rebond_server.store.ids import uuid7
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.stick import StatementKind, StatementRow

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
    doubts: Doubts = {}
    if device is None:
        device, doubts = recognise(work, found)
    if device is None:
        device = _new(work, tag)
    wear(work, device, tag)
    add_keys(work, device, found)
    note_doubts(work, device, doubts)
    return device


def _tag(scanned: str | None) -> str | None:
    folded = (scanned or "").strip().upper()
    return folded if _label.fullmatch(folded) else None


def _by_tag(work: Work, tag: str | None, found: Fingerprint) -> Device | None:
    """Return the device with this label, unless it is plainly another machine."""
    if tag is None:
        return None
    device_id = device_by_tag(work.session, work.site_id, tag)
    device = None if device_id is None else work.session.get_one(Device, (work.site_id, device_id))
    if device is not None and _another(work, found, device):
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
    relabelled = tag is not None and device_by_tag(work.session, work.site_id, tag) != device.id
    return None if relabelled or _another(work, found, device) else device


def _another(work: Work, found: Fingerprint, device: Device) -> bool:
    """Say whether the reports of a device, if it has any, are plainly of another machine."""
    if device.facts is None:
        return False
    return any(contradicts(found, known) for known in prints(work, device))


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
            StatementRow.quarantined.is_(False),
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
