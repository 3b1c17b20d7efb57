"""What each stick is made of, by which a copy of it shows."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_medium"
down_revision = "2026_11_26_record"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; sticks tell with their next statement."""
    op.add_column("stick", sa.Column("medium", sa.String(40), nullable=True))
