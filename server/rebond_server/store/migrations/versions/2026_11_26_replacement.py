"""What is offered in the place of a device that came back under warranty."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_replacement"
down_revision = "2026_11_26_device_grade"
branch_labels = None
depends_on = None

ID = sa.Uuid()


def upgrade() -> None:
    """Add the link between a return and the instruction that offers another device."""
    op.create_table(
        "replacement",
        sa.Column("returned_id", ID, nullable=False),
        sa.Column("hold_id", ID, nullable=False),
        sa.Column("part", sa.JSON(), nullable=False),
        sa.Column("assignment_id", ID, nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "returned_id"],
            ["assignment.site_id", "assignment.id"],
            name=op.f("fk_replacement_site_id_returned_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "hold_id"],
            ["hold.site_id", "hold.id"],
            name=op.f("fk_replacement_site_id_hold_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "assignment_id"],
            ["assignment.site_id", "assignment.id"],
            name=op.f("fk_replacement_site_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_replacement_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_replacement")),
        sa.UniqueConstraint("site_id", "hold_id", name=op.f("uq_replacement_site_id_hold_id")),
    )
