"""Pass numérique: batches handed to partners, and what they report of their use, in counts only."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class PassBatch(OfSite, Base):
    """Passes handed to one partner on one day, under one agreement."""

    __tablename__ = "pass_batch"
    number: Mapped[str] = mapped_column(String(40))
    partner: Mapped[str] = mapped_column(String(200))
    agreement_id: Mapped[UUID | None] = mapped_column(Uuid)
    day: Mapped[date] = mapped_column(Date)
    count: Mapped[int]
    value_cents: Mapped[int]
    """Of one pass."""
    noted: Mapped[datetime] = mapped_column(Moment)
    noted_by: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("agreement", "agreement_id"),
        to("account", "noted_by"),
        Index("uq_pass_batch_site_id_number", "site_id", "number", unique=True),
        CheckConstraint("count > 0", name="count"),
    )


class PassUse(OfSite, Base):
    """What a partner reports of a batch for one public: counts, a training and its body; nobody named."""

    __tablename__ = "pass_use"
    batch_id: Mapped[UUID] = mapped_column(Uuid)
    day: Mapped[date] = mapped_column(Date)
    public: Mapped[str] = mapped_column(String(80))
    qpv: Mapped[bool | None]
    """From a priority district; None: not asked."""
    distributed: Mapped[int]
    beneficiaries: Mapped[int]
    used: Mapped[int]
    training: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str | None] = mapped_column(String(200))
    noted: Mapped[datetime] = mapped_column(Moment)
    noted_by: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("pass_batch", "batch_id"),
        to("account", "noted_by"),
        Index("ix_pass_use_batch", "site_id", "batch_id"),
        CheckConstraint("distributed >= 0 AND beneficiaries >= 0 AND used >= 0", name="counts"),
    )
