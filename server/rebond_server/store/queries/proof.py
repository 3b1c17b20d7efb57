"""What people added to the evidence of one device, as the rules ask for it."""

from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rebond_server.store.device import Device, DriveRow
from rebond_server.store.people import Account
from rebond_server.store.proof import Acceptance, Witness, Witnessed

ENOUGH = 2


def declared_empty(session: Session, device: Device) -> bool:
    """Say whether two different people declared, in this cycle, that the device holds no drive."""
    people = session.scalar(
        select(func.count(func.distinct(Witness.seen_by))).where(
            Witness.site_id == device.site_id,
            Witness.device_id == device.id,
            Witness.cycle == device.cycle,
            Witness.what == Witnessed.NO_MEDIA,
        )
    )
    return (people or 0) >= ENOUGH


def accepted_judgements(session: Session, device: Device) -> dict[UUID, tuple[str, str]]:
    """Return by judgement who accepted its limits (login) and why."""
    rows = session.execute(
        select(Acceptance.judgement_id, Account.login, Acceptance.reason)
        .join(
            DriveRow,
            and_(DriveRow.site_id == Acceptance.site_id, DriveRow.id == Acceptance.drive_id),
        )
        .join(
            Account,
            and_(Account.site_id == Acceptance.site_id, Account.id == Acceptance.accepted_by),
        )
        .where(Acceptance.site_id == device.site_id, DriveRow.device_id == device.id)
    )
    return {judgement: (login, reason) for judgement, login, reason in rows}


def destroyed_drives(session: Session, device: Device) -> frozenset[UUID]:
    """Return the drives that two different people saw destroyed in this cycle."""
    rows = session.execute(
        select(Witness.drive_id, func.count(func.distinct(Witness.seen_by)))
        .where(
            Witness.site_id == device.site_id,
            Witness.device_id == device.id,
            Witness.cycle == device.cycle,
            Witness.what == Witnessed.DESTROYED,
        )
        .group_by(Witness.drive_id)
    )
    return frozenset(drive for drive, people in rows if drive is not None and people >= ENOUGH)
