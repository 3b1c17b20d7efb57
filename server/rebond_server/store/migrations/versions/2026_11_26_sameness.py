"""Pairs of devices that may be one, and what was joined; indexes for a large stock."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_sameness"
down_revision = "2026_11_26_saved_view"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the two tables."""
    _of_site(
        "identity_doubt",
        sa.Column("one_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.Column("found", MOMENT, nullable=False),
        sa.Column("settled", sa.String(40), nullable=True),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        _to("identity_doubt", "one_id", "device"),
        _to("identity_doubt", "other_id", "device"),
        _to("identity_doubt", "settled_by", "account"),
        sa.CheckConstraint("one_id <> other_id", name="two"),
        sa.CheckConstraint("settled IN ('two')", name="settled"),
    )
    pair = ["site_id", "one_id", "other_id"]
    op.create_index("uq_identity_doubt_pair", "identity_doubt", pair, unique=True)
    op.create_index("ix_identity_doubt_other", "identity_doubt", ["site_id", "other_id"])
    _of_site(
        "device_join",
        sa.Column("kept_id", ID, nullable=False),
        sa.Column("gone_id", ID, nullable=False),
        sa.Column("gone_tag", sa.String(32), nullable=False),
        sa.Column("gone", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("joined_by", ID, nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("undone", MOMENT, nullable=True),
        sa.Column("undone_by", ID, nullable=True),
        _to("device_join", "joined_by", "account"),
        _to("device_join", "undone_by", "account"),
    )
    op.create_index("ix_device_join_kept", "device_join", ["site_id", "kept_id"])
    op.create_index("ix_device_join_gone", "device_join", ["site_id", "gone_id"])


def _of_site(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table whose rows belong to one workshop."""
    op.create_table(
        name,
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
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
