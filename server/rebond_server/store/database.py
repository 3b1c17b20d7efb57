"""Opening the database: SQLite by default, PostgreSQL by URL, the same code for both."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, sessionmaker

from rebond_server.store.chain import chain_history
from rebond_server.store.fitting import refuse_what_does_not_fit

MIGRATIONS = Path(__file__).parent / "migrations"
SAFE_WAL = (3, 51, 3)
"""The first SQLite without the WAL-reset bug (sqlite.org, 13 March 2026)."""


def open_database(url: str) -> Engine:
    """Return an engine for this URL; on SQLite with foreign keys, full sync and immediate writes.

    Errors hide the values of a statement: they end in logs, and a name may be among them.
    """
    if not url.startswith("sqlite"):
        if url.startswith("postgresql://"):
            url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        # a plan made once for all values would forget that a rare word needs another way than a common one
        unprepared = {"prepare_threshold": None}
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args=unprepared, **_JSON
        )
    engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True, **_JSON)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Return a maker of sessions whose values stay readable after commit, and that chain history."""
    make = sessionmaker(engine, expire_on_commit=False)
    chain_history(make, take_turns)
    refuse_what_does_not_fit(make)
    return make


def _written(value: object) -> str:
    return msgspec.json.encode(value).decode()


_JSON: dict[str, Any] = {"json_serializer": _written, "json_deserializer": msgspec.json.decode}
"""JSON columns by msgspec: several times the speed, and a msgspec.Raw is stored as it is."""


@contextmanager
def transaction(make: sessionmaker[Session], *, reading: bool = False) -> Iterator[Session]:
    """Give one session in one transaction: the end commits, an exception rolls back.

    A reading transaction takes no write lock on SQLite and must not write.
    """
    with make() as session, session.begin():
        if reading:
            session.connection(execution_options={"rebond_reading": True})
        yield session


def take_turns(session: Session, what: str) -> None:
    """Let only one transaction at a time do this, until its end.

    SQLite's immediate transactions take turns anyway; it has no lock by name and needs none.
    """
    if session.get_bind().dialect.name == "postgresql":
        name = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(name)))


def file_faults(session: Session) -> tuple[str, ...]:
    """Return what SQLite finds wrong with its own file; PostgreSQL checks its pages as it reads."""
    if session.get_bind().dialect.name != "sqlite":
        return ()
    found = session.scalars(text("PRAGMA integrity_check")).all()
    return tuple(str(line) for line in found if line != "ok")


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to this revision of the schema."""
    config = _alembic()
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # two workers that start at once migrate in turn
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('rebond migrate'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    refresh_statistics(engine)


def refresh_statistics(engine: Engine) -> None:
    """Let SQLite count what it holds, or it takes the wrong index as the tables grow.

    PostgreSQL does so by itself. Takes seconds for a hundred thousand devices.
    """
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def head() -> str:
    """Return the newest revision of the schema that this code knows."""
    newest = ScriptDirectory.from_config(_alembic()).get_current_head()
    assert newest is not None  # noqa: S101 - migrations ship with the code; tells the type checker
    return newest


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _set_up_sqlite(connection: Any, record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
    del record
    connection.isolation_level = None  # the driver must not open transactions of its own
    journal = "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "DELETE"
    # EXTRA also syncs the folder after the journal is gone: in DELETE mode a commit under FULL may
    # roll back at a power cut (sqlite.org/pragma.html#pragma_synchronous), after its receipt left.
    for pragma in (
        "foreign_keys = ON",
        f"journal_mode = {journal}",
        "synchronous = EXTRA",
        "mmap_size = 0",
        "trusted_schema = OFF",
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # A read snapshot can't be upgraded to a write; asking at once waits instead of failing.
    reading = connection.get_execution_options().get("rebond_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
