"""What the workshop asks of its erasures, and the signed orders that sticks were given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Moment, OfSite, to, to_site


class PolicyRow(OfSite, Base):
    """How one lot's drives are erased; of the workshop itself where no lot is named."""

    __tablename__ = "erasure_policy"
    lot_id: Mapped[UUID | None] = mapped_column(Uuid)
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    unattended: Mapped[bool]
    changed: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (to_site(), to("lot", "lot_id"), UniqueConstraint("site_id", "lot_id"))


class OrderRow(OfSite, Base):
    """One signed order, byte for byte; never changed, for erasures name it."""

    __tablename__ = "wipe_order"
    stick_id: Mapped[UUID | None] = mapped_column(Uuid)
    run: Mapped[UUID | None] = mapped_column(Uuid)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    issued: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("stick", "stick_id"),
        Index("ix_wipe_order_run", "site_id", "run"),
    )
