"""Which rules judged the health of each drive: those of other rules are judged again."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_health_rules"
down_revision = "2026_11_26_medium"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whatever stands there was judged by nobody knows which rules."""
    op.add_column("device_drive", sa.Column("health_sha256", sa.String(64), nullable=True))
