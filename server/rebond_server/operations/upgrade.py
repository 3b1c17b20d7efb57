"""Upgrade: the schema of a workshop with data brought up to date, after a backup."""

from datetime import datetime
from pathlib import Path

from rebond_server.config import Config
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotSetUp
from rebond_server.operations.backup import back_up
from rebond_server.store.database import head, migrate, open_database
from rebond_server.store.dump import revision_of


def upgrade(config: Config, now: datetime) -> Path | None:
    """Back up, then migrate; return the backup's file, or None when the schema was up to date.

    Raises BadSetting when there is no backup key: no upgrade without a way back.
    """
    engine = open_database(config.database_url)
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
        if revision is None:
            raise NotSetUp(Sentence(fr="La base est vide.", en="The database is empty."))
        if revision == head():
            return None
        folder = config.var / "backups"
        folder.mkdir(parents=True, exist_ok=True)
        backup = folder / f"{now:%Y%m%dT%H%M%SZ}-{revision}.rebond"
        back_up(config, backup, now)
        migrate(engine)
    finally:
        engine.dispose()
    return backup
