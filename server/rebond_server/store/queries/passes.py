"""The batches of passes and what was reported of them, as plain values."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_server.domain.lot import review_day
from rebond_server.domain.pass_indicators import Batch, Indicators, Use, indicators
from rebond_server.store.demand import Agreement
from rebond_server.store.passes import PassBatch, PassUse


def pass_batches(session: Session, site_id: UUID) -> tuple[PassBatch, ...]:
    """Return every batch, newest first."""
    query = select(PassBatch).where(PassBatch.site_id == site_id).order_by(PassBatch.number.desc())
    return tuple(session.scalars(query))


def pass_indicators(session: Session, site_id: UUID) -> Indicators:
    """Return the indicators of the workshop."""
    batches = {row.id: row for row in pass_batches(session, site_id)}
    uses = session.scalars(select(PassUse).where(PassUse.site_id == site_id).order_by(PassUse.day))
    return indicators(
        [
            Batch(
                number=row.number, partner=row.partner, count=row.count, value_cents=row.value_cents
            )
            for row in batches.values()
        ],
        [
            Use(
                batch=batches[row.batch_id].number,
                partner=batches[row.batch_id].partner,
                public=row.public,
                qpv=row.qpv,
                distributed=row.distributed,
                beneficiaries=row.beneficiaries,
                used=row.used,
                training=row.training,
                body=row.body,
            )
            for row in uses
        ],
    )


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """An agreement behind batches; `review` is six months before its end, or as the partners said."""

    number: str
    title: str
    ends: date | None
    review: date | None


def pass_agreements(session: Session, site_id: UUID) -> tuple[PaperLine, ...]:
    """Return the agreements under which passes were handed out."""
    used = select(PassBatch.agreement_id).where(PassBatch.site_id == site_id)
    rows = session.scalars(
        select(Agreement)
        .where(Agreement.site_id == site_id, Agreement.id.in_(used))
        .order_by(Agreement.number)
    )
    return tuple(
        PaperLine(
            number=one.number,
            title=one.title,
            ends=one.ends,
            review=one.review or review_day(one.ends),
        )
        for one in rows
    )
