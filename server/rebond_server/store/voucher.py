"""First come, first served: what a file has shown, the voucher it earned, and what came of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class Question(StrEnum):
    """What a person is asked after the handover, on a scale of 1 to 4; nobody must answer."""

    SATISFACTION = "satisfaction"
    USEFULNESS = "usefulness"


class ProofSeen(OfSite, Base):
    """A proof or a step that a colleague saw for a file, and on which day; never a copy of it."""

    __tablename__ = "proof_seen"
    request_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(80))
    on: Mapped[date] = mapped_column(Date)
    place: Mapped[str | None] = mapped_column(String(200))
    """The training body or the office where it happened."""
    noted: Mapped[datetime] = mapped_column(Moment)
    seen_by: Mapped[UUID] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("request", "request_id"),
        to("account", "seen_by"),
        UniqueConstraint("site_id", "request_id", "name"),
    )


class Counter(OfSite, Base):
    """How many vouchers of a programme stand for one office; its row is the turn to wait for."""

    __tablename__ = "counter"
    programme_id: Mapped[UUID] = mapped_column(Uuid)
    office: Mapped[str] = mapped_column(String(128))
    """"" counts the whole programme."""
    given: Mapped[int] = mapped_column(default=0)
    """The last rank that was given."""
    standing: Mapped[int] = mapped_column(default=0)
    """Vouchers that are used or can still be used; never above the cap."""

    __table_args__ = (
        to_site(),
        to("programme", "programme_id"),
        UniqueConstraint("site_id", "programme_id", "office"),
        CheckConstraint("standing >= 0", name="standing"),
    )


class Voucher(OfSite, Base):
    """The right to one device. Its code is in the QR; only the hash is kept. Used once."""

    __tablename__ = "voucher"
    request_id: Mapped[UUID] = mapped_column(Uuid)
    programme_id: Mapped[UUID] = mapped_column(Uuid)
    office: Mapped[str] = mapped_column(String(128))
    number: Mapped[str] = mapped_column(String(40))
    rank: Mapped[int]
    """Place among the files of the office, from 1."""
    code_sha256: Mapped[str] = mapped_column(String(64))
    issued: Mapped[datetime] = mapped_column(Moment)
    issued_by: Mapped[UUID | None] = mapped_column(Uuid)
    expires: Mapped[date] = mapped_column(Date)
    """The last day on which it counts."""
    used: Mapped[datetime | None] = mapped_column(Moment)
    used_by: Mapped[UUID | None] = mapped_column(Uuid)
    assignment_id: Mapped[UUID | None] = mapped_column(Uuid)
    lapsed: Mapped[datetime | None] = mapped_column(Moment)
    """When it lost its right: expired, or withdrawn with a reason."""
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        to_site(),
        to("request", "request_id"),
        to("programme", "programme_id"),
        to("account", "issued_by"),
        to("account", "used_by"),
        to("assignment", "assignment_id"),
        Index("uq_voucher_site_id_code", "site_id", "code_sha256", unique=True),
        Index("uq_voucher_site_id_number", "site_id", "number", unique=True),
        Index("uq_voucher_assignment", "site_id", "assignment_id", unique=True),
        Index(
            "uq_voucher_standing",
            "site_id",
            "request_id",
            unique=True,
            sqlite_where=text("lapsed IS NULL"),
            postgresql_where=text("lapsed IS NULL"),
        ),
        Index("ix_voucher_office", "site_id", "programme_id", "office", "rank"),
        CheckConstraint("used IS NULL OR lapsed IS NULL", name="one_end"),
        CheckConstraint("(used IS NULL) = (assignment_id IS NULL)", name="used_for"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class Answer(OfSite, Base):
    """One answer about one file, 1 (not at all) to 4 (very much)."""

    __tablename__ = "answer"
    request_id: Mapped[UUID] = mapped_column(Uuid)
    question: Mapped[Question] = mapped_column(Closed(Question))
    mark: Mapped[int]
    noted: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("request", "request_id"),
        UniqueConstraint("site_id", "request_id", "question"),
        CheckConstraint(one_of("question", Question), name="question"),
        CheckConstraint("mark BETWEEN 1 AND 4", name="mark"),
    )
