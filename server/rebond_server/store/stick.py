"""Sticks, the codes that enrol them, the statements they made, and those that are in doubt."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class StatementKind(StrEnum):
    """The three kinds of statement."""

    INVENTORY = "inventory"
    ERASURE = "erasure"
    INSPECTION = "inspection"


class Stick(OfSite, Base):
    """A USB stick with a key of its own."""

    __tablename__ = "stick"
    name: Mapped[str] = mapped_column(String(120))
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    enrolled: Mapped[datetime] = mapped_column(Moment)
    revoked: Mapped[datetime | None] = mapped_column(Moment)
    revoked_reason: Mapped[str | None] = mapped_column(String(256))
    seen: Mapped[datetime | None] = mapped_column(Moment)
    words: Mapped[str | None] = mapped_column(String(120))
    """The six words of its enrolment, as both screens must show them."""
    compared: Mapped[datetime | None] = mapped_column(Moment)
    """When a person said that they were the same, or that it is still in our hands; until then what it
    says is in doubt, and again a year later."""
    forked: Mapped[datetime | None] = mapped_column(Moment)
    """When its chain split first: it was copied, or set back. Until the lead says otherwise it is in doubt."""
    medium: Mapped[str | None] = mapped_column(String(40))
    """What it is made of, as its statements told first: a copy is made of something else."""
    doubtful_since: Mapped[datetime | None] = mapped_column(Moment)
    """From when on nobody knows in whose hands it was; set when it is revoked."""
    agent: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The agent that it told to run last (`AgentBuild`); None: it never said."""

    __table_args__ = (to_site(),)


class AgentRelease(OfSite, Base):
    """One build of the agent that sticks are offered; its bytes lie with the evidence."""

    __tablename__ = "agent_release"
    base: Mapped[str] = mapped_column(String(64))
    built: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    offer: Mapped[bytes] = mapped_column(LargeBinary)
    """What is signed (`AgentOffer`), byte for byte."""
    published: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        UniqueConstraint("site_id", "sha256"),
        Index("ix_agent_release_base", "site_id", "base", "built"),
    )


class EnrolmentCode(OfSite, Base):
    """A one-time code: the selector finds the row, the secret is only kept as a hash."""

    __tablename__ = "enrolment_code"
    selector: Mapped[str] = mapped_column(String(16), unique=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    issued: Mapped[datetime] = mapped_column(Moment)
    issued_by: Mapped[UUID | None] = mapped_column(Uuid)
    """None: asked for on the server's own command line."""
    ends: Mapped[datetime] = mapped_column(Moment)
    tries_left: Mapped[int]
    stick_id: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("account", "issued_by"),
        to("stick", "stick_id"),
        CheckConstraint("tries_left >= 0", name="tries_left"),
    )


class StatementRow(OfSite, Base):
    """One statement received: where its bytes lie, who signed them, what it is about."""

    __tablename__ = "statement"
    kind: Mapped[StatementKind] = mapped_column(Closed(StatementKind))
    stick_id: Mapped[UUID] = mapped_column(Uuid)
    run: Mapped[UUID] = mapped_column(Uuid)
    sequence: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[str | None] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    receipt: Mapped[bytes]
    """The receipt's bytes, so that the same statement always gets the same answer."""
    received: Mapped[datetime] = mapped_column(Moment)
    arrival: Mapped[int] = mapped_column(BigInteger)
    """Place in the order in which this workshop's statements arrived: 1, 2, 3…"""
    made_before: Mapped[int] = mapped_column(BigInteger)
    """The first arrival of the same stick that was made no earlier: it was made before that.

    Agent clocks lie, so statements of several sticks are put in order by this and the sequence.
    """
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    """None: the inventory of its run has not arrived, so nobody knows of which device it speaks."""
    quarantined: Mapped[bool] = mapped_column(default=False)
    """In doubt, or rejected: kept, and counted for nothing. `Doubt` says why."""

    __table_args__ = (
        to_site(),
        to("stick", "stick_id"),
        to("device", "device_id"),
        UniqueConstraint("site_id", "id", "kind"),
        UniqueConstraint("site_id", "arrival"),
        Index("ix_statement_stick", "site_id", "stick_id", "sequence"),
        Index("ix_statement_device", "site_id", "device_id", "received"),
        Index("ix_statement_run", "site_id", "run"),
        CheckConstraint(one_of("kind", StatementKind), name="kind"),
    )


class DoubtReason(StrEnum):
    """Why a statement is not believed before a person looked at it."""

    WORDS_NOT_COMPARED = "words_not_compared"
    FORKED = "forked"
    STOLEN = "stolen"
    EXPIRED = "expired"


class Decision(StrEnum):
    """What the lead said of a statement in doubt."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Doubt(OfSite, Base):
    """One statement in quarantine, and what became of it."""

    __tablename__ = "doubt"
    statement_id: Mapped[UUID] = mapped_column(Uuid)
    stick_id: Mapped[UUID] = mapped_column(Uuid)
    why: Mapped[DoubtReason] = mapped_column(Closed(DoubtReason))
    since: Mapped[datetime] = mapped_column(Moment)
    on_arrival: Mapped[bool]
    """False: it had counted before the stick came into doubt."""
    decision: Mapped[Decision | None] = mapped_column(Closed(Decision))
    decided: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        to_site(),
        to("stick", "stick_id"),
        to("statement", "statement_id"),
        to("account", "decided_by"),
        Index("ix_doubt_stick", "site_id", "stick_id", "decided"),
        Index("ix_doubt_statement", "site_id", "statement_id"),
        CheckConstraint(one_of("why", DoubtReason), name="why"),
        CheckConstraint(one_of("decision", Decision), name="decision"),
    )


class Conflict(OfSite, Base):
    """Other bytes that came under the id of a statement already held. Both are kept."""

    __tablename__ = "conflict"
    statement_id: Mapped[UUID] = mapped_column(Uuid)
    stick_id: Mapped[UUID] = mapped_column(Uuid)
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    received: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("stick", "stick_id"),
        UniqueConstraint("site_id", "statement_id", "sha256"),
    )
