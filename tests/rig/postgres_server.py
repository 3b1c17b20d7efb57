"""A PostgreSQL server that is thrown away: tests and benches start one where its programs are."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
FAST = "-c fsync=off -c synchronous_commit=off"
"""Tests need no durability; the guards and the locks are what is tried there."""


def installed() -> bool:
    """Say whether this computer has the programs."""
    return program("initdb") is not None and program("pg_ctl") is not None


@contextmanager
def throwaway(options: str = FAST) -> Iterator[str]:
    """Give the URL of a new server, with `{database}` in the place of the database.

    Raises FileNotFoundError where the programs are missing.
    """
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if initdb is None or pg_ctl is None:
        raise FileNotFoundError("initdb or pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="rebond-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    listening = f"-k {folder} -h '' -c max_connections=60 {options}"
    try:
        as_postgres(initdb, "-D", str(data), "-U", "rebond", "-A", "trust", "-E", "UTF8")
        as_postgres(
            pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", listening, "start"
        )
        yield f"postgresql+psycopg://rebond@/{{database}}?host={folder}"
    finally:
        if (data / "postmaster.pid").exists():
            as_postgres(pg_ctl, "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str) -> str | None:
    """Return the path of a PostgreSQL program, from PATH or from where Debian packages it."""
    found = shutil.which(name)
    if found is not None:
        return found
    return next((str(folder / name) for folder in PACKAGED if (folder / name).exists()), None)


def as_postgres(*command: str) -> None:
    """Run a program; PostgreSQL refuses root, so root hands over to the user postgres."""
    before = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    subprocess.run([*before, *command], check=True, capture_output=True, timeout=120)
