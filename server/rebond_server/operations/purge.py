"""Retention: what is kept about people goes when its time is over; what proves an erasure stays."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import CursorResult, Delete, delete

from rebond_server.domain.policy import Permission
from rebond_server.operations.history import tell
from rebond_server.operations.log_in import IDLE
from rebond_server.operations.receive_parcel import forget_parts
from rebond_server.operations.vouchers import lapse_every_night
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Recipient, Signature
from rebond_server.store.arrival import BenchRow
from rebond_server.store.people import Attempt, LoginSession
from rebond_server.store.stick import EnrolmentCode

ATTEMPTS_KEPT = timedelta(hours=1)
CODES_KEPT = timedelta(days=30)
BENCHES_KEPT = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Purged:
    """How many rows went, of each kind; `vouchers` ended and stay."""

    recipients: int
    signatures: int = 0
    sessions: int
    attempts: int
    codes: int
    parts: int = 0
    benches: int = 0
    vouchers: int = 0


def purge(work: Work) -> Purged:
    """Delete names past their date, ended log-ins, old attempts and codes; end vouchers past theirs.

    History tells only counts of what went.
    """
    work.require(Permission.MANAGE_USERS)
    over = (LoginSession.ends <= work.now) | (LoginSession.seen <= work.now - IDLE)
    purged = Purged(
        recipients=_gone(
            work,
            delete(Recipient).where(
                Recipient.site_id == work.site_id, Recipient.purge_after < work.now.date()
            ),
        ),
        signatures=_gone(
            work,
            delete(Signature).where(
                Signature.site_id == work.site_id, Signature.purge_after < work.now.date()
            ),
        ),
        sessions=_gone(
            work, delete(LoginSession).where(LoginSession.site_id == work.site_id, over)
        ),
        attempts=_gone(work, delete(Attempt).where(Attempt.at < work.now - ATTEMPTS_KEPT)),
        codes=_gone(
            work,
            delete(EnrolmentCode).where(
                EnrolmentCode.site_id == work.site_id, EnrolmentCode.ends < work.now - CODES_KEPT
            ),
        ),
        parts=forget_parts(work),
        benches=_gone(
            work,
            delete(BenchRow).where(
                BenchRow.site_id == work.site_id, BenchRow.at < work.now - BENCHES_KEPT
            ),
        ),
        vouchers=lapse_every_night(work),
    )
    tell(work, "purge", ("site", work.site_id), details=dict(asdict(purged)))
    return purged


def _gone(work: Work, statement: Delete) -> int:
    result = work.session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101 - a DELETE gives one; tells the type checker
    return result.rowcount
