"""Who asks and who attests: organisations, prescribers, class lists, and what was given before."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_schemas.plan_law import Category
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class Organisation(OfSite, Base):
    """A structure that receives or attests, with what it is under CG3P L3212-2 and L3212-3."""

    __tablename__ = "organisation"
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    category: Mapped[Category | None] = mapped_column(Closed(Category))
    territory: Mapped[str | None] = mapped_column(String(128))
    prescriber: Mapped[bool]
    """It may attest a need: a school principal, a social worker, a post office mediator."""

    __table_args__ = (
        to_site(),
        Index("uq_organisation_site_id_code", "site_id", "code", unique=True),
        CheckConstraint(f"category IS NULL OR {one_of('category', Category)}", name="category"),
    )


class Prescription(OfSite, Base):
    """Which prescriber attested the need behind a request."""

    __tablename__ = "prescription"
    request_id: Mapped[UUID] = mapped_column(Uuid)
    prescriber_id: Mapped[UUID] = mapped_column(Uuid)
    on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        to_site(),
        to("request", "request_id"),
        to("organisation", "prescriber_id"),
        UniqueConstraint("site_id", "request_id"),
    )


class ListEntry(OfSite, Base):
    """One line of a class list: a code of the school's own, never a name."""

    __tablename__ = "list_entry"
    request_id: Mapped[UUID] = mapped_column(Uuid)
    line: Mapped[int]
    code: Mapped[str] = mapped_column(String(80))
    assignment_id: Mapped[UUID | None] = mapped_column(Uuid)
    """The device of this line, once it was handed over."""

    __table_args__ = (
        to_site(),
        to("request", "request_id"),
        to("assignment", "assignment_id"),
        UniqueConstraint("site_id", "request_id", "code"),
    )


class GivenBefore(OfSite, Base):
    """What was given before this software was there: counts, with where they are known from."""

    __tablename__ = "given_before"
    programme_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(40))
    public: Mapped[str | None] = mapped_column(String(80))
    count: Mapped[int]
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    """The last day of the period in which they were given."""
    source: Mapped[str] = mapped_column(String(300))
    noted: Mapped[datetime] = mapped_column(Moment)
    noted_by: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("programme", "programme_id"),
        to("account", "noted_by"),
        CheckConstraint("count > 0", name="count"),
    )
