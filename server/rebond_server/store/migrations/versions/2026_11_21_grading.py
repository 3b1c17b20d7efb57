"""Spare parts, adopted rule sets, and what people declare about a device."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_grading"
down_revision = "2026_11_21_proof"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the three tables."""
    _part()
    _rule_set()
    _opinion()


def _part() -> None:
    _of_site(
        "part",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("device_id", ID, nullable=True),
        sa.Column("added", MOMENT, nullable=False),
        sa.Column("changed", MOMENT, nullable=False),
        _to("part", "device_id", "device"),
        sa.CheckConstraint("kind IN ('memory', 'drive', 'battery', 'charger')", name="kind"),
        sa.CheckConstraint("state IN ('stock', 'used', 'scrapped')", name="state"),
        sa.CheckConstraint("(state = 'used') = (device_id IS NOT NULL)", name="used_in"),
    )
    op.create_index("ix_part_state", "part", ["site_id", "state", "kind"])


def _rule_set() -> None:
    _of_site(
        "rule_set",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("adopted", MOMENT, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        _to("rule_set", "by", "account"),
    )
    op.create_index("ix_rule_set_since", "rule_set", ["site_id", "since", "adopted"])


def _opinion() -> None:
    _of_site(
        "opinion",
        sa.Column("device_id", ID, nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("declared", sa.JSON(), nullable=False),
        sa.Column("defects", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("by", ID, nullable=False),
        _to("opinion", "device_id", "device"),
    )
    op.create_index("ix_opinion_device", "opinion", ["site_id", "device_id", "made"])


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
