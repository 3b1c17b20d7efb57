"""Filters that people keep."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_saved_view"
down_revision = "2026_11_26_allotting"
branch_labels = None
depends_on = None

ID = sa.Uuid()


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "saved_view",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("page", sa.String(64), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_saved_view"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_saved_view_site_id"),
        sa.ForeignKeyConstraint(
            ["site_id", "account_id"],
            ["account.site_id", "account.id"],
            name="fk_saved_view_site_id_account_id",
        ),
    )
    op.create_index(
        "uq_saved_view_name", "saved_view", ["site_id", "account_id", "page", "name"], unique=True
    )
