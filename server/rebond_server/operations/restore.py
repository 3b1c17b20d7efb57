"""Restore: a backup into an empty place, on the command line only; data, never programs.

No name of the archive becomes a path: what is in it is known beforehand, everything else is refused.
"""

import re
import tarfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from alembic.util import CommandError
from sqlalchemy import Engine, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from rebond_schemas.sealing import KEY_BYTES
from rebond_server.config import Config
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BackupDamaged, BadSetting, NotEmpty
from rebond_server.operations.backup import KEYS, MANIFEST, PRIVATE_HEAD, Manifest, write_new
from rebond_server.store.database import migrate, open_database
from rebond_server.store.dump import read_rows, tables_of, unguarded
from rebond_server.store.evidence import EvidenceStore
from rebond_server.store.sealed import Opening

_evidence = re.compile("evidence/([0-9a-f]{64})")


def private_backup_key(path: Path) -> bytes:
    """Return the private key in this file, or raise BadSetting."""
    try:
        text = path.read_text().strip()
        key = bytes.fromhex(text.removeprefix(PRIVATE_HEAD.strip()).strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSetting(
            Sentence(
                fr=f"{path} n'est pas une clé privée de sauvegarde.",
                en=f"{path} is no private key of backups.",
            )
        )
    return key


def restore(config: Config, backup: Path, private: bytes) -> Manifest:
    """Put a backup back into an empty database and an empty folder; raise NotEmpty otherwise.

    The schema is brought up to date afterwards. Nothing of the database is kept when anything fails.
    """
    _empty_place(config)
    engine = open_database(config.database_url)
    try:
        _empty_database(engine)
        with backup.open("rb") as source:
            opened = cast("BinaryIO", Opening(source, private))
            with tarfile.open(fileobj=opened, mode="r|") as archive:
                manifest = _take_out(config, engine, archive)
            _to_the_end(opened)
        migrate(engine)
    except (tarfile.TarError, SQLAlchemyError, CommandError, msgspec.MsgspecError) as error:
        raise _not_together() from error
    finally:
        engine.dispose()
    return manifest


def _to_the_end(opened: BinaryIO) -> None:
    """Read what follows the archive: only so is the end of the container proven to be its end."""
    while rest := opened.read(65_536):
        if rest.strip(b"\x00"):
            raise _strange("?")


def _empty_place(config: Config) -> None:
    config.var.mkdir(parents=True, exist_ok=True)
    taken = [config.var / name for name in KEYS]
    taken += list(config.evidence_folder.glob("*"))[:1]
    for path in taken:
        if path.exists():
            raise NotEmpty(
                Sentence(
                    fr=f"Restaurez dans un dossier vide : {path} existe déjà.",
                    en=f"Restore into an empty folder: {path} is already there.",
                )
            )


def _empty_database(engine: Engine) -> None:
    if inspect(engine).get_table_names():
        raise NotEmpty(
            Sentence(
                fr="Restaurez dans une base vide : celle-ci a déjà des tables.",
                en="Restore into an empty database: this one already has tables.",
            )
        )


def _take_out(config: Config, engine: Engine, archive: tarfile.TarFile) -> Manifest:
    members = _members(archive)
    name, content = next(members, ("", None))
    if name != MANIFEST or content is None:
        raise _strange(name)
    manifest = msgspec.json.decode(content.read(), type=Manifest)
    name, content = next(members, ("", None))
    if name != "rows.jsonl" or content is None:
        raise _strange(name)
    migrate(engine, manifest.revision)
    with engine.begin() as connection, unguarded(connection):
        _rows(connection, manifest, iter(content))
    evidence = EvidenceStore(folder=config.evidence_folder)
    for name, content in members:
        found = _evidence.fullmatch(name)
        if found is not None:
            if evidence.keep(content.read()) != found[1]:
                raise _strange(name)
        elif name.removeprefix("keys/") in KEYS:
            write_new(config.var / name.removeprefix("keys/"), content.read())
        else:
            raise _strange(name)
    return manifest


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, BinaryIO]]:
    for member in archive:
        content = archive.extractfile(member) if member.isreg() else None
        if content is None:
            raise _strange(member.name)
        yield member.name, cast("BinaryIO", content)


def _rows(connection: Connection, manifest: Manifest, lines: Iterator[bytes]) -> None:
    tables = {table.name: table for table in tables_of(connection)}
    for kept in manifest.tables:
        if kept.name not in tables or not set(kept.columns) <= set(
            tables[kept.name].columns.keys()
        ):
            raise _strange(kept.name)
        table = tables[kept.name]
        if read_rows(connection, table, kept.columns, islice(lines, kept.rows)) != kept.rows:
            raise _not_together()


def _strange(name: str) -> BackupDamaged:
    return BackupDamaged(
        Sentence(
            fr=f"La sauvegarde contient ce qui n'y a pas sa place : « {name[:80]} ».",
            en=f"The backup holds what does not belong there: {name[:80]!r}.",
        )
    )


def _not_together() -> BackupDamaged:
    return BackupDamaged(
        Sentence(
            fr="Le contenu de la sauvegarde ne va pas ensemble ; rien n'a été repris en base.",
            en="What the backup holds does not belong together; the database took nothing of it.",
        )
    )
