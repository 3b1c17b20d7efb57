"""Devices and drives: what they are now, as computed from the evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.domain.lifecycle import State
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site
from rebond_server.store.stick import StatementKind


class Device(OfSite, Base):
    """One device with a permanent asset tag. No column says "wiped": see `device_sanitisation`."""

    __tablename__ = "device"
    tag: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[State] = mapped_column(Closed(State))
    cycle: Mapped[int] = mapped_column(default=1)
    cycle_began: Mapped[datetime | None] = mapped_column(Moment)
    """When the device was taken back; None in its first life here."""
    maker: Mapped[str | None] = mapped_column(String(256))
    model: Mapped[str | None] = mapped_column(String(256))
    serial: Mapped[str | None] = mapped_column(String(256))
    lot_id: Mapped[UUID | None] = mapped_column(Uuid)
    inventory_id: Mapped[UUID | None] = mapped_column(Uuid)
    drives_hidden: Mapped[bool] = mapped_column(default=False)
    grade_id: Mapped[UUID | None] = mapped_column(Uuid)
    grade: Mapped[str | None] = mapped_column(String(20))
    """What that grade says, once more: lists find it in an index. See `carry`; a guard refuses another."""
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    """The facts of the latest inventory, for screens; the evidence holds the original."""
    received: Mapped[datetime] = mapped_column(Moment)
    changed: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        to_site(),
        to("lot", "lot_id"),
        ForeignKeyConstraint(
            ["site_id", "inventory_id"],
            ["statement.site_id", "statement.id"],
            use_alter=True,
            name="fk_device_inventory",
        ),
        ForeignKeyConstraint(
            ["site_id", "grade_id"],
            ["grade.site_id", "grade.id"],
            use_alter=True,
            name="fk_device_grade",
        ),
        Index("uq_device_site_id_tag", "site_id", "tag", unique=True),
        Index("ix_device_state", "site_id", "state", "changed"),
        # each holds all that the list filters by: however rare what is wanted, no row is read for it
        Index("ix_device_state_tag", "site_id", "state", "tag", "kind", "grade"),
        Index("ix_device_kind_tag", "site_id", "kind", "tag", "state", "grade"),
        Index("ix_device_grade_tag", "site_id", "grade", "tag", "state", "kind"),
        Index("ix_device_lot", "site_id", "lot_id", "state"),
        Index("ix_device_serial", "site_id", "serial"),
        Index("ix_device_received", "site_id", "received", "id"),
        CheckConstraint(one_of("state", State), name="state"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    def carry(self, given: "GradeRow | None") -> None:
        """Let this grade be the one that the device has; None: it has none."""
        self.grade_id = None if given is None else given.id
        self.grade = None if given is None else given.overall


class DeviceKey(OfSite, Base):
    """One thing by which a device may be recognised: serial, UUID, board serial, MAC, drive."""

    __tablename__ = "device_key"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(256))

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        UniqueConstraint("site_id", "device_id", "kind", "value"),
        Index("ix_device_key_value", "site_id", "kind", "value"),
    )


class DriveRow(OfSite, Base):
    """One storage unit in one device; `judgement_id` is the evidence that now counts.

    A drive that turns up in another device is another row, without evidence: two drives may carry
    one serial number (copies, USB bridges), and the proof of one must never speak for the other.
    """

    __tablename__ = "drive"
    identity: Mapped[str] = mapped_column(String(512))
    """WWN, or serial and model, and namespace: the text by which the drive is found again."""
    device_id: Mapped[UUID] = mapped_column(Uuid)
    model: Mapped[str | None] = mapped_column(String(256))
    serial: Mapped[str | None] = mapped_column(String(256))
    wwn: Mapped[str | None] = mapped_column(String(256))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    bus: Mapped[str] = mapped_column(String(20))
    epoch: Mapped[int] = mapped_column(default=1)
    """Grows each time the drive comes back from outside: older judgements no longer count."""
    judgement_id: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        UniqueConstraint("site_id", "id", "device_id"),
        Index("uq_drive_identity", "site_id", "device_id", "identity", unique=True),
        Index("ix_drive_identity", "site_id", "identity"),
        Index("ix_drive_serial", "site_id", "serial"),
        Index("ix_drive_wwn", "site_id", "wwn"),
        ForeignKeyConstraint(
            ["site_id", "judgement_id", "id"],
            ["judgement.site_id", "judgement.id", "judgement.drive_id"],
            use_alter=True,
            name="fk_drive_judgement",
        ),
    )


class DeviceDrive(OfSite, Base):
    """A drive that an inventory found in a device."""

    __tablename__ = "device_drive"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    inventory_id: Mapped[UUID] = mapped_column(Uuid)
    position: Mapped[int]
    drive_id: Mapped[UUID] = mapped_column(Uuid)
    path: Mapped[str] = mapped_column(String(256))
    kind: Mapped[str] = mapped_column(String(20))
    holds_data: Mapped[bool]
    """False for an optical drive or a Rebond stick: nothing of the donor can be on it."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    health: Mapped[str | None] = mapped_column(String(20))
    health_reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    health_sha256: Mapped[str | None] = mapped_column(String(64))
    """The rules that gave the verdict; None: judged before the column was there."""
    health_facts: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    """What the verdict rests on, to be judged again: see operations.drive_verdict.Kept."""

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        ForeignKeyConstraint(
            ["site_id", "drive_id", "device_id"], ["drive.site_id", "drive.id", "drive.device_id"]
        ),
        to("statement", "inventory_id"),
        UniqueConstraint("site_id", "inventory_id", "position"),
        Index("ix_device_drive_device", "site_id", "device_id", "inventory_id"),
    )


POSITIVE = ("cleared", "purged")
MAY_PURGE = (
    "('ata_sanitize_block', 'ata_sanitize_crypto', 'ata_sanitize_overwrite',"
    " 'nvme_sanitize_block', 'nvme_sanitize_crypto', 'nvme_sanitize_overwrite',"
    " 'scsi_sanitize_block', 'scsi_sanitize_crypto', 'scsi_sanitize_overwrite',"
    " 'ata_security_erase_enhanced')"
)
MAY_CLEAR = "('ata_security_erase', 'nvme_format_crypto', 'nvme_format_user', 'scsi_format')"
"""Firmware methods by what they may reach, as the database checks it."""


class JudgementRow(OfSite, Base):
    """The server's verdict on one erasure statement. The constraints repeat what a verdict means."""

    __tablename__ = "judgement"
    drive_id: Mapped[UUID] = mapped_column(Uuid)
    statement_id: Mapped[UUID] = mapped_column(Uuid)
    statement_kind: Mapped[StatementKind] = mapped_column(
        Closed(StatementKind), default=StatementKind.ERASURE
    )
    epoch: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(Closed(Verdict))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    bytes_written: Mapped[int] = mapped_column(BigInteger)
    bytes_read_back: Mapped[int] = mapped_column(BigInteger)
    errors: Mapped[int] = mapped_column(BigInteger)
    mismatches: Mapped[int] = mapped_column(BigInteger)
    skipped: Mapped[int] = mapped_column(BigInteger)
    hidden_area: Mapped[str] = mapped_column(String(20))
    """As the agent told; `not_applicable`: this kind of drive has none (files, virtio, NVMe)."""
    seconds: Mapped[float]
    least_seconds: Mapped[float]
    """What the fastest drive of this kind would have needed."""
    method: Mapped[str | None] = mapped_column(String(40))
    """As the statement names it; None: judged before the column was there."""
    canaries_planted: Mapped[int | None] = mapped_column(BigInteger)
    canaries_found: Mapped[int | None] = mapped_column(BigInteger)
    places_read: Mapped[int | None] = mapped_column(BigInteger)
    """Places of the last read-back when it was a sample; 0: it was none."""
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    judged: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("drive", "drive_id"),
        ForeignKeyConstraint(
            ["site_id", "statement_id", "statement_kind"],
            ["statement.site_id", "statement.id", "statement.kind"],
        ),
        UniqueConstraint("site_id", "id", "drive_id"),
        UniqueConstraint("site_id", "statement_id"),
        CheckConstraint("statement_kind = 'erasure'", name="statement_kind"),
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint(
            "verdict NOT IN ('cleared', 'purged') OR ("
            "size_bytes IS NOT NULL AND size_bytes > 0 AND errors = 0 AND mismatches = 0 AND skipped = 0"
            " AND hidden_area IN ('none', 'removed', 'not_applicable') AND seconds >= least_seconds AND ("
            "(verdict = 'cleared' AND bytes_written >= size_bytes AND bytes_read_back >= size_bytes)"
            " OR (bytes_written = 0 AND (COALESCE(canaries_planted, 0) >= 500"
            " OR COALESCE(canaries_planted, 0) * 4096 >= size_bytes)"
            " AND COALESCE(canaries_found, 1) = 0"
            " AND (COALESCE(places_read, 0) >= 2002 OR bytes_read_back >= size_bytes)"
            f" AND (COALESCE(method, '') IN {MAY_PURGE}"
            f" OR (verdict = 'cleared' AND COALESCE(method, '') IN {MAY_CLEAR})))))",
            name="positive",
        ),
    )


class GradeRow(OfSite, Base):
    """One grade given to a device, with the rules and the facts it came from."""

    __tablename__ = "grade"
    device_id: Mapped[UUID] = mapped_column(Uuid)
    overall: Mapped[str] = mapped_column(String(20))
    axes: Mapped[dict[str, Any]] = mapped_column(JSON)
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    rules: Mapped[str] = mapped_column(String(80))
    rules_sha256: Mapped[str] = mapped_column(String(64))
    """Fingerprint of the grading rules and the drive-health rules together."""
    graded: Mapped[datetime] = mapped_column(Moment)
    given_by: Mapped[UUID | None] = mapped_column(Uuid)
    """Who gave another grade than the rules; None: it is the rules' own."""

    __table_args__ = (
        to_site(),
        to("device", "device_id"),
        to("account", "given_by"),
        Index("ix_grade_device", "site_id", "device_id", "graded"),
    )
