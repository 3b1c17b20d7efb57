"""The batches of passes and what was reported of them, as plain values."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_server.domain.pass_indicators import Batch, Indicators, Use, indicators
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
