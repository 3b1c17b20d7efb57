"""Alembic's entry: always over the connection that `store.database.migrate` hands in."""

from alembic import context

from rebond_server.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
