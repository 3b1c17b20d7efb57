"""Newer agents for sticks, and which one each of them runs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_renewal"
down_revision = "2026_11_26_asked"
branch_labels = None
depends_on = None

ID = sa.Uuid()


def upgrade() -> None:
    """Add column and table; sticks tell what they run when they ask."""
    op.add_column("stick", sa.Column("agent", sa.JSON(), nullable=True))
    op.create_table(
        "agent_release",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("built", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("offer", sa.LargeBinary(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_agent_release")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_agent_release_site_id")),
        sa.UniqueConstraint("site_id", "sha256", name=op.f("uq_agent_release_site_id_sha256")),
    )
    op.create_index("ix_agent_release_base", "agent_release", ["site_id", "base", "built"])
