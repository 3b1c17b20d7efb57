"""The grading rule sets that a workshop has adopted, and what people declare about a device."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class RuleSetRow(OfSite, Base):
    """One rule set, in force from a day on until another one is. Rows are never changed."""

    __tablename__ = "rule_set"
    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[date] = mapped_column(Date)
    adopted: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500))

    __table_args__ = (
        to_site(),
        to("account", "by"),
        Index("ix_rule_set_since", "site_id", "since", "adopted"),
    )


class Opinion(OfSite, Base):
    """What a person declares about a device in its present cycle; the latest row counts."""

    __tablename__ = "opinion"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    cycle: Mapped[int]
    declared: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Facts by name, as domain.fact_registry counts them."""
    defects: Mapped[list[Any]] = mapped_column(JSON)
    """Codes of domain.defects."""
    reason: Mapped[str] = mapped_column(String(500))
    made: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID] = mapped_column(Uuid)
    """The account; no key to it, as in the history: recomputing knows no accounts."""

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        Index("ix_opinion_device", "site_id", "device_id", "made"),
    )
