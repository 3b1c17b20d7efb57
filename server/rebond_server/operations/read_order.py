"""Signed orders to read drawn drives once more: what the reader needs, for one stick and one run."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas.codec import encode
from rebond_schemas.facts import Drive
from rebond_schemas.read_order import MOST_DRIVES, ReadAgain, ReadOrder
from rebond_schemas.signing import READ_ORDER_REQUEST_TYPE, READ_ORDER_TYPE, sign
from rebond_schemas.statement import Erasure
from rebond_server.domain.second_read import wanted
from rebond_server.domain.verdict import whole_bytes
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.doubt import doubt_of
from rebond_server.operations.evidence_of import erasure_of
from rebond_server.operations.history import tell
from rebond_server.operations.read_again import GIVEN
from rebond_server.operations.wipe_order import asked_by, device_of_run
from rebond_server.operations.work import Work
from rebond_server.store.database import take_turns
from rebond_server.store.device import Device, DeviceDrive, JudgementRow
from rebond_server.store.ids import uuid7
from rebond_server.store.queries.rereads import awaited, device_events
from rebond_server.store.stick import StatementRow, Stick


@dataclass(frozen=True, kw_only=True)
class _Asked:
    judgement: JudgementRow
    first: Erasure
    again: ReadAgain


def give_read_order(work: Work, raw: bytes, stick_id: UUID, signature: str) -> Accepted | Declined:
    """Answer a stick that asks what to read again in the machine of its run; perhaps nothing."""
    found = asked_by(work, raw, stick_id, signature, READ_ORDER_REQUEST_TYPE)
    if found is None or found[1].run is None:
        return NOT_KNOWN
    stick, run = found[0], found[1].run
    take_turns(work.session, f"orders {work.site_id}")
    device = None if doubt_of(stick, work.now) is not None else device_of_run(work, stick, run)
    asked = [] if device is None else _asked(work, device)
    mine = [one for one in asked if one.first.stick != stick.id][:MOST_DRIVES]
    number, issued = (uuid7(work.now), work.now)
    if device is not None and mine:
        number, issued = _given(work, device, (stick, run), mine)
    order = ReadOrder(
        id=number,
        site=work.site_id,
        stick=stick.id,
        run=run,
        issued=issued,
        device=None if device is None else device.tag,
        drives=tuple(one.again for one in mine),
        same_stick=sum(one.first.stick == stick.id for one in asked),
    )
    body = encode(order)
    return Accepted(
        status=Status.KNOWN, body=body, signature=sign(work.server_key, READ_ORDER_TYPE, body)
    )


def _asked(work: Work, device: Device) -> list[_Asked]:
    """Return every drawn drive of this device that awaits its read, with what its erasure left."""
    found = []
    for judgement in awaited(work.session, device):
        row = work.session.get_one(StatementRow, (work.site_id, judgement.statement_id))
        first = erasure_of(work, row)
        left, drive = wanted(first), _seen(work, device, judgement)
        size = None if drive is None else whole_bytes(first, drive)
        if left is None or size is None:
            continue
        again = ReadAgain(
            drive=first.drive,
            size_bytes=size,
            action=left.action,
            pattern=left.pattern,
            key=left.key,
            sample_seed=left.sample_seed,
            not_by=first.operator,
        )
        found.append(_Asked(judgement=judgement, first=first, again=again))
    return found


def _seen(work: Work, device: Device, judgement: JudgementRow) -> Drive | None:
    """Return the drive as the device's latest inventory saw it."""
    row = work.session.scalars(
        select(DeviceDrive).where(
            DeviceDrive.site_id == work.site_id,
            DeviceDrive.inventory_id == device.inventory_id,
            DeviceDrive.drive_id == judgement.drive_id,
        )
    ).first()
    return None if row is None else msgspec.convert(row.facts, Drive)


def _given(
    work: Work, device: Device, to: tuple[Stick, UUID], asked: list[_Asked]
) -> tuple[UUID, datetime]:
    """Return number and time of the order: the one this run was given before, where it says the same."""
    said: dict[str, object] = {
        "stick": str(to[0].id),
        "run": str(to[1]),
        "judgements": sorted(str(one.judgement.id) for one in asked),
    }
    for event in device_events(work.session, device, [GIVEN]):
        if {name: event.details[name] for name in said} == said:
            return UUID(event.details["order"]), event.at
    number = uuid7(work.now)
    tell(work, GIVEN, ("device", device.id), details=said | {"order": str(number)})
    work.session.flush()
    return number, work.now
