"""What is proven about the drives of a device, with the reasons, from the stored projections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_schemas.erasure import Level
from rebond_schemas.facts import Drive
from rebond_server.domain.drive_identity import drive_key
from rebond_server.domain.grading import GradeReason
from rebond_server.domain.sanitised import DeviceVerdict, device_verdict
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict import Judgement
from rebond_server.domain.verdict_reason import Reason, Verdict
from rebond_server.store.device import Device, DeviceDrive, DriveRow, GradeRow, JudgementRow
from rebond_server.store.guards import DEVICE_SANITISATION
from rebond_server.store.queries.proof import (
    accepted_judgements,
    all_declared_empty,
    destroyed_drives,
)


@dataclass(frozen=True, kw_only=True)
class DriveLine:
    """One drive of the latest inventory, with its verdict and its health."""

    drive_id: UUID
    path: str
    facts: Drive
    holds_data: bool
    verdict: Verdict
    level: Level | None
    reasons: tuple[Sentence, ...]
    judged: datetime | None
    statement_id: UUID | None
    judgement_id: UUID | None
    accepted: tuple[str, str] | None
    """Who accepted the limits (login) and why; None when nobody did, or there are none."""
    destroyed: bool
    """Two people saw it destroyed since the report; a new report must no longer see it."""
    health: str | None
    health_reasons: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The drives of a device and the answer for the whole."""

    drives: tuple[DriveLine, ...]
    sanitised: bool
    obstacle: Sentence | None
    """The first thing in the way, as a sentence; None when the device is sanitised."""


_NO_INVENTORY = Sentence(
    fr="Aucun relevé : démarrez l'appareil sur la clé.",
    en="No report: boot the device from the stick.",
)


_Rows = list[tuple[DeviceDrive, DriveRow, JudgementRow | None]]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the database holds of several devices: asked once for all."""

    rows: dict[UUID, _Rows]
    sanitised: dict[UUID, bool]
    accepted: dict[UUID, tuple[str, str]]
    empty: frozenset[UUID]
    gone: frozenset[UUID]


def standing(session: Session, device: Device) -> Standing:
    """Return what is proven now. The database's own answer and the rules' must both say yes."""
    return standings(session, device.site_id, [device])[device.id]


def standings(session: Session, site_id: UUID, devices: Sequence[Device]) -> dict[UUID, Standing]:
    """Return what is proven now of each of these devices, by its id."""
    ids = [device.id for device in devices]
    known = _Known(
        rows=_rows(session, site_id, ids),
        sanitised=_in_database(session, site_id, ids),
        accepted=accepted_judgements(session, site_id, ids),
        empty=all_declared_empty(session, site_id, ids),
        gone=destroyed_drives(session, site_id, ids),
    )
    return {device.id: _standing(device, known) for device in devices}


def _standing(device: Device, known: _Known) -> Standing:
    sanitised = known.sanitised.get(device.id, False)
    if device.inventory_id is None:
        return Standing(
            drives=(), sanitised=sanitised, obstacle=None if sanitised else _NO_INVENTORY
        )
    rows = known.rows.get(device.id, [])
    drives = {row.id: msgspec.convert(row.facts, Drive) for row, _, _ in rows}
    judgements = {
        key: judgement
        for row, drive, judged in rows
        if judged is not None
        and judged.epoch == drive.epoch
        and (key := drive_key(drives[row.id].identity)) is not None
        for judgement in (as_judgement(judged),)
    }
    # The column only knows "no" and "not no"; the facts tell whether they are known to be hidden.
    hidden = (device.facts or {}).get("drives_hidden") if device.drives_hidden else False
    whole = device_verdict(
        [*drives.values()],
        hidden,
        judgements,
        declared_empty=device.id in known.empty,
        accepted=[
            key
            for row, _, judged in rows
            if judged is not None
            and judged.id in known.accepted
            and (key := drive_key(drives[row.id].identity)) is not None
        ],
    )
    return Standing(
        drives=tuple(
            _line(row, drive, judged, drives[row.id], whole, known) for row, drive, judged in rows
        ),
        sanitised=whole.sanitised and sanitised,
        obstacle=whole.reason,
    )


def _in_database(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Return the answers of the view that also guards the tables."""
    rows = session.execute(
        select(DEVICE_SANITISATION.c.device_id, DEVICE_SANITISATION.c.sanitised).where(
            DEVICE_SANITISATION.c.site_id == site_id, DEVICE_SANITISATION.c.device_id.in_(ids)
        )
    )
    return {row.device_id: row.sanitised == 1 for row in rows}


def as_judgement(row: JudgementRow) -> Judgement:
    """Return a stored judgement as the rules gave it, without its figures."""
    positive = row.verdict in {Verdict.CLEARED, Verdict.CLEARED_WITH_LIMITS}
    return Judgement(
        verdict=row.verdict,
        level=Level.PURGE if row.verdict is Verdict.PURGED else Level.CLEAR if positive else None,
        reasons=msgspec.convert(tuple(row.reasons), tuple[Reason, ...]),
    )


def sentences(stored: list[Any]) -> tuple[Sentence, ...]:
    """Return sentences that were stored with a projection."""
    return msgspec.convert(tuple(stored), tuple[Sentence, ...])


def grade_reasons(row: GradeRow) -> tuple[GradeReason, ...]:
    """Return every rule that spoke, with its value, its threshold and both their sources."""
    return msgspec.convert(tuple(row.reasons), tuple[GradeReason, ...])


def _rows(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, _Rows]:
    query = (
        select(DeviceDrive, DriveRow, JudgementRow)
        .join(
            Device,
            and_(
                Device.site_id == DeviceDrive.site_id,
                Device.id == DeviceDrive.device_id,
                Device.inventory_id == DeviceDrive.inventory_id,
            ),
        )
        .join(
            DriveRow,
            and_(
                DriveRow.site_id == DeviceDrive.site_id,
                DriveRow.id == DeviceDrive.drive_id,
            ),
        )
        .outerjoin(
            JudgementRow,
            and_(
                JudgementRow.site_id == DriveRow.site_id, JudgementRow.id == DriveRow.judgement_id
            ),
        )
        .where(DeviceDrive.site_id == site_id, DeviceDrive.device_id.in_(ids))
        .order_by(DeviceDrive.position)
    )
    found: dict[UUID, _Rows] = {}
    for row, drive, judged in session.execute(query):
        found.setdefault(row.device_id, []).append((row, drive, judged))
    return found


def _line(
    row: DeviceDrive,
    drive: DriveRow,
    judged: JudgementRow | None,
    facts: Drive,
    whole: DeviceVerdict,
    known: _Known,
) -> DriveLine:
    found = next((one.judgement for one in whole.drives if one.drive is facts), None)
    verdict = Verdict.NO_MEDIA if found is None else found.verdict
    counts = judged is not None and judged.epoch == drive.epoch
    return DriveLine(
        drive_id=drive.id,
        path=row.path,
        facts=facts,
        holds_data=row.holds_data,
        verdict=verdict,
        level=None if found is None else found.level,
        reasons=() if found is None else tuple(reason.sentence for reason in found.reasons),
        judged=judged.judged if judged is not None and counts else None,
        statement_id=judged.statement_id if judged is not None and counts else None,
        judgement_id=judged.id if judged is not None and counts else None,
        accepted=known.accepted.get(judged.id) if judged is not None and counts else None,
        destroyed=drive.id in known.gone,
        health=row.health,
        health_reasons=sentences(row.health_reasons),
    )
