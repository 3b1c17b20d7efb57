"""The word of its grade beside each device, and lists that find everything they filter by in one index."""

import sqlalchemy as sa
from alembic import op

from rebond_server.store import grade_guards

revision = "2026_11_26_device_grade"
down_revision = "2026_11_26_lot_paper"
branch_labels = None
depends_on = None

LISTED = {
    "ix_device_state_tag": ["site_id", "state", "tag", "kind", "grade"],
    "ix_device_kind_tag": ["site_id", "kind", "tag", "state", "grade"],
    "ix_device_grade_tag": ["site_id", "grade", "tag", "state", "kind"],
}
WORDS = ["site_id", "tag", "maker", "model", "serial", "state", "kind", "grade"]
"""All that SQLite reads of a device before a list knows its page."""


def upgrade() -> None:
    """Add the column and fill it; make the indexes anew that hold it, and guard it."""
    dialect = op.get_bind().dialect.name
    op.add_column("device", sa.Column("grade", sa.String(20), nullable=True))
    op.drop_index("ix_device_state_tag", "device")
    op.drop_index("ix_device_kind_tag", "device")
    op.drop_index("ix_device_grade", "device")
    op.drop_index("ix_grade_overall", "grade")
    op.execute(
        "UPDATE device SET grade = (SELECT g.overall FROM grade g WHERE g.site_id = device.site_id"
        " AND g.id = device.grade_id) WHERE grade_id IS NOT NULL"
    )
    for name, columns in LISTED.items():
        op.create_index(name, "device", columns)
    if dialect == "sqlite":
        op.drop_index("ix_device_words", "device")
        op.create_index("ix_device_words", "device", WORDS)
    _partial("ix_event_lost", "event", "subject_id", "verb = 'component_lost'")
    waiting = "closed IS NULL AND handover_id IS NULL"
    _partial("ix_assignment_waiting", "assignment", "request_id", waiting)
    for sql in (*grade_guards.statements(dialect), *grade_guards.asked_less_often(dialect)):
        op.execute(sql)


def _partial(name: str, table: str, column: str, condition: str) -> None:
    """Add an index of the few rows of which this is true."""
    where = sa.text(condition)
    op.create_index(name, table, ["site_id", column], sqlite_where=where, postgresql_where=where)
