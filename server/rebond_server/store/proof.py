"""What people add to the evidence, always with their reason; certificates, and their withdrawal."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class Witnessed(StrEnum):
    """What two people must have seen with their own eyes."""

    DESTROYED = "destroyed"
    NO_MEDIA = "no_media"


class Acceptance(OfSite, Base):
    """The lead takes the limits of one judgement, with a reason; another judgement needs another."""

    __tablename__ = "acceptance"
    judgement_id: Mapped[UUID] = mapped_column(Uuid)
    drive_id: Mapped[UUID] = mapped_column(Uuid)
    accepted_by: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        ForeignKeyConstraint(
            ["site_id", "judgement_id", "drive_id"],
            ["judgement.site_id", "judgement.id", "judgement.drive_id"],
        ),
        to("account", "accepted_by"),
        UniqueConstraint("site_id", "judgement_id"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
    )


class Witness(OfSite, Base):
    """One person's word that a drive was destroyed, or that a device holds none; two are needed."""

    __tablename__ = "witness"
    what: Mapped[Witnessed] = mapped_column(Closed(Witnessed))
    device_id: Mapped[UUID] = mapped_column(Uuid)
    cycle: Mapped[int]
    """The device's cycle: what was seen before it was taken back no longer counts."""
    drive_id: Mapped[UUID | None] = mapped_column(Uuid)
    seen_by: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("drive", "drive_id"),
        to("account", "seen_by"),
        Index("ix_witness_device", "site_id", "device_id", "what"),
        CheckConstraint(one_of("what", Witnessed), name="what"),
        CheckConstraint("(what = 'destroyed') = (drive_id IS NOT NULL)", name="drive"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
    )


class CertificateRow(OfSite, Base):
    """One certificate as it was printed; it is never changed, only withdrawn."""

    __tablename__ = "certificate"
    number: Mapped[str] = mapped_column(String(20))
    device_id: Mapped[UUID] = mapped_column(Uuid)
    issued: Mapped[datetime] = mapped_column(Moment)
    issued_by: Mapped[UUID] = mapped_column(Uuid)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Every line of the paper."""
    code: Mapped[str] = mapped_column(String(3000))
    """The signed text in the QR code."""

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("account", "issued_by"),
        Index("uq_certificate_number", "number", unique=True),
        Index("ix_certificate_device", "site_id", "device_id", "issued"),
    )


class Withdrawal(OfSite, Base):
    """A certificate that later evidence contradicts: this judgement."""

    __tablename__ = "withdrawal"
    certificate_id: Mapped[UUID] = mapped_column(Uuid)
    judgement_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("certificate", "certificate_id"),
        ForeignKeyConstraint(["site_id", "judgement_id"], ["judgement.site_id", "judgement.id"]),
        UniqueConstraint("site_id", "certificate_id"),
    )
