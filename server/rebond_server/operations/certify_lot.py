"""The donor's certificate for a whole lot: every drive, and no more than what is proven of it now."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.erasure import Level, Method
from rebond_server.domain.certificate import signed_code
from rebond_server.domain.lot_paper import (
    Evidence,
    LotDrive,
    LotErasure,
    PaperKind,
    Unproven,
    short_of,
)
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.errors import NotProven
from rebond_server.operations.lot_papers import head_of, keep_paper
from rebond_server.operations.lots import lot_by_code
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.paper import PaperRow
from rebond_server.store.proof import Witnessed
from rebond_server.store.queries.proof import RESET, attestations
from rebond_server.store.queries.standing import DriveLine, Standing, standing
from rebond_server.store.stick import StatementRow

_REACHED = {
    Verdict.CLEARED: Level.CLEAR,
    Verdict.CLEARED_WITH_LIMITS: Level.CLEAR,
    Verdict.PURGED: Level.PURGE,
}
_NOT_PROVEN = "l'effacement de ce disque n'est pas prouvé"


def certify_lot(work: Work, code: str) -> PaperRow:
    """Issue the certificate of a lot; raise NotProven while nothing of it is proven.

    What is not proven stands on the paper by name: nobody shall read it as the whole lot's.
    """
    work.require(Permission.ISSUE_CERTIFICATE)
    lot = lot_by_code(work, code)
    devices = work.session.scalars(
        select(Device)
        .where(Device.site_id == work.site_id, Device.lot_id == lot.id)
        .order_by(Device.tag)
    ).all()
    drives: list[LotDrive] = []
    unproven: list[Unproven] = []
    judgements: list[UUID] = []
    whole = no_medium = 0
    for device in devices:
        proven = standing(work.session, device)
        seen, lines = _seen(work, device, proven), [d for d in proven.drives if d.holds_data]
        good = [line for line in lines if _counts(line)]
        drives += [_drive(work, device, line) for line in good] + seen
        judgements += [line.judgement_id for line in good if line.judgement_id is not None]
        unproven += _open(device, proven, lines)
        whole += proven.sanitised and bool(lines or seen)
        no_medium += proven.sanitised and not (lines or seen)
    if not drives:
        raise NotProven(
            Sentence(
                fr=f"Rien n'est encore prouvé du lot {lot.code}.",
                en=f"Nothing of lot {lot.code} is proven yet.",
            )
        )
    said = LotErasure(
        head=head_of(work, lot, PaperKind.ERASURE),
        received=len(devices),
        whole=whole,
        no_medium=no_medium,
        drives=tuple(drives),
        unproven=tuple(unproven),
    )
    signed = signed_code(short_of(said), work.server_key)
    return keep_paper(work, PaperKind.ERASURE, lot, said, code=signed, judgements=judgements)


def contradicted(work: Work, row: PaperRow) -> list[str]:
    """Return the serial numbers of drives of which a later judgement says otherwise; "?" without one."""
    told = [UUID(one) for one in row.judgements]
    found = []
    for start in range(0, len(told), _AT_ONCE):
        found += _contradicted(work, told[start : start + _AT_ONCE])
    return sorted(found)


_AT_ONCE = 500


def _contradicted(work: Work, told: Sequence[UUID]) -> list[str]:
    one, later = JudgementRow.__table__.alias(), JudgementRow.__table__.alias()
    drive = DriveRow.__table__.alias()
    in_doubt = StatementRow.__table__.alias()
    good = (Verdict.CLEARED, Verdict.PURGED, Verdict.CLEARED_WITH_LIMITS, Verdict.NOT_ATTEMPTED)
    newer = (
        select(later.c.id)
        .where(
            later.c.site_id == one.c.site_id,
            later.c.drive_id == one.c.drive_id,
            later.c.epoch == one.c.epoch,
            later.c.judged > one.c.judged,
            later.c.verdict.not_in(good),
        )
        .exists()
    )
    quarantined = (
        select(in_doubt.c.id)
        .where(
            in_doubt.c.site_id == one.c.site_id,
            in_doubt.c.id == one.c.statement_id,
            in_doubt.c.quarantined,
        )
        .exists()
    )
    rows = work.session.scalars(
        select(drive.c.serial)
        .join(one, (one.c.site_id == drive.c.site_id) & (one.c.drive_id == drive.c.id))
        .where(one.c.site_id == work.site_id, one.c.id.in_(told), newer | quarantined)
    )
    return [serial or "?" for serial in rows]


def _counts(line: DriveLine) -> bool:
    """Say whether the verdict counts: limits only where the lead accepted them."""
    if line.verdict is Verdict.CLEARED_WITH_LIMITS:
        return line.accepted is not None
    return line.verdict in _REACHED


def _drive(work: Work, device: Device, line: DriveLine) -> LotDrive:
    judged = work.session.get_one(JudgementRow, (work.site_id, line.judgement_id))
    statement = work.session.get_one(StatementRow, (work.site_id, judged.statement_id))
    identity = line.facts.identity
    whole = judged.bytes_read_back >= (judged.size_bytes or 0) > 0
    return LotDrive(
        tag=device.tag,
        model=identity.model,
        serial=identity.serial,
        size_bytes=identity.size_bytes,
        level=_REACHED[line.verdict],
        method=None if judged.method is None else Method(judged.method),
        evidence=Evidence.READ_WHOLE if whole else Evidence.READ_SAMPLE,
        limits=(
            *(reason.fr for reason in line.reasons),
            *(() if line.accepted is None else (f"réserves acceptées : {line.accepted[1]}",)),
        ),
        before=statement.received,
        sha256=statement.sha256,
    )


def _seen(work: Work, device: Device, proven: Standing) -> list[LotDrive]:
    """Return what two people attest; a drive that the latest report still sees was not destroyed."""
    present = {line.drive_id for line in proven.drives}
    return [
        LotDrive(
            tag=device.tag,
            model=device.model if one.drive is None else one.drive.model,
            serial=device.serial if one.drive is None else one.drive.serial,
            size_bytes=None if one.drive is None else one.drive.size_bytes,
            level=None,
            method=None,
            evidence=Evidence.WITNESSES,
            limits=(
                "réinitialisé par l'appareil lui-même, devant deux personnes"
                if one.what == RESET
                else "détruit devant deux personnes",
            ),
            before=max(word.at for word in one.words),
            sha256=None,
        )
        for one in attestations(work.session, device)
        if one.enough
        and one.what in {Witnessed.DESTROYED, RESET}
        and (one.drive is None or one.drive.id not in present)
    ]


def _open(device: Device, proven: Standing, lines: list[DriveLine]) -> list[Unproven]:
    """Return what nothing proves: drive by drive, or the device when the obstacle is no drive."""
    left = [
        Unproven(
            tag=device.tag,
            name=line.facts.identity.model or "disque",
            serial=line.facts.identity.serial,
            why=line.reasons[0].fr if line.reasons else _NOT_PROVEN,
        )
        for line in lines
        if not _counts(line)
    ]
    if proven.sanitised or left:
        return left
    name = " ".join(text for text in (device.maker, device.model) if text) or device.kind
    why = _NOT_PROVEN if proven.obstacle is None else proven.obstacle.fr
    return [Unproven(tag=device.tag, name=name, serial=device.serial, why=why)]
