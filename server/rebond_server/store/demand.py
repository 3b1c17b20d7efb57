"""Where devices come from and where they may go: agreements, lots, programmes, requests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class Agreement(OfSite, Base):
    """A numbered decision or contract that a lot or a programme rests on."""

    __tablename__ = "agreement"
    number: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    signed: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    review: Mapped[date | None] = mapped_column(Date)
    """When the partners agreed to meet; None: six months before the end."""
    parties: Mapped[list[str] | None] = mapped_column(JSON)
    duties: Mapped[list[str] | None] = mapped_column(JSON)
    """What each party owes, one sentence a line; reports and dates among them."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        to_site(),
        Index("uq_agreement_site_id_number", "site_id", "number", unique=True),
    )


class Lot(OfSite, Base):
    """Devices that came together from one donor under one legal regime."""

    __tablename__ = "lot"
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    agreement_id: Mapped[UUID | None] = mapped_column(Uuid)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The lot as the plan engine reads it: regime, unit value, resale, reserved publics, shares.

    How it comes in (donor, window, collection points, annex) stands in `Donation`.
    """

    __table_args__ = (
        to_site(),
        to("agreement", "agreement_id"),
        Index("uq_lot_site_id_code", "site_id", "code", unique=True),
    )


class Programme(OfSite, Base):
    """Who may receive what, and how many."""

    __tablename__ = "programme"
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    operator: Mapped[str] = mapped_column(String(200))
    agreement_id: Mapped[UUID | None] = mapped_column(Uuid)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The programme as the plan engine reads it."""
    first_come: Mapped[bool] = mapped_column(default=False)
    """Vouchers in the order of complete files, withdrawn at an office; else the plan decides."""
    voucher_days: Mapped[int | None]
    """How many days a voucher counts; None: until the programme ends."""
    trainees: Mapped[int | None]
    """How many people are to be trained at each office; None: no such aim."""
    funding: Mapped[list[str] | None] = mapped_column(JSON)
    """Funding lines, as text."""

    __table_args__ = (
        to_site(),
        to("agreement", "agreement_id"),
        Index("uq_programme_site_id_code", "site_id", "code", unique=True),
    )


class Request(OfSite, Base):
    """A quantity wanted by an organisation, or by one person known only by a code."""

    __tablename__ = "request"
    code: Mapped[str] = mapped_column(String(80))
    programme_id: Mapped[UUID] = mapped_column(Uuid)
    organisation: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    completed: Mapped[datetime | None] = mapped_column(Moment)
    closed: Mapped[datetime | None] = mapped_column(Moment)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The request as the plan engine reads it."""
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        to_site(),
        to("programme", "programme_id"),
        Index("uq_request_site_id_code", "site_id", "code", unique=True),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form
