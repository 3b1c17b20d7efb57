"""The donor's Purge or destruction, watched over by the database itself."""

from alembic import op

from rebond_server.store import asked_guards

revision = "2026_11_26_asked"
down_revision = "2026_11_26_health_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the view and the guards; what has gone on already stays where it is."""
    for sql in asked_guards.statements(op.get_bind().dialect.name):
        op.execute(sql)
