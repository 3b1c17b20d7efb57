"""What the workshop keeps beside its devices: waste, attached files, tokens of programs, acts in bulk."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class Waste(OfSite, Base):
    """One line of the register of outgoing waste; it is never changed, only withdrawn with a reason."""

    __tablename__ = "waste"
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    """None: parts or accessories that were never a device of their own."""
    kind: Mapped[str] = mapped_column(String(40))
    count: Mapped[int | None]
    grams: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    """Waste code of the European list, such as 16 02 14 or 16 02 13*."""
    left: Mapped[date] = mapped_column(Date)
    carrier: Mapped[str] = mapped_column(String(200))
    destination: Mapped[str] = mapped_column(String(14))
    """SIRET of whoever receives it."""
    bsd: Mapped[str | None] = mapped_column(String(40))
    """Number of the tracking document, where one is due."""
    treatment: Mapped[str | None] = mapped_column(String(10))
    """Treatment code, such as R4."""
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID] = mapped_column(Uuid)
    withdrawn: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("account", "by"),
        Index("ix_waste_left", "site_id", "left"),
        Index("ix_waste_device", "site_id", "device_id"),
        CheckConstraint("grams > 0", name="grams"),
    )


class Attachment(OfSite, Base):
    """A file kept with an agreement, a lot or a device: a scan, a photo of a defect."""

    __tablename__ = "attachment"
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    """Told by the bytes, never by whoever sent them."""
    about: Mapped[str | None] = mapped_column(String(40))
    """The code of the defect that a photo shows; None: of the whole."""
    sha256: Mapped[str] = mapped_column(String(64))
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("account", "by"),
        Index("ix_attachment_subject", "site_id", "subject_kind", "subject_id"),
    )


class ApiToken(OfSite, Base):
    """A program that acts for an account, within scopes; only the hash of its secret is kept."""

    __tablename__ = "api_token"
    account_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(80))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    seen: Mapped[datetime | None] = mapped_column(Moment)
    revoked: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("account", "account_id"),
        UniqueConstraint("secret_sha256"),
    )


class BulkAct(OfSite, Base):
    """One act on many tags, with what each device was before, so that it can be taken back."""

    __tablename__ = "bulk_act"
    action: Mapped[str] = mapped_column(String(40))
    goal: Mapped[str] = mapped_column(String(500))
    items: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID] = mapped_column(Uuid)
    undone: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("account", "by"),
        Index("ix_bulk_act_at", "site_id", "at"),
    )
