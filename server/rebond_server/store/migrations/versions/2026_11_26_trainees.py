"""How many people a programme wants to train at each office."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_trainees"
down_revision = "2026_11_26_sticks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("programme", sa.Column("trainees", sa.Integer(), nullable=True))
