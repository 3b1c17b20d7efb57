"""An index from a grade to the device that carries it: the list of a rare grade begins with the grade."""

from alembic import op

revision = "2026_11_26_by_grade"
down_revision = "2026_11_26_renewal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.create_index("ix_device_grade", "device", ["site_id", "grade_id", "tag"])
