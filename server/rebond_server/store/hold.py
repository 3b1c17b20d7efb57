"""What officers decided ahead of a plan: pins, refusals, reserves; and resets that people saw."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Date, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_schemas.plan import Hold
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class HoldRow(OfSite, Base):
    """One instruction of a person to the plan, with its reason, until it is lifted or expires."""

    __tablename__ = "hold"
    kind: Mapped[Hold] = mapped_column(Closed(Hold))
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    request_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500))
    made: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    expires: Mapped[date | None] = mapped_column(Date)
    """The last day on which it counts; None: until it is lifted."""
    lifted: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("request", "request_id"),
        to("account", "made_by"),
        Index("ix_hold_open", "site_id", "lifted"),
        CheckConstraint(one_of("kind", Hold), name="kind"),
        CheckConstraint("device_id IS NOT NULL OR request_id IS NOT NULL", name="named"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
    )


class Replacement(OfSite, Base):
    """A device that came back under warranty, and the instruction that offers another in its place."""

    __tablename__ = "replacement"
    returned_id: Mapped[UUID] = mapped_column(Uuid)
    """The assignment of the device that came back, closed since."""
    hold_id: Mapped[UUID] = mapped_column(Uuid)
    part: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What an offer must be at least: the class of the device that came back, as a part of a request."""
    assignment_id: Mapped[UUID | None] = mapped_column(Uuid)
    """The assignment that an officer made of the offer; None: not yet."""

    __table_args__ = (
        to_site(),
        to("assignment", "returned_id"),
        to("hold", "hold_id"),
        to("assignment", "assignment_id"),
        UniqueConstraint("site_id", "hold_id"),
    )


class ResetWitness(OfSite, Base):
    """One person's word that a phone or tablet was reset and starts empty; two are needed."""

    __tablename__ = "reset_witness"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    cycle: Mapped[int]
    seen_by: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("account", "seen_by"),
        UniqueConstraint("site_id", "device_id", "cycle", "seen_by"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
    )
