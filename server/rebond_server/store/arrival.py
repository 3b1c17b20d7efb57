"""What is on its way: parcels that come in parts, and what benches tell while they work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class PartRow(OfSite, Base):
    """Some bytes of a parcel; gone when it is whole, or after a week."""

    __tablename__ = "parcel_part"
    stick_id: Mapped[UUID] = mapped_column(Uuid)
    parcel: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the whole."""
    offset: Mapped[int]
    length: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    arrived: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("stick", "stick_id"),
        UniqueConstraint("site_id", "stick_id", "parcel", "offset"),
        Index("ix_parcel_part_arrived", "site_id", "arrived"),
    )


class BenchRow(OfSite, Base):
    """The last word of one run, in the place of the one before; the id is the run's."""

    __tablename__ = "bench"
    stick_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[int]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("stick", "stick_id"),
        Index("ix_bench_at", "site_id", "at"),
    )
