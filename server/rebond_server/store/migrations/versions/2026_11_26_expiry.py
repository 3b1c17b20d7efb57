"""One more reason for doubt: nobody said for a year that the stick is in our hands."""

from alembic import op

revision = "2026_11_26_expiry"
down_revision = "2026_11_26_by_grade"
branch_labels = None
depends_on = None

WHY = "why IN ('words_not_compared', 'forked', 'stolen', 'expired')"


def upgrade() -> None:
    """Let the column take it; SQLite makes the table anew for that."""
    with op.batch_alter_table("doubt") as doubt:
        doubt.drop_constraint(op.f("ck_doubt_why"), type_="check")
        doubt.create_check_constraint(op.f("ck_doubt_why"), WHY)
