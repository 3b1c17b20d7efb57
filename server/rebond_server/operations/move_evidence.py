"""Moving reports from one record to another: statements, drives and their judgements go as they are.

A judgement is never written twice and never changed: it stays with its drive's row, and the row moves.
"""

from collections.abc import Collection
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementRow

TWIN = "\ttwin:"
"""Between the identity of a drive and a number: both records had judged this drive."""
LONGEST_PLAIN = 490
"""Characters of an identity before that."""
_SEEN = tuple(column.key for column in DeviceDrive.__table__.columns)


def plain_identity(identity: str) -> str:
    """Return by what a drive is found again, whichever record its row came from."""
    return identity.split(TWIN, maxsplit=1)[0]


def move_evidence(work: Work, source: Device, target: Device, statements: Collection[UUID]) -> None:
    """File these statements of a device under another, with the drives that they judged or saw.

    Neither device may stand beyond the wipe meanwhile; settle both afterwards.
    """
    session, moved = work.session, frozenset(statements)
    seen = _taken_out(work, source, target)
    identities = {
        drive.id: plain_identity(drive.identity) for drive in _drives(work, source, target)
    }
    rows = select(StatementRow).where(
        StatementRow.site_id == work.site_id, StatementRow.device_id == source.id
    )
    for row in session.scalars(rows).all():
        if row.id in moved:
            row.device_id = target.id
    session.flush()
    _move_judged(work, source, target, moved)
    for one in seen:
        device = target if one["inventory_id"] in moved else _owner(one, source, target)
        drive = _home(work, device, one["drive_id"], identities[one["drive_id"]])
        session.add(DeviceDrive(**(one | {"device_id": device.id, "drive_id": drive.id})))
        session.flush()


def _owner(seen: dict[str, Any], source: Device, target: Device) -> Device:
    return source if seen["device_id"] == source.id else target


def _taken_out(work: Work, source: Device, target: Device) -> list[dict[str, Any]]:
    """Take out what the reports of both saw: these rows hold the drives where they are."""
    mine = (DeviceDrive.site_id == work.site_id) & DeviceDrive.device_id.in_((source.id, target.id))
    rows = work.session.scalars(
        select(DeviceDrive).where(mine).order_by(DeviceDrive.inventory_id, DeviceDrive.position)
    ).all()
    seen = [{name: getattr(row, name) for name in _SEEN} for row in rows]
    for row in rows:
        work.session.expunge(row)
    work.session.execute(delete(DeviceDrive).where(mine))
    return seen


def _move_judged(work: Work, source: Device, target: Device, moved: frozenset[UUID]) -> None:
    """Let the rows go over that hold a judgement of a statement that went over."""
    known = {drive.identity for drive in _drives(work, target)}
    judged = select(JudgementRow.drive_id).where(
        JudgementRow.site_id == work.site_id, JudgementRow.statement_id.in_(moved)
    )
    for drive in work.session.scalars(
        select(DriveRow).where(
            DriveRow.site_id == work.site_id,
            DriveRow.device_id == source.id,
            DriveRow.id.in_(judged),
        )
    ).all():
        name = plain_identity(drive.identity)
        if name in known and not _free_place(work, target, name):
            name = _twin(name, known)
        known.add(name)
        drive.identity, drive.device_id = name, target.id
        work.session.flush()


def _twin(name: str, known: set[str]) -> str:
    numbered = (f"{name[:LONGEST_PLAIN]}{TWIN}{number}" for number in count(2))
    return next(one for one in numbered if one not in known)


def _free_place(work: Work, target: Device, identity: str) -> bool:
    """Take out the row of the same drive when nothing was ever judged about it."""
    row = work.session.scalars(
        select(DriveRow).where(
            DriveRow.site_id == work.site_id,
            DriveRow.device_id == target.id,
            DriveRow.identity == identity,
        )
    ).one()
    judged = select(JudgementRow.id).where(
        JudgementRow.site_id == work.site_id, JudgementRow.drive_id == row.id
    )
    if work.session.scalar(judged.limit(1)) is not None:
        return False
    work.session.delete(row)
    work.session.flush()
    return True


def _home(work: Work, device: Device, drive_id: UUID, identity: str) -> DriveRow:
    """Return the row of a drive in this device: the same, its like, or a new one without evidence."""
    mine = [row for row in _drives(work, device) if plain_identity(row.identity) == identity]
    for row in mine:
        if row.id == drive_id:
            return row
    if mine:
        return mine[0]
    like = work.session.get(DriveRow, (work.site_id, drive_id))
    copied = ("model", "serial", "wwn", "size_bytes", "bus", "epoch")
    told = {} if like is None else {name: getattr(like, name) for name in copied}
    new = DriveRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        identity=identity,
        device_id=device.id,
        **({"bus": "unknown"} | told),
    )
    work.session.add(new)
    work.session.flush()
    return new


def _drives(work: Work, *devices: Device) -> list[DriveRow]:
    ids = [device.id for device in devices]
    return list(
        work.session.scalars(
            select(DriveRow)
            .where(DriveRow.site_id == work.site_id, DriveRow.device_id.in_(ids))
            .order_by(DriveRow.id)
        )
    )
