"""Sticks in doubt and their quarantine, parcels in parts, benches at work, policies and orders."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from rebond_server.store import doubt_guards

revision = "2026_11_26_sticks"
down_revision = "2026_11_26_sameness"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns and tables, then the view that does not count what is in doubt.

    Sticks that are known already were trusted before there were words to compare.
    """
    op.add_column("stick", sa.Column("words", sa.String(120), nullable=True))
    for name in ("compared", "forked", "doubtful_since"):
        op.add_column("stick", sa.Column(name, MOMENT, nullable=True))
    op.execute("UPDATE stick SET compared = enrolled")
    op.add_column(
        "statement",
        sa.Column("quarantined", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _doubt()
    _parcel_part()
    _bench()
    _policies()
    for sql in doubt_guards.statements(op.get_bind().dialect.name):
        op.execute(sql)


def _doubt() -> None:
    _of_site(
        "doubt",
        *_needed(
            statement_id=ID, stick_id=ID, why=sa.String(40), since=MOMENT, on_arrival=sa.Boolean()
        ),
        sa.Column("decision", sa.String(40), nullable=True),
        sa.Column("decided", MOMENT, nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        _to("doubt", "stick_id", "stick"),
        _to("doubt", "statement_id", "statement"),
        _to("doubt", "decided_by", "account"),
        sa.CheckConstraint(
            "why IN ('words_not_compared', 'forked', 'stolen')", name=op.f("ck_doubt_why")
        ),
        sa.CheckConstraint("decision IN ('accepted', 'rejected')", name=op.f("ck_doubt_decision")),
    )
    op.create_index("ix_doubt_stick", "doubt", ["site_id", "stick_id", "decided"])
    op.create_index("ix_doubt_statement", "doubt", ["site_id", "statement_id"])


def _parcel_part() -> None:
    whole = sa.Integer()
    _of_site(
        "parcel_part",
        *_needed(stick_id=ID, parcel=sa.String(64), offset=whole, length=whole),
        *_needed(data=sa.LargeBinary(), arrived=MOMENT),
        _to("parcel_part", "stick_id", "stick"),
        sa.UniqueConstraint(
            "site_id",
            "stick_id",
            "parcel",
            "offset",
            name=op.f("uq_parcel_part_site_id_stick_id_parcel_offset"),
        ),
    )
    op.create_index("ix_parcel_part_arrived", "parcel_part", ["site_id", "arrived"])


def _bench() -> None:
    _of_site(
        "bench",
        *_needed(stick_id=ID, number=sa.Integer(), told=sa.JSON(), at=MOMENT),
        _to("bench", "stick_id", "stick"),
    )
    op.create_index("ix_bench_at", "bench", ["site_id", "at"])


def _policies() -> None:
    _of_site(
        "erasure_policy",
        sa.Column("lot_id", ID, nullable=True),
        *_needed(policy=sa.JSON(), unattended=sa.Boolean(), changed=MOMENT),
        _to("erasure_policy", "lot_id", "lot"),
        sa.UniqueConstraint("site_id", "lot_id", name=op.f("uq_erasure_policy_site_id_lot_id")),
    )
    _of_site(
        "wipe_order",
        sa.Column("stick_id", ID, nullable=True),
        sa.Column("run", ID, nullable=True),
        *_needed(body=sa.LargeBinary(), issued=MOMENT),
        _to("wipe_order", "stick_id", "stick"),
    )
    op.create_index("ix_wipe_order_run", "wipe_order", ["site_id", "run"])


def _needed(**columns: Any) -> list[sa.Column[Any]]:  # noqa: ANN401 - types of any column
    """Return columns that always hold a value."""
    return [sa.Column(name, kind, nullable=False) for name, kind in columns.items()]


def _of_site(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table whose rows belong to one workshop."""
    op.create_table(
        name,
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{name}_site_id")),
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a key to a row of another table in the same workshop."""
    return sa.ForeignKeyConstraint(
        ["site_id", column],
        [f"{target}.site_id", f"{target}.id"],
        name=op.f(f"fk_{table}_site_id_{column}"),
    )
