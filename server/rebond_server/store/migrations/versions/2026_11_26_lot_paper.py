"""Papers of a lot: erasure certificates, transfer notes, figures of reuse; which defect a photo shows; jobs."""

import sqlalchemy as sa
from alembic import op

from rebond_server.store.proof_guards import append_only

revision = "2026_11_26_lot_paper"
down_revision = "2026_11_26_expiry"
branch_labels = None
depends_on = None

ID = sa.Uuid()


def upgrade() -> None:
    """Add the table, append-only, and the column."""
    op.add_column("attachment", sa.Column("about", sa.String(40), nullable=True))
    late = sa.text("verb = 'evidence_after_end'")
    op.create_index(
        "ix_event_after_end",
        "event",
        ["site_id", "subject_id"],
        sqlite_where=late,
        postgresql_where=late,
    )
    op.create_table(
        "lot_paper",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("lot_id", ID, nullable=False),
        sa.Column("issued", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", ID, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(3000), nullable=True),
        sa.Column("judgements", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_lot_paper"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_lot_paper_site_id"),
        *(_to(column, target) for column, target in (("lot_id", "lot"), ("issued_by", "account"))),
        sa.CheckConstraint("kind IN ('erasure', 'transfer', 'reuse')", name="kind"),
    )
    op.create_index("uq_lot_paper_number", "lot_paper", ["number"], unique=True)
    op.create_index("ix_lot_paper_lot", "lot_paper", ["site_id", "lot_id", "issued"])
    op.create_table(
        "job",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("job", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("well", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_job"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_job_site_id"),
        sa.UniqueConstraint("site_id", "job", name="uq_job_site_id_job"),
        sa.CheckConstraint("job IN ('backup', 'verify', 'purge')", name="job"),
    )
    for statement in append_only("lot_paper", op.get_bind().dialect.name):
        op.execute(statement)


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["site_id", column],
        [f"{target}.site_id", f"{target}.id"],
        name=f"fk_lot_paper_site_id_{column}",
    )
