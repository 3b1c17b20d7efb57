"""Firmware erasures, accepted limits, witnesses, certificates and their withdrawal."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from rebond_server.store import proof_guards

revision = "2026_11_21_proof"
down_revision = "2026_11_21_chain"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)
# fmt: off
OLD = "verdict NOT IN ('cleared', 'purged') OR (size_bytes IS NOT NULL AND size_bytes > 0 AND bytes_written >= size_bytes AND bytes_read_back >= size_bytes AND errors = 0 AND mismatches = 0 AND skipped = 0 AND hidden_area IN ('none', 'removed', 'not_applicable') AND seconds >= least_seconds)"
NEW = "verdict NOT IN ('cleared', 'purged') OR (size_bytes IS NOT NULL AND size_bytes > 0 AND errors = 0 AND mismatches = 0 AND skipped = 0 AND hidden_area IN ('none', 'removed', 'not_applicable') AND seconds >= least_seconds AND ((verdict = 'cleared' AND bytes_written >= size_bytes AND bytes_read_back >= size_bytes) OR (bytes_written = 0 AND (COALESCE(canaries_planted, 0) >= 500 OR COALESCE(canaries_planted, 0) * 4096 >= size_bytes) AND COALESCE(canaries_found, 1) = 0 AND (COALESCE(places_read, 0) >= 2002 OR bytes_read_back >= size_bytes) AND (COALESCE(method, '') IN ('ata_sanitize_block', 'ata_sanitize_crypto', 'ata_sanitize_overwrite', 'nvme_sanitize_block', 'nvme_sanitize_crypto', 'nvme_sanitize_overwrite', 'scsi_sanitize_block', 'scsi_sanitize_crypto', 'scsi_sanitize_overwrite', 'ata_security_erase_enhanced') OR (verdict = 'cleared' AND COALESCE(method, '') IN ('ata_security_erase', 'nvme_format_crypto', 'nvme_format_user', 'scsi_format'))))))"
# fmt: on


def upgrade() -> None:
    """Add the columns, say anew what a positive judgement needs, add the tables."""
    op.add_column("judgement", sa.Column("method", sa.String(40), nullable=True))
    for name in ("canaries_planted", "canaries_found", "places_read"):
        op.add_column("judgement", sa.Column(name, sa.BigInteger(), nullable=True))
    _check_anew()
    _of_site(
        "acceptance",
        *_needed(judgement_id=ID, drive_id=ID, accepted_by=ID, reason=sa.String(500), at=MOMENT),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_acceptance_reason")),
        sa.ForeignKeyConstraint(
            ["site_id", "judgement_id", "drive_id"],
            ["judgement.site_id", "judgement.id", "judgement.drive_id"],
            name="fk_acceptance_site_id_judgement_id_drive_id",
        ),
        _to("acceptance", "accepted_by", "account"),
        sa.UniqueConstraint("site_id", "judgement_id", name="uq_acceptance_site_id_judgement_id"),
    )
    _of_site(
        "witness",
        *_needed(what=sa.String(40), device_id=ID, cycle=sa.Integer(), seen_by=ID),
        *_needed(reason=sa.String(500), at=MOMENT),
        sa.Column("drive_id", ID, nullable=True),
        sa.CheckConstraint("what IN ('destroyed', 'no_media')", name=op.f("ck_witness_what")),
        sa.CheckConstraint(
            "(what = 'destroyed') = (drive_id IS NOT NULL)", name=op.f("ck_witness_drive")
        ),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_witness_reason")),
        _to("witness", "device_id", "device"),
        _to("witness", "drive_id", "drive"),
        _to("witness", "seen_by", "account"),
    )
    op.create_index("ix_witness_device", "witness", ["site_id", "device_id", "what"])
    _of_site(
        "certificate",
        *_needed(number=sa.String(20), device_id=ID, issued=MOMENT, issued_by=ID),
        *_needed(said=sa.JSON(), code=sa.String(3000)),
        _to("certificate", "device_id", "device"),
        _to("certificate", "issued_by", "account"),
    )
    op.create_index("uq_certificate_number", "certificate", ["number"], unique=True)
    op.create_index("ix_certificate_device", "certificate", ["site_id", "device_id", "issued"])
    _of_site(
        "withdrawal",
        *_needed(certificate_id=ID, judgement_id=ID, at=MOMENT),
        _to("withdrawal", "certificate_id", "certificate"),
        _to("withdrawal", "judgement_id", "judgement"),
        sa.UniqueConstraint(
            "site_id", "certificate_id", name="uq_withdrawal_site_id_certificate_id"
        ),
    )
    for statement in proof_guards.statements(op.get_bind().dialect.name):
        op.execute(statement)


def _check_anew() -> None:
    """Change the CHECK. SQLite's own way: only its text changes, no row is touched.

    sqlite.org/lang_altertable.html, section 7; building the table again would drop what drives point at.
    """
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_judgement_positive"), "judgement", type_="check")
        op.create_check_constraint(op.f("ck_judgement_positive"), "judgement", NEW)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?)"
        " WHERE type = 'table' AND name = 'judgement' AND instr(sql, ?) > 0",
        (OLD, NEW, OLD),
    )
    if changed.rowcount != 1:
        raise RuntimeError("the table of judgements is not as the first migration left it")
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def _needed(**columns: Any) -> list[sa.Column[Any]]:  # noqa: ANN401 - types of any column
    """Return columns that always hold a value."""
    return [sa.Column(name, kind, nullable=False) for name, kind in columns.items()]


def _of_site(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table whose rows belong to one workshop."""
    op.create_table(
        name,
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("site_id", "id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=f"fk_{name}_site_id"),
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a key to a row of another table in the same workshop."""
    return sa.ForeignKeyConstraint(
        ["site_id", column],
        [f"{target}.site_id", f"{target}.id"],
        name=f"fk_{table}_site_id_{column}",
    )
