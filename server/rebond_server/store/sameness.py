"""Devices that may be one: the doubts, and what was joined, so that it can be taken apart again."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class Settled(StrEnum):
    """What a person said of a pair."""

    TWO = "two"


class Doubt(OfSite, Base):
    """Two devices that may be one; `one_id` sorts before `other_id`."""

    __tablename__ = "identity_doubt"
    one_id: Mapped[UUID] = mapped_column(Uuid)
    other_id: Mapped[UUID] = mapped_column(Uuid)
    score: Mapped[int]
    signs: Mapped[list[Any]] = mapped_column(JSON)
    """What agreed and what contradicted, as domain.identity weighed it."""
    found: Mapped[datetime] = mapped_column(Moment)
    settled: Mapped[Settled | None] = mapped_column(Closed(Settled))
    settled_by: Mapped[UUID | None] = mapped_column(Uuid)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        to_site(),
        to("device", "one_id"),
        to("device", "other_id"),
        to("account", "settled_by"),
        Index("uq_identity_doubt_pair", "site_id", "one_id", "other_id", unique=True),
        Index("ix_identity_doubt_other", "site_id", "other_id"),
        CheckConstraint("one_id <> other_id", name="two"),
        CheckConstraint(one_of("settled", Settled), name="settled"),
    )


class Join(OfSite, Base):
    """One record that went up into another; `gone` is the row as it was."""

    __tablename__ = "device_join"
    kept_id: Mapped[UUID] = mapped_column(Uuid)
    """No key to it: the one that was kept may itself go up into another."""
    gone_id: Mapped[UUID] = mapped_column(Uuid)
    gone_tag: Mapped[str] = mapped_column(String(32))
    gone: Mapped[dict[str, Any]] = mapped_column(JSON)
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Which statements and drives came over."""
    at: Mapped[datetime] = mapped_column(Moment)
    joined_by: Mapped[UUID | None] = mapped_column(Uuid)
    """None: a report that fits both showed it."""
    reason: Mapped[str] = mapped_column(String(500))
    undone: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("account", "joined_by"),
        to("account", "undone_by"),
        Index("ix_device_join_kept", "site_id", "kept_id"),
        Index("ix_device_join_gone", "site_id", "gone_id"),
    )
