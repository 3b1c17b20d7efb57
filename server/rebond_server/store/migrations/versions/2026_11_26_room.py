"""Room on each page of PostgreSQL for the next version of a row.

A device that is graded again with the same letter, and its drive with the same health, change nothing that an index
holds: with room beside it the new version needs no entry in any of a dozen indexes.
"""

from alembic import op

revision = "2026_11_26_room"
down_revision = "2026_11_26_told"
branch_labels = None
depends_on = None

TABLES = ("device", "device_drive")
PERCENT = 75
"""Of a page that an insert fills; the rest is for updates."""


def upgrade() -> None:
    """Leave it; what is stored already is not moved."""
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {PERCENT})")


def downgrade() -> None:
    """Fill pages to the last byte again."""
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
