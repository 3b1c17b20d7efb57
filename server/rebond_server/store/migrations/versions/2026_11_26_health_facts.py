"""What the health of each drive rests on: other rules judge it again without opening the evidence."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_health_facts"
down_revision = "2026_11_26_health_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; without it a drive is judged again from its evidence."""
    op.add_column("device_drive", sa.Column("health_facts", sa.JSON(), nullable=True))
