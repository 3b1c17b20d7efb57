"""The migrated schema is the models' schema, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from rebond_server.store import tables
from rebond_server.store.database import migrate, open_database


def test_migrations_build_exactly_the_models(database_url):
    engine = open_database(database_url)
    migrate(engine)
    migrate(engine)  # a second time changes nothing
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, tables.METADATA)
        names = set(inspect(connection).get_table_names())
    engine.dispose()

    assert differences == []
    assert names == set(tables.METADATA.tables) | {"alembic_version"}
