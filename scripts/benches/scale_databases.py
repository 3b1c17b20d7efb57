"""Databases of the bench's own: a file, and a PostgreSQL server with the settings of a small machine."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from rebond_server.store.database import refresh_statistics

PACKAGED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    # what follows speeds the filling alone
    "fsync": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder}/rebond.sqlite3"


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    if not PACKAGED:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
    place = folder / "pg"
    data, new = place / "data", not place.exists()
    if new:
        folder.chmod(0o755)
        place.mkdir()
        if os.geteuid() == 0:
            shutil.chown(place, "postgres")
        _as_postgres("initdb", "-D", str(data), "-U", "rebond", "-A", "trust", "-E", "UTF8")
    control = ("pg_ctl", "-D", str(data), "-w", "-t", "280")
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    _as_postgres(*control, "-l", str(place / "log"), "-o", f"-k {place} -h '' {options}", "start")
    try:
        url = f"postgresql+psycopg://rebond@/{{}}?host={place}"
        if new:
            engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE stock"))
            engine.dispose()
        yield url.format("stock")
    finally:
        _as_postgres(*control, "-m", "fast", "stop")


OPENED: dict[str, Callable[[Path], contextlib.AbstractContextManager[str]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
"""By name, what gives the URL of the database in a folder: a new one, or the one that lies there."""


def size_of(engine: Engine, folder: Path) -> int:
    """Return how many bytes the database takes."""
    if engine.dialect.name == "sqlite":
        return (folder / "rebond.sqlite3").stat().st_size
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def analyse(engine: Engine) -> None:
    """Let the database look at what it holds, as its housekeeping does every night."""
    refresh_statistics(engine)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _as_postgres(program: str, *words: str) -> None:
    before = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    command = [*before, str(PACKAGED[0] / program), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
