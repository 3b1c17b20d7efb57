"""Spare parts in stock: memory modules, drives, batteries, chargers, each one piece."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.domain.part import PartKind
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class PartState(StrEnum):
    """Where a part is in its life: on the shelf, in a device, or thrown away."""

    STOCK = "stock"
    USED = "used"
    SCRAPPED = "scrapped"


class PartRow(OfSite, Base):
    """One spare part. `device_id` is the device it was put into."""

    __tablename__ = "part"
    kind: Mapped[PartKind] = mapped_column(Closed(PartKind))
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What decides whether it fits, as domain.part reads it."""
    place: Mapped[str] = mapped_column(String(120))
    state: Mapped[PartState] = mapped_column(Closed(PartState), default=PartState.STOCK)
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    source: Mapped[str | None] = mapped_column(String(120))
    """Where it was taken from: the tag of a device, what and which of them; None: bought or given."""
    serial: Mapped[str | None] = mapped_column(String(256))
    added: Mapped[datetime] = mapped_column(Moment)
    changed: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        Index("ix_part_state", "site_id", "state", "kind"),
        Index("ix_part_device", "site_id", "device_id"),
        Index("uq_part_source", "site_id", "source", unique=True),
        CheckConstraint(one_of("kind", PartKind), name="kind"),
        CheckConstraint(one_of("state", PartState), name="state"),
        CheckConstraint("(state = 'used') = (device_id IS NOT NULL)", name="used_in"),
    )
