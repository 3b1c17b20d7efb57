"""Append-only history: who did what to which, when and why. No personal data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to_site

COMPONENT_LOST = "component_lost"
"""A report no longer sees what the one before saw; `details` holds its id and the sentences."""

EVIDENCE_AFTER_END = "evidence_after_end"
"""A statement came of a device that had left or was scrapped: it is back, or a stick delivers late."""
LOOKED_AFTER_END = "looked_after_end"
"""A person looked into it, and said what it was."""


class HistoryEvent(OfSite, Base):
    """One line of history; once linked, the database refuses to change or delete it."""

    __tablename__ = "event"
    at: Mapped[datetime] = mapped_column(Moment)
    actor_kind: Mapped[str] = mapped_column(String(20))
    """`account`, `stick` or `system`."""
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    old: Mapped[str | None] = mapped_column(String(256))
    new: Mapped[str | None] = mapped_column(String(256))
    reason: Mapped[str | None] = mapped_column(String(500))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    """Place in the workshop's chain: 1, 2, 3…; None only until the commit (store.chain)."""
    previous_sha256: Mapped[str | None] = mapped_column(String(64))
    """The hash of the line before; None for the first."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """The hash of this line's canonical record (domain.history_chain)."""

    __table_args__ = (
        to_site(),
        Index("uq_event_site_id_sequence", "site_id", "sequence", unique=True),
        Index(
            "ix_event_unlinked",
            "site_id",
            sqlite_where=text("sha256 IS NULL"),
            postgresql_where=text("sha256 IS NULL"),
        ),
        Index("ix_event_subject", "site_id", "subject_kind", "subject_id", "at"),
        Index("ix_event_at", "site_id", "at"),
        # what lists look for, and few lines tell
        Index(
            "ix_event_lost",
            "site_id",
            "subject_id",
            sqlite_where=text(f"verb = '{COMPONENT_LOST}'"),
            postgresql_where=text(f"verb = '{COMPONENT_LOST}'"),
        ),
        Index(
            "ix_event_after_end",
            "site_id",
            "subject_id",
            sqlite_where=text(f"verb = '{EVIDENCE_AFTER_END}'"),
            postgresql_where=text(f"verb = '{EVIDENCE_AFTER_END}'"),
        ),
    )
