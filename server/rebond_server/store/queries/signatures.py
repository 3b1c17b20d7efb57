"""Which signatures a handover has: ids and kinds, never what is in them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_server.store.allocation import Recipient, Signature


class SignatureLine(NamedTuple):
    """One kept signature."""

    signature_id: UUID
    media: str
    noted: datetime


def signatures_of(session: Session, site_id: UUID, handover_id: UUID) -> list[SignatureLine]:
    """Return the signatures of a handover, oldest first."""
    rows = session.execute(
        select(Signature.id, Signature.media, Signature.noted)
        .where(Signature.site_id == site_id, Signature.handover_id == handover_id)
        .order_by(Signature.noted)
    )
    return [SignatureLine(*row) for row in rows]


def names_of(session: Session, site_id: UUID, handover_id: UUID) -> dict[UUID | None, str]:
    """Return the names of a handover by device; None: the whole sheet. Personal."""
    rows = session.execute(
        select(Recipient.device_id, Recipient.name).where(
            Recipient.site_id == site_id, Recipient.handover_id == handover_id
        )
    )
    return {row.device_id: row.name for row in rows}
