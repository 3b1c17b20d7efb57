"""Where parts came from, waste, attached files, tokens, the second factor, and what was done in bulk."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_record"
down_revision = "2026_11_26_large_stock"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("part", sa.Column("source", sa.String(120), nullable=True))
    op.add_column("part", sa.Column("serial", sa.String(256), nullable=True))
    op.create_index("uq_part_source", "part", ["site_id", "source"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        # all that a list or a search reads of a device before it knows its page: rows are large
        told = ["site_id", "tag", "maker", "model", "serial", "state", "kind", "grade_id"]
        op.drop_index("ix_device_words", "device")
        op.create_index("ix_device_words", "device", told)
    op.create_index("ix_part_device", "part", ["site_id", "device_id"])
    op.add_column("account", sa.Column("totp_secret", sa.String(64), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    _waste()
    _attachment()
    _api_token()
    _bulk()


def _waste() -> None:
    _of_site(
        "waste",
        *_needed(kind=sa.String(40), grams=sa.Integer(), code=sa.String(20), left=sa.Date()),
        *_needed(carrier=sa.String(200), destination=sa.String(14), at=MOMENT, by=ID),
        *_optional(device_id=ID, count=sa.Integer(), bsd=sa.String(40), treatment=sa.String(10)),
        *_optional(withdrawn=MOMENT, reason=sa.String(500)),
        _to("waste", "device_id", "device"),
        _to("waste", "by", "account"),
        sa.CheckConstraint("grams > 0", name="grams"),
    )
    op.create_index("ix_waste_left", "waste", ["site_id", "left"])
    op.create_index("ix_waste_device", "waste", ["site_id", "device_id"])


def _attachment() -> None:
    _of_site(
        "attachment",
        *_needed(subject_kind=sa.String(40), subject_id=ID, name=sa.String(200)),
        *_needed(mime=sa.String(100), sha256=sa.String(64), raw=sa.LargeBinary(), at=MOMENT, by=ID),
        _to("attachment", "by", "account"),
    )
    op.create_index(
        "ix_attachment_subject", "attachment", ["site_id", "subject_kind", "subject_id"]
    )


def _api_token() -> None:
    _of_site(
        "api_token",
        *_needed(account_id=ID, name=sa.String(80), secret_sha256=sa.String(64), scopes=sa.JSON()),
        *_needed(made=MOMENT, ends=MOMENT),
        *_optional(seen=MOMENT, revoked=MOMENT),
        _to("api_token", "account_id", "account"),
        sa.UniqueConstraint("secret_sha256", name="uq_api_token_secret_sha256"),
    )


def _bulk() -> None:
    _of_site(
        "bulk_act",
        *_needed(action=sa.String(40), goal=sa.String(500), items=sa.JSON(), at=MOMENT, by=ID),
        *_optional(undone=MOMENT),
        _to("bulk_act", "by", "account"),
    )
    op.create_index("ix_bulk_act_at", "bulk_act", ["site_id", "at"])


def _needed(**columns: Any) -> list[sa.Column[Any]]:  # noqa: ANN401 - types of any column
    return [sa.Column(name, kind, nullable=False) for name, kind in columns.items()]


def _optional(**columns: Any) -> list[sa.Column[Any]]:  # noqa: ANN401 - likewise
    return [sa.Column(name, kind, nullable=True) for name, kind in columns.items()]


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
