"""How devices come in: donors, lots' origins, annexes line by line, labels, places."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.domain.lot import DonorKind, ErasurePolicy, LotKind, PlaceKind
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class Donor(OfSite, Base):
    """Whoever gives. A person is known by a code alone: the database refuses a name."""

    __tablename__ = "donor"
    code: Mapped[str] = mapped_column(String(80))
    kind: Mapped[DonorKind] = mapped_column(Closed(DonorKind))
    name: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        to_site(),
        Index("uq_donor_site_id_code", "site_id", "code", unique=True),
        CheckConstraint(one_of("kind", DonorKind), name="kind"),
        CheckConstraint("kind <> 'person' OR name IS NULL", name="nameless_person"),
    )


class Donation(OfSite, Base):
    """How one lot comes in. Its law stands in the lot's terms, where the plan reads it."""

    __tablename__ = "donation"
    lot_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[LotKind] = mapped_column(Closed(LotKind))
    donor_id: Mapped[UUID | None] = mapped_column(Uuid)
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    """The window of a campaign, last day included."""
    population: Mapped[int | None]
    """How many people a campaign may reach."""
    acquired: Mapped[date | None] = mapped_column(Date)
    """When the donor bought the devices, where no item says otherwise."""
    erasure_policy: Mapped[ErasurePolicy | None] = mapped_column(Closed(ErasurePolicy))

    __table_args__ = (
        to_site(),
        to("lot", "lot_id"),
        to("donor", "donor_id"),
        UniqueConstraint("site_id", "lot_id"),
        CheckConstraint(one_of("kind", LotKind), name="kind"),
        CheckConstraint(one_of("erasure_policy", ErasurePolicy), name="erasure_policy"),
    )


class CollectionPoint(OfSite, Base):
    """Where people drop the devices of a campaign."""

    __tablename__ = "collection_point"
    lot_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (
        to_site(),
        to("lot", "lot_id"),
        UniqueConstraint("site_id", "lot_id", "name"),
    )


class ListedItem(OfSite, Base):
    """One line of an annex: what the donor says he cedes."""

    __tablename__ = "listed_item"
    lot_id: Mapped[UUID] = mapped_column(Uuid)
    line: Mapped[int]
    """The line of the file that brought it last, for talking with the donor."""
    key: Mapped[str] = mapped_column(String(128))
    """By which another import finds it again."""
    kind: Mapped[str] = mapped_column(String(40))
    maker: Mapped[str | None] = mapped_column(String(256))
    model: Mapped[str | None] = mapped_column(String(256))
    serial: Mapped[str | None] = mapped_column(String(256))
    donor_tag: Mapped[str | None] = mapped_column(String(256))
    value_cents: Mapped[int | None]
    acquired: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        to_site(),
        to("lot", "lot_id"),
        UniqueConstraint("site_id", "lot_id", "key"),
    )


class Intake(OfSite, Base):
    """What people noted when a device came in; what the agent sees stands in the device."""

    __tablename__ = "intake"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    key: Mapped[str | None] = mapped_column(String(128))
    """By which another import finds it again; None: taken in by hand."""
    lot_id: Mapped[UUID | None] = mapped_column(Uuid)
    """The lot whose import the key belongs to."""
    point_id: Mapped[UUID | None] = mapped_column(Uuid)
    donor_tag: Mapped[str | None] = mapped_column(String(256))
    imei: Mapped[str | None] = mapped_column(String(15))
    activation_lock: Mapped[bool | None]
    battery_percent: Mapped[int | None]
    value_cents: Mapped[int | None]
    acquired: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("lot", "lot_id"),
        to("collection_point", "point_id"),
        UniqueConstraint("site_id", "device_id"),
        UniqueConstraint("site_id", "lot_id", "key"),
        Index("ix_intake_imei", "site_id", "imei"),
        Index("ix_intake_donor_tag", "site_id", "donor_tag"),
    )


class AssetTag(OfSite, Base):
    """A label printed before its device came; its tag is nobody else's, ever."""

    __tablename__ = "asset_tag"
    tag: Mapped[str] = mapped_column(String(32))
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    """None: printed, and not claimed yet."""
    printed: Mapped[datetime | None] = mapped_column(Moment)
    claimed: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        Index("uq_asset_tag_site_id_tag", "site_id", "tag", unique=True),
    )


class Place(OfSite, Base):
    """A site, a room, a shelf or a pallet."""

    __tablename__ = "place"
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[PlaceKind] = mapped_column(Closed(PlaceKind))
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("place", "parent_id"),
        Index("uq_place_site_id_code", "site_id", "code", unique=True),
        CheckConstraint(one_of("kind", PlaceKind), name="kind"),
    )


class DevicePlace(OfSite, Base):
    """Where a device stands now, or which account has it; history tells where it stood before."""

    __tablename__ = "device_place"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    place_id: Mapped[UUID | None] = mapped_column(Uuid)
    holder_id: Mapped[UUID | None] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("place", "place_id"),
        to("account", "holder_id"),
        UniqueConstraint("site_id", "device_id"),
        Index("ix_device_place_place", "site_id", "place_id"),
    )


class Upload(OfSite, Base):
    """A file between its trial and its import; it is gone after a day."""

    __tablename__ = "upload"
    lot_id: Mapped[UUID] = mapped_column(Uuid)
    purpose: Mapped[str] = mapped_column(String(20))
    """`annex` or `devices`."""
    name: Mapped[str] = mapped_column(String(256))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Which column holds which field, where a person said so."""
    made: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (to_site(), to("lot", "lot_id"))
