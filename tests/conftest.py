"""What tests share: a SQLite file, a throw-away PostgreSQL, and a workshop on each of them."""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fresh
import pytest
from moments import NOON
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).parent / "rig"))

from postgres_server import installed, throwaway

from rebond_server.config import Config
from rebond_server.operations.workshop import Workshop, open_workshop
from rebond_server.store.database import migrate, open_database

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
"""Where databases of tests lie: every commit waits for the disk, and these need not outlive it."""


def missing(what: str) -> None:
    """Skip loudly on a developer's machine; fail where everything must be there."""
    if IN_CI:
        pytest.fail(f"{what} is missing and CI=true: nothing may go untested here")
    pytest.skip(f"{what} is missing: the PostgreSQL half of the tests DOES NOT RUN")


def in_memory() -> Path | None:
    """Return a folder in memory; None, where there is none, means the usual temporary folder."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a PostgreSQL server, with `{database}` in the place of the database."""
    given = os.environ.get("REBOND_TEST_POSTGRES")
    if given:
        yield given.rsplit("/", 1)[0] + "/{database}"
        return
    if not installed():
        missing("initdb or pg_ctl")
        return
    with throwaway() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Make one migrated database, from which every test's own is copied; return its name."""
    name = f"rebond_template_{secrets.token_hex(4)}"
    in_postgres(postgres_server, f'CREATE DATABASE "{name}"')
    engine = open_database(postgres_server.format(database=name))
    migrate(engine)
    engine.dispose()
    return name


def in_postgres(server: str, statement: str) -> None:
    """Run one statement about databases."""
    engine = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Give a folder, in memory if there is some, that is gone after the test."""
    with tempfile.TemporaryDirectory(prefix="rebond-", dir=in_memory()) as folder:
        yield Path(folder)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def database_url(request: pytest.FixtureRequest, scratch: Path) -> Iterator[str]:
    """Give the URL of an empty database of its own, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{scratch}/rebond.sqlite3"
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    name = f"rebond_{secrets.token_hex(6)}"
    in_postgres(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield server.format(database=name)
    in_postgres(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def config(database_url: str, scratch: Path) -> Config:
    """Give the settings of a server with this database."""
    return Config(
        var=scratch / "var", database_url=database_url, public_url="https://atelier.example"
    )


@pytest.fixture
def workshop(config: Config) -> Iterator[Workshop]:
    """Give an open workshop without people, sticks or devices."""
    fresh.site(config, NOON)
    opened = open_workshop(config)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_workshop(scratch: Path) -> Iterator[Workshop]:
    """Give an open workshop on SQLite, for tests that have nothing to do with the database."""
    config = Config(
        var=scratch / "var",
        database_url=f"sqlite:///{scratch}/rebond.sqlite3",
        public_url="https://atelier.example",
    )
    fresh.site(config, NOON)
    opened = open_workshop(config)
    yield opened
    opened.close()
