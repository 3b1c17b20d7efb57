"""The lead takes responsibility for what an erasure did not reach on one drive."""

from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.device import DriveRow, JudgementRow
from rebond_server.store.ids import uuid7
from rebond_server.store.proof import Acceptance


def accept_limits(work: Work, drive_id: UUID, reason: str) -> DriveRow:
    """Accept the limits of the judgement that now counts for this drive; another one voids it."""
    work.require(Permission.ACCEPT_LIMITS)
    lead, given = work.person(), reason_given(reason)
    drive = work.session.get(DriveRow, (work.site_id, drive_id))
    if drive is None:
        raise NotFound(Sentence(fr="Ce disque n'existe pas.", en="There is no such drive."))
    device = device_of(work, drive.device_id)
    judgement = _limited(work, drive)
    work.session.add(
        Acceptance(
            site_id=work.site_id,
            id=uuid7(work.now),
            judgement_id=judgement.id,
            drive_id=drive.id,
            accepted_by=lead,
            reason=given,
            at=work.now,
        )
    )
    work.session.flush()
    details: dict[str, object] = {
        "statement": str(judgement.statement_id),
        "drive": str(drive.id),
    }
    tell(work, "accept_limits", ("device", device.id), reason=given, details=details)
    settle_again(work, device)
    return drive


def _limited(work: Work, drive: DriveRow) -> JudgementRow:
    judgement = (
        None
        if drive.judgement_id is None
        else work.session.get(JudgementRow, (work.site_id, drive.judgement_id))
    )
    if (
        judgement is None
        or judgement.epoch != drive.epoch
        or judgement.verdict is not Verdict.CLEARED_WITH_LIMITS
    ):
        raise BadValue(
            Sentence(
                fr="Ce disque n'est pas « effacé avec réserve » : il n'y a rien à accepter.",
                en="This drive was not cleared with limits: there is nothing to accept.",
            )
        )
    taken = work.session.scalar(
        select(Acceptance.id).where(
            Acceptance.site_id == work.site_id, Acceptance.judgement_id == judgement.id
        )
    )
    if taken is not None:
        raise BadValue(
            Sentence(fr="Cette réserve est déjà acceptée.", en="These limits are accepted already.")
        )
    return judgement
