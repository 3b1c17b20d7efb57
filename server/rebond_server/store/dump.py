"""All rows of the database as lines of JSON, the same from SQLite and PostgreSQL, and back.

The tables are those that stand, at whatever revision of the schema; the models only say of which type a
known column is. Rows go back with keys and guards aside, in one transaction, and these are put back and
keys checked before it ends: the database accepts all of it or nothing.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import Column, Engine, MetaData, Table, create_engine, insert, inspect, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BackupDamaged
from rebond_server.store.tables import METADATA

REVISIONS = "alembic_version"
AT_ONCE = 500


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema; None for an empty database."""
    if not inspect(connection).has_table(REVISIONS):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {REVISIONS}"))  # noqa: S608 - a constant
    return found


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables that stand, their columns typed by the models where these know them."""
    seen, known = inspect(connection), MetaData()
    return [
        Table(name, known, *(_column(name, found) for found in seen.get_columns(name)))
        for name in sorted(seen.get_table_names())
        if name != REVISIONS
    ]


def _column(table: str, found: Any) -> Column[Any]:  # noqa: ANN401 - SQLAlchemy's description of a column
    model = METADATA.tables.get(table)
    if model is not None and found["name"] in model.columns:
        return Column(found["name"], model.columns[found["name"]].type)
    return Column(found["name"], found["type"])


@contextmanager
def snapshot(engine: Engine, folder: Path) -> Iterator[Connection]:
    """Give a connection that sees one moment of the database while others go on writing."""
    if engine.dialect.name == "sqlite":
        with _copied(engine, folder) as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection = connection.execution_options(  # noqa: PLW2901 - the same connection, with its options
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        with connection.begin():
            yield connection


@contextmanager
def _copied(engine: Engine, folder: Path) -> Iterator[Connection]:
    """Copy the file with SQLite's own backup, so that writers wait only as long as the copy takes."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as place:
        copy = create_engine(f"sqlite:///{place}/copy.sqlite3")
        source, target = engine.raw_connection(), copy.raw_connection()
        try:
            source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]  # sqlite3's own
        finally:
            source.close()
            target.close()
        try:
            with copy.connect() as connection:
                yield connection
        finally:
            copy.dispose()


def write_rows(connection: Connection, table: Table, out: IO[bytes]) -> int:
    """Write one line for each row, a list of its values in the order of the columns; return how many."""
    rows = connection.execute(select(table).execution_options(yield_per=AT_ONCE))
    count = 0
    for row in rows:
        out.write(msgspec.json.encode(list(row)) + b"\n")
        count += 1
    return count


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Let rows come in any order: keys and guards are taken away, and put back at the end."""
    if connection.dialect.name == "sqlite":
        with _unguarded_sqlite(connection):
            yield
        return
    for table in tables_of(connection):
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS place, conname AS name,"
            " pg_get_constraintdef(oid) AS said FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    for key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {key.place} DROP CONSTRAINT "{key.name}"')
    yield
    for key in keys:
        connection.exec_driver_sql(
            f'ALTER TABLE {key.place} ADD CONSTRAINT "{key.name}" {key.said}'
        )
    for table in tables_of(connection):
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')


@contextmanager
def _unguarded_sqlite(connection: Connection) -> Iterator[None]:
    guards = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for guard in guards:
        connection.exec_driver_sql(f'DROP TRIGGER "{guard.name}"')
    yield
    for guard in guards:
        connection.exec_driver_sql(guard.sql)
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise BackupDamaged(
            Sentence(
                fr="Les lignes de la sauvegarde ne vont pas ensemble.",
                en="The rows of the backup do not belong together.",
            )
        )


def read_rows(
    connection: Connection, table: Table, names: list[str], lines: Iterable[bytes]
) -> int:
    """Insert the rows of these lines, whose values stand in the order of these columns; count them."""
    columns = [table.columns[name] for name in names]
    waiting: list[dict[str, Any]] = []
    count = 0
    for line in lines:
        values = msgspec.json.decode(line)
        waiting.append(
            {one.name: _value(one, said) for one, said in zip(columns, values, strict=True)}
        )
        count += 1
        if len(waiting) == AT_ONCE:
            connection.execute(insert(table), waiting)
            waiting.clear()
    if waiting:
        connection.execute(insert(table), waiting)
    return count


def _value(column: Column[Any], said: Any) -> Any:  # noqa: ANN401 - any value of any column
    """Return a value of JSON as the column's own type."""
    kind = column.type
    wanted = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    if said is None or wanted is dict:  # a column of JSON takes any value as it is
        return said
    return msgspec.convert(said, wanted, strict=False)
