"""Plans, assignments, handovers; and, apart from everything else, who received."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, Index, LargeBinary, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class PlanRow(OfSite, Base):
    """One run of the plan engine: frozen input, result, hash."""

    __tablename__ = "plan"
    made: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[UUID | None] = mapped_column(Uuid)
    """None: made on the server's own command line. A plan only proposes; people confirm."""
    input_sha256: Mapped[str] = mapped_column(String(64))
    input: Mapped[dict[str, Any]] = mapped_column(JSON)
    output: Mapped[dict[str, Any]] = mapped_column(JSON)
    validated: Mapped[datetime | None] = mapped_column(Moment)
    validated_by: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("account", "made_by"),
        to("account", "validated_by"),
        Index("ix_plan_made", "site_id", "made"),
    )


class Assignment(OfSite, Base):
    """One device for one request. A device has one open assignment at the most."""

    __tablename__ = "assignment"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    request_id: Mapped[UUID] = mapped_column(Uuid)
    plan_id: Mapped[UUID | None] = mapped_column(Uuid)
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    confirmed: Mapped[datetime] = mapped_column(Moment)
    confirmed_by: Mapped[UUID] = mapped_column(Uuid)
    handover_id: Mapped[UUID | None] = mapped_column(Uuid)
    closed: Mapped[datetime | None] = mapped_column(Moment)
    """When the device became free again: taken back, or the assignment undone."""

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("request", "request_id"),
        to("plan", "plan_id"),
        to("account", "confirmed_by"),
        to("handover", "handover_id"),
        Index(
            "ix_assignment_waiting",
            "site_id",
            "request_id",
            sqlite_where=text("closed IS NULL AND handover_id IS NULL"),
            postgresql_where=text("closed IS NULL AND handover_id IS NULL"),
        ),
        Index(
            "uq_assignment_open_device",
            "site_id",
            "device_id",
            unique=True,
            sqlite_where=text("closed IS NULL"),
            postgresql_where=text("closed IS NULL"),
        ),
        Index("ix_assignment_request", "site_id", "request_id"),
    )


class Handover(OfSite, Base):
    """The signed act; one sheet may cover a class list."""

    __tablename__ = "handover"
    number: Mapped[str] = mapped_column(String(40))
    request_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("request", "request_id"),
        to("account", "by"),
        Index("uq_handover_site_id_number", "site_id", "number", unique=True),
    )


class Recipient(OfSite, Base):
    """A name, given only at handover, and purged. No other table holds one."""

    __tablename__ = "recipient"
    handover_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(200))
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    """Which device of the sheet, on a class list; None: the whole sheet."""
    purge_after: Mapped[date] = mapped_column(Date)

    __table_args__ = (to_site(), to("handover", "handover_id"))


class Signature(OfSite, Base):
    """A signature drawn on screen, or the scan of the signed sheet: sealed, and purged with the names."""

    __tablename__ = "signature"
    handover_id: Mapped[UUID] = mapped_column(Uuid)
    media: Mapped[str] = mapped_column(String(40))
    """What is inside: image/png, image/jpeg or application/pdf."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    noted: Mapped[datetime] = mapped_column(Moment)
    purge_after: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        to_site(),
        to("handover", "handover_id"),
        Index("ix_signature_handover", "site_id", "handover_id"),
    )
