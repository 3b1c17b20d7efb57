"""Drives that were pulled out of a device, and where else they were proven erased."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_schemas.facts import Drive
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow
from rebond_server.store.queries.proof import accepted_of
from rebond_server.store.stick import StatementRow

_PLAIN = (Verdict.CLEARED, Verdict.PURGED)
_LATEST = (
    StatementRow.made_before.desc(),
    StatementRow.sequence.desc(),
    StatementRow.arrival.desc(),
)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """The proof of a pulled drive: in which device it was erased, and by which statement."""

    tag: str
    judgement: JudgementRow
    facts: Drive
    """As the inventory of that run saw it."""


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """One drive that this device held in its present cycle and holds no more."""

    drive: DriveRow
    facts: Drive
    """As the device's last report that saw it tells."""
    last_seen: datetime
    """When the server received that report."""
    proof: Elsewhere | None


def pulled_drives(session: Session, device: Device) -> tuple[Pulled, ...]:
    """Return the drives that earlier reports of this cycle saw and the latest no longer does."""
    if device.inventory_id is None:
        return ()
    sightings: dict[object, tuple[DeviceDrive, DriveRow, StatementRow]] = {}
    for seen, drive, report in _sightings(session, device):
        sightings.setdefault(drive.identity, (seen, drive, report))
    return tuple(
        Pulled(
            drive=drive,
            facts=msgspec.convert(seen.facts, Drive),
            last_seen=report.received,
            proof=_proof(session, device, drive, report),
        )
        for seen, drive, report in sightings.values()
        if report.id != device.inventory_id and seen.holds_data
    )


def _sightings(
    session: Session, device: Device
) -> list[tuple[DeviceDrive, DriveRow, StatementRow]]:
    query = (
        select(DeviceDrive, DriveRow, StatementRow)
        .join(
            DriveRow,
            and_(DriveRow.site_id == DeviceDrive.site_id, DriveRow.id == DeviceDrive.drive_id),
        )
        .join(
            StatementRow,
            and_(
                StatementRow.site_id == DeviceDrive.site_id,
                StatementRow.id == DeviceDrive.inventory_id,
            ),
        )
        .where(
            DeviceDrive.site_id == device.site_id,
            DeviceDrive.device_id == device.id,
            StatementRow.quarantined.is_(False),
        )
        .order_by(*_LATEST, DeviceDrive.position)
    )
    if device.cycle_began is not None:
        query = query.where(StatementRow.received >= device.cycle_began)
    return [(seen, drive, report) for seen, drive, report in session.execute(query)]


def _proof(
    session: Session, device: Device, drive: DriveRow, report: StatementRow
) -> Elsewhere | None:
    """Return the latest proof of the same drive in another device, made after this one lost it.

    The same identity as inventories file drives under (WWN, else serial and model): what nothing
    names is never found again. A proof that no longer counts there does not count here.
    """
    rows = session.execute(
        select(Device.tag, JudgementRow, DeviceDrive.facts)
        .join(DriveRow, and_(DriveRow.site_id == Device.site_id, DriveRow.device_id == Device.id))
        .join(
            JudgementRow,
            and_(
                JudgementRow.site_id == DriveRow.site_id, JudgementRow.id == DriveRow.judgement_id
            ),
        )
        .join(
            StatementRow,
            and_(
                StatementRow.site_id == JudgementRow.site_id,
                StatementRow.id == JudgementRow.statement_id,
            ),
        )
        .join(
            DeviceDrive,
            and_(
                DeviceDrive.site_id == DriveRow.site_id,
                DeviceDrive.device_id == DriveRow.device_id,
                DeviceDrive.drive_id == DriveRow.id,
            ),
        )
        .where(
            Device.site_id == device.site_id,
            Device.id != device.id,
            DriveRow.identity == drive.identity,
            JudgementRow.epoch == DriveRow.epoch,
            StatementRow.quarantined.is_(False),
            StatementRow.made_before > report.made_before,
        )
        .order_by(*_LATEST)
    )
    for tag, judgement, facts in rows:
        if _counts(session, judgement):
            return Elsewhere(tag=tag, judgement=judgement, facts=msgspec.convert(facts, Drive))
        return None  # the latest word on the drive is no proof
    return None


def _counts(session: Session, judgement: JudgementRow) -> bool:
    limited = judgement.verdict is Verdict.CLEARED_WITH_LIMITS
    accepted = limited and accepted_of(session, judgement) is not None
    return judgement.verdict in _PLAIN or accepted
