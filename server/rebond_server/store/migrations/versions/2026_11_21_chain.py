"""History in a chain: what stands is linked in its order, and a linked line is never changed again."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from rebond_server.domain.history_chain import link
from rebond_server.store import guards
from rebond_server.store.base import Moment
from rebond_server.store.chain import record

revision = "2026_11_21_chain"
down_revision = "2026_11_21_intake"
branch_labels = None
depends_on = None

EVENT = sa.table(
    "event",
    *(sa.column(name, sa.Uuid()) for name in ("site_id", "id", "actor_id", "subject_id")),
    *(sa.column(name, sa.String()) for name in ("actor_kind", "verb", "subject_kind")),
    *(sa.column(name, sa.String()) for name in ("old", "new", "reason")),
    *(sa.column(name, sa.String()) for name in ("previous_sha256", "sha256")),
    sa.column("at", Moment()),
    sa.column("details", sa.JSON()),
    sa.column("sequence", sa.BigInteger()),
)


def upgrade() -> None:
    """Add the links, make them for the rows that stand, and freeze them."""
    op.add_column("event", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("previous_sha256", sa.String(64), nullable=True))
    op.add_column("event", sa.Column("sha256", sa.String(64), nullable=True))
    unlinked = sa.text("sha256 IS NULL")
    op.create_index("uq_event_site_id_sequence", "event", ["site_id", "sequence"], unique=True)
    op.create_index(
        "ix_event_unlinked", "event", ["site_id"], sqlite_where=unlinked, postgresql_where=unlinked
    )
    for statement in guards.linked_history(op.get_bind().dialect.name):
        op.execute(statement)
    for site_id in op.get_bind().scalars(sa.select(EVENT.c.site_id).distinct()).all():
        _link_site(site_id)


def _link_site(site_id: UUID) -> None:
    of_site = EVENT.c.site_id == site_id
    ids = op.get_bind().scalars(
        sa.select(EVENT.c.id).where(of_site).order_by(EVENT.c.at, EVENT.c.id)
    )
    previous = None
    for sequence, one in enumerate(ids.all(), start=1):
        this = sa.and_(of_site, EVENT.c.id == one)
        row = op.get_bind().execute(sa.select(EVENT).where(this)).one()
        sha256 = link(record(row, sequence, previous))
        op.get_bind().execute(
            sa.update(EVENT)
            .where(this)
            .values(sequence=sequence, previous_sha256=previous, sha256=sha256)
        )
        previous = sha256
