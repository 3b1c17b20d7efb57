"""Databases and applications that are new for each test and cost little: what is the same is made once.

Twenty migrations cost a test more than most tests themselves; a copy of an empty migrated file costs nothing.
"""

import atexit
import shutil
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from rebond_server.app import join
from rebond_server.config import Config
from rebond_server.operations.set_up import set_up
from rebond_server.operations.workshop import Workshop
from rebond_server.store.database import migrate, open_database

SITE = "Atelier d'essai"


@cache
def kept() -> Path:
    """Return a folder for what this process makes once."""
    folder = tempfile.mkdtemp(prefix="rebond-once-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def empty_file() -> Path:
    """Return a SQLite file with the newest schema and nothing in it; to be copied only."""
    file = kept() / "empty.sqlite3"
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


def site(config: Config, now: datetime, name: str = SITE) -> UUID:
    """Make a workshop in a database of its own; return its id."""
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database).exists():
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(empty_file(), url.database)
    return set_up(config, name, now)


def in_memory() -> Engine:
    """Return an empty database in memory, with the newest schema."""
    engine = open_database("sqlite://")
    file = open_database(f"sqlite:///{empty_file()}")
    with file.connect() as source, engine.connect() as target:
        source.connection.driver_connection.backup(target.connection.driver_connection)
    file.dispose()
    return engine


def application(config: Config, workshop: Workshop, clock) -> Flask:
    """Return the screens; their templates are compiled once in a run, not once a test."""
    app = join(config, workshop, clock)
    (kept() / "templates").mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(kept() / "templates"))
    return app
