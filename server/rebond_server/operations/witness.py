"""Two people, each with an account and a reason: a drive was destroyed, a device holds no drive."""

from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DeviceDrive, DriveRow
from rebond_server.store.ids import uuid7
from rebond_server.store.proof import Witness, Witnessed
from rebond_server.store.queries.proof import (
    ERASED_ELSEWHERE,
    SAID_ERASED_ELSEWHERE,
    attestations,
)
from rebond_server.store.queries.pulled import pulled_drives

ENOUGH = 2
"""People, each with an account of their own; the database counts them too."""


def witness_no_media(work: Work, device_id: UUID, reason: str) -> int:
    """Say that this device holds no drive; return how many people now say so."""
    work.require(Permission.WITNESS)
    device = device_of(work, device_id)
    if device.inventory_id is None or device.drives_hidden or _sees_drive(work, device):
        raise BadValue(
            Sentence(
                fr="Le dernier relevé doit exister et ne voir aucun disque, même caché : "
                "refaites-le d'abord avec la clé.",
                en="The latest report must exist and see no drive, not even a hidden one: "
                "probe again first.",
            )
        )
    return _add(work, device, Witnessed.NO_MEDIA, None, reason)


def witness_destruction(work: Work, drive_id: UUID, reason: str) -> int:
    """Say that this drive was pulled and destroyed; return how many people now say so.

    Its device still needs a report that no longer sees the drive: what is seen was not destroyed.
    """
    work.require(Permission.WITNESS)
    drive = work.session.get(DriveRow, (work.site_id, drive_id))
    if drive is None:
        raise NotFound(Sentence(fr="Ce disque n'existe pas.", en="There is no such drive."))
    device = device_of(work, drive.device_id)
    return _add(work, device, Witnessed.DESTROYED, drive.id, reason)


def witness_erased_elsewhere(work: Work, drive_id: UUID, reason: str) -> int:
    """Say that this pulled drive was erased elsewhere, by other tools than ours; return how many say so.

    A lower class of evidence: it gives no level and moves no device; the certificate tells it in
    these people's words. What our own engine erased elsewhere needs no word: its statement speaks.
    """
    work.require(Permission.WITNESS)
    drive = work.session.get(DriveRow, (work.site_id, drive_id))
    if drive is None:
        raise NotFound(Sentence(fr="Ce disque n'existe pas.", en="There is no such drive."))
    device = device_of(work, drive.device_id)
    if drive_id not in {one.drive.id for one in pulled_drives(work.session, device)}:
        raise BadValue(
            Sentence(
                fr="Le dernier relevé voit encore ce disque : effacez-le ici, ou relevez sans lui.",
                en="The latest report still sees this drive: erase it here, or probe without it.",
            )
        )
    who, given = work.person(), reason_given(reason)
    said = [
        word.account_id
        for one in attestations(work.session, device)
        if one.what == ERASED_ELSEWHERE and one.drive is not None and one.drive.id == drive_id
        for word in one.words
    ]
    if who in said:
        raise _said_already()
    details: dict[str, object] = {"drive": str(drive_id), "cycle": device.cycle}
    tell(work, SAID_ERASED_ELSEWHERE, ("device", device.id), reason=given, details=details)
    work.session.flush()
    return len(set(said)) + 1


def _said_already() -> Taken:
    return Taken(
        Sentence(
            fr="Vous l'avez déjà déclaré : il faut la parole d'une autre personne.",
            en="You have said so already: another person's word is needed.",
        )
    )


def _add(work: Work, device: Device, what: Witnessed, drive_id: UUID | None, reason: str) -> int:
    who, given = work.person(), reason_given(reason)
    already = _witnesses(work, device, what, drive_id)
    if who in already:
        raise _said_already()
    work.session.add(
        Witness(
            site_id=work.site_id,
            id=uuid7(work.now),
            what=what,
            device_id=device.id,
            cycle=device.cycle,
            drive_id=drive_id,
            seen_by=who,
            reason=given,
            at=work.now,
        )
    )
    work.session.flush()
    details: dict[str, object] = {} if drive_id is None else {"drive": str(drive_id)}
    tell(work, f"witness_{what.value}", ("device", device.id), reason=given, details=details)
    settle_again(work, device)
    return len(already) + 1


def _witnesses(work: Work, device: Device, what: Witnessed, drive_id: UUID | None) -> set[UUID]:
    query = select(Witness.seen_by).where(
        Witness.site_id == work.site_id,
        Witness.device_id == device.id,
        Witness.cycle == device.cycle,
        Witness.what == what,
    )
    if drive_id is not None:
        query = query.where(Witness.drive_id == drive_id)
    return set(work.session.scalars(query))


def _sees_drive(work: Work, device: Device) -> bool:
    seen = work.session.scalar(
        select(DeviceDrive.id)
        .where(
            DeviceDrive.site_id == work.site_id,
            DeviceDrive.device_id == device.id,
            DeviceDrive.inventory_id == device.inventory_id,
            DeviceDrive.holds_data,
        )
        .limit(1)
    )
    return seen is not None
