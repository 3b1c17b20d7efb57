"""A certificate for a device, drawn from the verdicts that count now; and its withdrawal."""

import base64
import secrets
from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from rebond_schemas.erasure import Level
from rebond_server.domain.certificate import (
    Certificate,
    CertifiedDrive,
    SecondReading,
    SeenByPeople,
    code_of,
    maker_of,
    reading_of,
)
from rebond_server.domain.policy import Permission
from rebond_server.domain.second_read import Outcome
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.errors import NotProven
from rebond_server.operations.evidence_of import erasure_of
from rebond_server.operations.history import tell
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Account, Site
from rebond_server.store.proof import CertificateRow, Withdrawal, Witnessed
from rebond_server.store.queries.proof import (
    ERASED_ELSEWHERE,
    RESET,
    accepted_of,
    attestations,
)
from rebond_server.store.queries.pulled import Pulled, pulled_drives
from rebond_server.store.queries.rereads import device_events
from rebond_server.store.queries.standing import DriveLine, Standing, as_judgement, standing
from rebond_server.store.stick import StatementRow, Stick

_CODE_BYTES = 5


def issue_certificate(work: Work, device_id: UUID) -> CertificateRow:
    """Issue the certificate of this device, or raise NotProven with what stands in the way."""
    work.require(Permission.ISSUE_CERTIFICATE)
    person = work.person()
    device = device_of(work, device_id)
    proven = standing(work.session, device)
    pulled = pulled_drives(work.session, device)
    seen = _seen(work, device, proven, pulled)
    held = _held(proven, seen, pulled)
    elsewhere = [one for one in pulled if one.proof is not None]
    said = Certificate(
        number=f"C-{base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()}",
        workshop=work.session.get_one(Site, work.site_id).name,
        issued=work.now,
        issued_by=work.session.get_one(Account, (work.site_id, person)).name,
        tag=device.tag,
        kind=device.kind,
        maker=device.maker,
        model=device.model,
        serial=device.serial,
        drives=(
            *(_drive(work, line) for line in held),
            *(_pulled(work, one) for one in elsewhere),
        ),
        seen=seen,
    )
    row = CertificateRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        number=said.number,
        device_id=device.id,
        issued=work.now,
        issued_by=person,
        said=plain(said) | {"judgements": _judgements(held, elsewhere)},
        code=code_of(said, work.server_key),
    )
    work.session.add(row)
    work.session.flush()
    tell(work, "issue_certificate", ("device", device.id), new=row.number)
    return row


def withdraw_contradicted(work: Work, device: Device, judgement: JudgementRow) -> None:
    """Withdraw the certificates of this device that an unproven later judgement contradicts."""
    good = {Verdict.CLEARED, Verdict.PURGED, Verdict.NOT_ATTEMPTED}
    if judgement.verdict in good:
        return
    for row in _standing(work, device, judgement):
        if _speaks_of(work, row, judgement):
            _withdraw(work, row, judgement)


def withdraw_doubted(work: Work, device: Device, judgement: JudgementRow) -> None:
    """Withdraw the certificates that rest on this judgement: its statement is in quarantine now."""
    for row in _standing(work, device, judgement):
        if str(judgement.id) in row.said["judgements"]:
            _withdraw(work, row, judgement)


def _standing(work: Work, device: Device, judgement: JudgementRow) -> Sequence[CertificateRow]:
    """Return what nothing has withdrawn yet of this device, and of those the drive was pulled from."""
    drive = work.session.get_one(DriveRow, (work.site_id, judgement.drive_id))
    devices = work.session.scalars(
        select(DriveRow.device_id).where(
            DriveRow.site_id == work.site_id, DriveRow.identity == drive.identity
        )
    ).all()
    return work.session.scalars(
        select(CertificateRow)
        .outerjoin(
            Withdrawal,
            (Withdrawal.site_id == CertificateRow.site_id)
            & (Withdrawal.certificate_id == CertificateRow.id),
        )
        .where(
            CertificateRow.site_id == work.site_id,
            CertificateRow.device_id.in_({device.id, *devices}),
            CertificateRow.issued <= work.now,
            Withdrawal.id.is_(None),
        )
    ).all()


def _withdraw(work: Work, row: CertificateRow, judgement: JudgementRow) -> None:
    work.session.add(
        Withdrawal(
            site_id=work.site_id,
            id=uuid7(work.now),
            certificate_id=row.id,
            judgement_id=judgement.id,
            at=work.now,
        )
    )
    tell(work, "withdraw_certificate", ("device", row.device_id), old=row.number)


def _speaks_of(work: Work, row: CertificateRow, judgement: JudgementRow) -> bool:
    """Say whether the certificate rests on another judgement of the same drive in the same epoch."""
    for told in row.said["judgements"]:
        known = work.session.get_one(JudgementRow, (work.site_id, UUID(told)))
        if (known.drive_id, known.epoch) == (judgement.drive_id, judgement.epoch):
            return known.id != judgement.id
    return False


def _seen(
    work: Work, device: Device, proven: Standing, pulled: Sequence[Pulled]
) -> tuple[SeenByPeople, ...]:
    """Return what two people attest; a drive that the latest report still sees was not destroyed.

    A drive that left the device and of which nothing is known is told as such, never left out.
    """
    present = {line.drive_id for line in proven.drives}
    told = tuple(
        SeenByPeople(
            what=one.what,
            model=device.model if one.drive is None else one.drive.model,
            serial=device.serial if one.drive is None else one.drive.serial,
            words=tuple((word.name, word.at, word.reason) for word in one.words),
        )
        for one in attestations(work.session, device)
        if one.enough
        and one.what in {Witnessed.DESTROYED, RESET, ERASED_ELSEWHERE}
        and (one.drive is None or one.drive.id not in present)
        and not (one.what == ERASED_ELSEWHERE and one.drive in _proven(pulled))
    )
    spoken = {(one.model, one.serial) for one in told}
    return told + tuple(
        SeenByPeople(what="pulled", model=one.drive.model, serial=one.drive.serial, words=())
        for one in pulled
        if one.proof is None and (one.drive.model, one.drive.serial) not in spoken
    )


def _proven(pulled: Sequence[Pulled]) -> list[DriveRow]:
    return [one.drive for one in pulled if one.proof is not None]


def _judgements(held: Sequence[DriveLine], elsewhere: Sequence[Pulled]) -> list[str]:
    own = [str(line.judgement_id) for line in held]
    return own + [str(one.proof.judgement.id) for one in elsewhere if one.proof is not None]


def _held(
    proven: Standing, seen: tuple[SeenByPeople, ...], pulled: Sequence[Pulled]
) -> list[DriveLine]:
    held = [line for line in proven.drives if line.holds_data]
    spoken = [one for one in seen if one.words]
    if not proven.sanitised or not (held or spoken or _proven(pulled)):
        none = Sentence(
            fr="Cet appareil n'a aucun disque dont l'effacement soit à attester.",
            en="This device has no drive whose erasure could be attested.",
        )
        raise NotProven(proven.obstacle or none)
    return held


def _drive(work: Work, line: DriveLine) -> CertifiedDrive:
    statement = work.session.get_one(StatementRow, (work.site_id, line.statement_id))
    erasure = erasure_of(work, statement)
    identity = line.facts.identity
    return CertifiedDrive(
        maker=maker_of(identity.model),
        model=identity.model,
        serial=identity.serial,
        size_bytes=identity.size_bytes,
        medium=line.facts.kind,
        method=erasure.method,
        level=Level.PURGE if line.verdict is Verdict.PURGED else Level.CLEAR,
        limits=tuple(reason.fr for reason in line.reasons),
        accepted=None if line.accepted is None else line.accepted[1],
        reading=reading_of(erasure.method, erasure.passes),
        tool=f"{erasure.agent.name} {erasure.agent.version}",
        operator=erasure.operator,
        stick=work.session.get_one(Stick, (work.site_id, statement.stick_id)).name,
        after=erasure.made.anchor,
        before=statement.received,
        clock=erasure.ended.wall,
        evidence=statement.sha256,
        reread=_reread(work, line),
    )


def _reread(work: Work, line: DriveLine) -> SecondReading | None:
    """Return the second read that confirmed this very proof, told by its own statement."""
    drive = work.session.get_one(DriveRow, (work.site_id, line.drive_id))
    device = work.session.get_one(Device, (work.site_id, drive.device_id))
    for event in device_events(work.session, device, [Outcome.CONFIRMED.value]):
        if event.details["judgement"] != str(line.judgement_id):
            continue
        row = work.session.get_one(StatementRow, (work.site_id, UUID(event.details["statement"])))
        reader = erasure_of(work, row).operator
        if reader is not None and not row.quarantined:
            stick = work.session.get_one(Stick, (work.site_id, row.stick_id)).name
            return SecondReading(reader=reader, stick=stick, received=row.received)
    return None


def _pulled(work: Work, one: Pulled) -> CertifiedDrive:
    """Return a drive that was erased in another device, and say so: its proof is that one's."""
    proof = one.proof
    assert proof is not None  # noqa: S101 - the caller chose; tells the type checker
    judgement = proof.judgement
    accepted = accepted_of(work.session, judgement)
    line = DriveLine(
        drive_id=judgement.drive_id,
        path="",
        facts=proof.facts,
        holds_data=True,
        verdict=judgement.verdict,
        level=None,
        reasons=tuple(reason.sentence for reason in as_judgement(judgement).reasons),
        judged=judgement.judged,
        statement_id=judgement.statement_id,
        judgement_id=judgement.id,
        accepted=accepted,
        destroyed=False,
        health=None,
        health_reasons=(),
    )
    return replace(_drive(work, line), erased_in=proof.tag, last_seen=one.last_seen)


def certificate_of(row: CertificateRow) -> Certificate:
    """Return what the stored certificate says, word for word."""
    said = {name: value for name, value in row.said.items() if name != "judgements"}
    return msgspec.convert(said, Certificate)
