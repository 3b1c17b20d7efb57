"""What the donor asked, held against what was proven, before a device goes on to be given.

The database refuses the same by itself (`store.asked_guards`); here it is told in words.
"""

from uuid import UUID

from sqlalchemy import select

from rebond_schemas.erasure import Level
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.errors import NotProven
from rebond_server.operations.erasure_policy import policy_in_force
from rebond_server.operations.work import Work
from rebond_server.store.asked_guards import DEVICE_AS_ASKED
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow


def require_what_was_asked(work: Work, device: Device) -> None:
    """Raise NotProven when the lot asks a Purge or a destruction that its drives have not had."""
    if device.lot_id is None or device.inventory_id is None:
        return
    lot = work.session.get_one(Lot, (work.site_id, device.lot_id))
    policy, _ = policy_in_force(work, lot.code)
    verdicts = _verdicts(work, device)
    if policy.destroy and verdicts:
        raise NotProven(
            Sentence(
                fr=f"Le lot {lot.code} demande la destruction des disques de {device.tag} :"
                " sortez-les, puis refaites le relevé.",
                en=f"Lot {lot.code} asks for the destruction of the drives of {device.tag}:"
                " take them out, then probe again.",
            )
        )
    if policy.level is Level.PURGE and any(one is not Verdict.PURGED for one in verdicts):
        raise NotProven(
            Sentence(
                fr=f"Le lot {lot.code} demande Purge, et Clear seulement est prouvé pour {device.tag} :"
                " effacez de nouveau avec cet ordre, ou faites détruire le disque.",
                en=f"Lot {lot.code} asks a Purge, and only a Clear is proven for {device.tag}:"
                " erase again by that order, or have the drive destroyed.",
            )
        )


def short_of_what_was_asked(work: Work, lots: dict[UUID, str]) -> frozenset[UUID]:
    """Return the devices of these lots (by id: their code) that must not go on as they are."""
    asking = [one for one, code in lots.items() if _asks_more(work, code)]
    if not asking:
        return frozenset()
    query = (
        select(Device.id)
        .join(
            DEVICE_AS_ASKED,
            (DEVICE_AS_ASKED.c.site_id == Device.site_id)
            & (DEVICE_AS_ASKED.c.device_id == Device.id),
        )
        .where(
            Device.site_id == work.site_id,
            Device.lot_id.in_(asking),
            DEVICE_AS_ASKED.c.met == 0,
        )
    )
    return frozenset(work.session.scalars(query))


def _asks_more(work: Work, code: str) -> bool:
    policy, _ = policy_in_force(work, code)
    return policy.destroy or policy.level is Level.PURGE


def _verdicts(work: Work, device: Device) -> list[Verdict | None]:
    """Return the verdict that counts for each drive of the latest inventory that may hold data."""
    return list(
        work.session.scalars(
            select(JudgementRow.verdict)
            .select_from(DeviceDrive)
            .join(
                DriveRow,
                (DriveRow.site_id == DeviceDrive.site_id) & (DriveRow.id == DeviceDrive.drive_id),
            )
            .outerjoin(
                JudgementRow,
                (JudgementRow.site_id == DriveRow.site_id)
                & (JudgementRow.id == DriveRow.judgement_id),
            )
            .where(
                DeviceDrive.site_id == work.site_id,
                DeviceDrive.device_id == device.id,
                DeviceDrive.inventory_id == device.inventory_id,
                DeviceDrive.holds_data,
            )
        )
    )
