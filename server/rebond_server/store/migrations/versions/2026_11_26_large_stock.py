"""Indexes for a stock of a million devices: lists by kind, state and lot, search by number and by word."""

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

revision = "2026_11_26_large_stock"
down_revision = "2026_11_26_trainees"
branch_labels = None
depends_on = None

WORDS = (
    "lower(coalesce(maker, '') || ' ' || coalesce(model, '') || ' ' || coalesce(serial, '')"
    " || ' ' || tag)"
)
"""The expression that store.queries.device_list looks in."""


def upgrade() -> None:
    """Add them; where PostgreSQL lacks the extension pg_trgm, words are looked for without an index."""
    op.create_index("ix_device_state_tag", "device", ["site_id", "state", "tag"])
    op.create_index("ix_device_kind_tag", "device", ["site_id", "kind", "tag"])
    op.create_index("ix_device_lot", "device", ["site_id", "lot_id", "state"])
    op.create_index("ix_device_serial", "device", ["site_id", "serial"])
    op.create_index("ix_device_received", "device", ["site_id", "received", "id"])
    op.create_index("ix_drive_serial", "drive", ["site_id", "serial"])
    op.create_index("ix_drive_wwn", "drive", ["site_id", "wwn"])
    op.create_index("ix_grade_overall", "grade", ["site_id", "overall", "id"])
    if op.get_bind().dialect.name == "sqlite":
        # all that a search by word reads, so that it reads nothing else
        op.create_index("ix_device_words", "device", ["site_id", "tag", "maker", "model", "serial"])
        return
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError:
        return
    op.execute(text(f"CREATE INDEX ix_device_words ON device USING gin (({WORDS}) gin_trgm_ops)"))
