"""The migrated schema is the models' schema, on both databases."""

import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from rebond_server.store import tables
from rebond_server.store.database import migrate, open_database

PER_DATABASE = {
    "sqlite": {"ix_device_words"},
    "postgresql": {"ix_device_told", "ix_device_words"},
}
"""Indexes that each database has in a form of its own, which no model tells."""


def modelled(_item, name, *_told):
    return name not in PER_DATABASE["postgresql"]


def test_migrations_build_exactly_the_models(database_url):
    engine = open_database(database_url)
    migrate(engine)
    migrate(engine)  # a second time changes nothing
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": modelled}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, tables.METADATA)
        names = set(inspect(connection).get_table_names())
        indexes = {one["name"] for one in inspect(connection).get_indexes("device")}
    engine.dispose()

    assert differences == []
    assert indexes >= PER_DATABASE[engine.dialect.name]
    assert names == set(tables.METADATA.tables) | {"alembic_version"}


SPOKEN = {"in", "any", "array", "character", "varying", "text", "bigint", "all", "double"}
"""How PostgreSQL says a CHECK again."""


def words(text):
    return set(re.findall(r"[a-z_]+|\d+", text)) - SPOKEN - {"precision"}


def test_a_positive_judgement_needs_the_same_after_migration_as_in_the_models(database_url):
    engine = open_database(database_url)
    migrate(engine)
    with engine.connect() as connection:
        found = inspect(connection).get_check_constraints("judgement")
    engine.dispose()
    (told,) = (one["sqltext"] for one in found if one["name"] == "ck_judgement_positive")
    table = tables.METADATA.tables["judgement"]
    (wanted,) = (str(c.sqltext) for c in table.constraints if c.name == "ck_judgement_positive")
    assert words(told.replace("IN", "")) ^ words(wanted.replace("IN", "")) <= {"numeric", "integer"}
