"""Donors, origins of lots, annexes, what people note at intake, labels, places."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_intake"
down_revision = "2026_11_21_first"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)
SHORT = sa.String(40)
TEXT = sa.String(256)


def upgrade() -> None:
    """Add the tables, and what an agreement says of its parties."""
    for column in (
        sa.Column("review", sa.Date()),
        sa.Column("parties", sa.JSON()),
        sa.Column("duties", sa.JSON()),
    ):
        op.add_column("agreement", column)
    _lots()
    _items()
    _places()


def _needed(**columns: sa.types.TypeEngine[Any]) -> list[sa.Column[Any]]:
    """Return columns that always hold a value."""
    return [sa.Column(name, kind, nullable=False) for name, kind in columns.items()]


def _optional(**columns: sa.types.TypeEngine[Any]) -> list[sa.Column[Any]]:
    """Return columns that may be unknown."""
    return [sa.Column(name, kind, nullable=True) for name, kind in columns.items()]


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


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    """Return what keeps these columns from standing twice in one workshop."""
    named = "_".join(("site_id", *columns))
    return sa.UniqueConstraint("site_id", *columns, name=f"uq_{table}_{named}")


# fmt: off


def _lots() -> None:
    """Hold who gives, and how each lot comes in."""
    _of_site("donor",
        *_needed(code=sa.String(80), kind=SHORT),
        *_optional(name=sa.String(200)),
        sa.CheckConstraint("kind IN ('public_body', 'company', 'person', 'operator')", name="kind"),
        sa.CheckConstraint("kind <> 'person' OR name IS NULL", name="nameless_person"),
    )
    op.create_index("uq_donor_site_id_code", "donor", ["site_id", "code"], unique=True)
    _of_site("donation",
        *_needed(lot_id=ID, kind=SHORT),
        *_optional(
            donor_id=ID, starts=sa.Date(), ends=sa.Date(), population=sa.Integer(), acquired=sa.Date(),
            erasure_policy=SHORT,
        ),
        _to("donation", "lot_id", "lot"),
        _to("donation", "donor_id", "donor"),
        _once("donation", "lot_id"),
        sa.CheckConstraint("kind IN ('campaign', 'annex')", name="kind"),
        sa.CheckConstraint("erasure_policy IN ('clear', 'purge', 'destruct')", name="erasure_policy"),
    )
    _of_site("collection_point",
        *_needed(lot_id=ID, name=sa.String(120)),
        _to("collection_point", "lot_id", "lot"),
        _once("collection_point", "lot_id", "name"),
    )
    _of_site("upload",
        *_needed(lot_id=ID, purpose=sa.String(20), name=TEXT, raw=sa.LargeBinary(), columns=sa.JSON(), made=MOMENT),
        _to("upload", "lot_id", "lot"),
    )


def _items() -> None:
    """Hold what was announced, and what people noted of what came."""
    noted: dict[str, sa.types.TypeEngine[Any]] = {"donor_tag": TEXT, "value_cents": sa.Integer(), "acquired": sa.Date()}
    _of_site("listed_item",
        *_needed(lot_id=ID, line=sa.Integer(), key=sa.String(128), kind=SHORT),
        *_optional(maker=TEXT, model=TEXT, serial=TEXT, **noted),
        _to("listed_item", "lot_id", "lot"),
        _once("listed_item", "lot_id", "key"),
    )
    _of_site("intake",
        *_needed(device_id=ID),
        *_optional(
            key=sa.String(128), lot_id=ID, point_id=ID, imei=sa.String(15), activation_lock=sa.Boolean(),
            battery_percent=sa.Integer(), **noted,
        ),
        _to("intake", "device_id", "device"),
        _to("intake", "lot_id", "lot"),
        _to("intake", "point_id", "collection_point"),
        _once("intake", "device_id"),
        _once("intake", "lot_id", "key"),
    )
    op.create_index("ix_intake_imei", "intake", ["site_id", "imei"])
    op.create_index("ix_intake_donor_tag", "intake", ["site_id", "donor_tag"])


def _places() -> None:
    """Hold labels, and where things stand."""
    _of_site("asset_tag",
        *_needed(tag=sa.String(32)),
        *_optional(device_id=ID, printed=MOMENT, claimed=MOMENT),
        _to("asset_tag", "device_id", "device"),
    )
    op.create_index("uq_asset_tag_site_id_tag", "asset_tag", ["site_id", "tag"], unique=True)
    _of_site("place",
        *_needed(code=SHORT, kind=SHORT, name=sa.String(120)),
        *_optional(parent_id=ID),
        _to("place", "parent_id", "place"),
        sa.CheckConstraint("kind IN ('site', 'room', 'shelf', 'pallet')", name="kind"),
    )
    op.create_index("uq_place_site_id_code", "place", ["site_id", "code"], unique=True)
    _of_site("device_place",
        *_needed(device_id=ID, since=MOMENT),
        *_optional(place_id=ID, holder_id=ID),
        _to("device_place", "device_id", "device"),
        _to("device_place", "place_id", "place"),
        _to("device_place", "holder_id", "account"),
        _once("device_place", "device_id"),
    )
    op.create_index("ix_device_place_place", "device_place", ["site_id", "place_id"])
