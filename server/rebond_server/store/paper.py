"""Papers of a lot as they were printed: erasure certificates, transfer notes, figures of reuse."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.domain.lot_paper import PaperKind
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class PaperRow(OfSite, Base):
    """One paper; the database refuses to change or delete it."""

    __tablename__ = "lot_paper"
    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[PaperKind] = mapped_column(Closed(PaperKind))
    lot_id: Mapped[UUID] = mapped_column(Uuid)
    issued: Mapped[datetime] = mapped_column(Moment)
    issued_by: Mapped[UUID] = mapped_column(Uuid)
    said: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    code: Mapped[str | None] = mapped_column(String(3000))
    """The signed text in the QR code of an erasure certificate."""
    judgements: Mapped[list[str]] = mapped_column(JSON, deferred=True)
    """What an erasure certificate rests on: a later judgement may contradict one."""

    __table_args__ = (
        to_site(),
        to("lot", "lot_id"),
        to("account", "issued_by"),
        Index("uq_lot_paper_number", "number", unique=True),
        Index("ix_lot_paper_lot", "site_id", "lot_id", "issued"),
        CheckConstraint(one_of("kind", PaperKind), name="kind"),
    )
