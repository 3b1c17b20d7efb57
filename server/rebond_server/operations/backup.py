"""Backup: one moment of the database, all evidence and the keys, sealed for one public key.

The database is taken first: a statement's file is on disk before its row is, and is never removed, so
every row of the snapshot finds its file.
"""

import io
import os
import secrets
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from rebond_schemas.sealing import KEY_BYTES, new_pair
from rebond_server.config import Config
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadSetting, NotEmpty, NotSetUp
from rebond_server.store.database import open_database
from rebond_server.store.dump import revision_of, snapshot, tables_of, write_rows
from rebond_server.store.evidence import EvidenceStore
from rebond_server.store.sealed import Sealing

MANIFEST = "manifest.json"
KEYS = (
    "server-signing.key",
    "secret.key",
    "tls-authority.pem",
    "tls-authority.key",
    "tls-server.pem",
    "tls-server.key",
)
PUBLIC_KEY = "backup-public.key"
PRIVATE_HEAD = "rebond-backup-private-key-1 "


class KeptTable(Struct, frozen=True, kw_only=True):
    """One table of a backup: its columns in the order of each line's values."""

    name: str
    columns: list[str]
    rows: int


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds; the first thing in it."""

    format: int = 1
    made: datetime
    revision: str
    tables: list[KeptTable]


def make_backup_key(config: Config, private_file: Path) -> None:
    """Make the pair: the public half stays here, the private one goes into this file, once."""
    public_file = config.var / PUBLIC_KEY
    if public_file.exists():
        raise NotEmpty(
            Sentence(
                fr=f"Il y a déjà une clé de sauvegarde ({public_file}).",
                en=f"There already is a backup key ({public_file}).",
            )
        )
    private, public = new_pair()
    config.var.mkdir(parents=True, exist_ok=True)
    write_new(private_file, f"{PRIVATE_HEAD}{private.hex()}\n".encode())
    write_new(public_file, f"{public.hex()}\n".encode())


def public_backup_key(config: Config) -> bytes:
    """Return the key that backups are sealed for, or raise BadSetting when there is none."""
    try:
        key = bytes.fromhex((config.var / PUBLIC_KEY).read_text().strip())
    except (FileNotFoundError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadSetting(
            Sentence(
                fr="Il n'y a pas de clé de sauvegarde : lancez « rebond backup-key FICHIER ».",
                en="There is no backup key: run `rebond backup-key FILE`.",
            )
        )
    return key


def back_up(config: Config, target: Path, now: datetime) -> Manifest:
    """Write a backup of the workshop into this new file, whole or not at all; return what it holds."""
    recipient = public_backup_key(config)
    if target.exists():
        raise NotEmpty(
            Sentence(fr=f"{target} existe déjà.", en=f"{target} already exists."),
        )
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with new_private_file(temporary) as out:
            sealing = Sealing(out, recipient)
            with tarfile.open(fileobj=cast("BinaryIO", sealing), mode="w|") as archive:
                manifest = _fill(archive, config, now)
            sealing.finish()
            out.flush()
            os.fsync(out.fileno())
        os.link(temporary, target)  # unlike a rename it never replaces what came in between
    finally:
        temporary.unlink(missing_ok=True)
    _sync(target.parent)
    return manifest


def _fill(archive: tarfile.TarFile, config: Config, now: datetime) -> Manifest:
    with tempfile.TemporaryFile(dir=config.var) as rows:
        manifest = _take_rows(config, rows, now)
        length = rows.tell()
        rows.seek(0)
        _add_bytes(archive, MANIFEST, msgspec.json.encode(manifest))
        _add(archive, "rows.jsonl", length, rows)
    for name in KEYS:
        if (config.var / name).exists():
            _add_bytes(archive, f"keys/{name}", (config.var / name).read_bytes())
    evidence = EvidenceStore(folder=config.evidence_folder)
    for name in evidence.names():
        _add_bytes(archive, f"evidence/{name}", evidence.bring(name))
    return manifest


def _take_rows(config: Config, rows: BinaryIO, now: datetime) -> Manifest:
    """Write all rows, table after table; return what stands where."""
    engine = open_database(config.database_url)
    try:
        with snapshot(engine, config.var) as connection:
            revision = revision_of(connection)
            if revision is None:
                raise NotSetUp(
                    Sentence(fr="La base est vide.", en="The database is empty."),
                )
            tables = [
                KeptTable(
                    name=str(table.name),
                    columns=[str(column.name) for column in table.columns],
                    rows=write_rows(connection, table, rows),
                )
                for table in tables_of(connection)
            ]
    finally:
        engine.dispose()
    return Manifest(made=now, revision=revision, tables=tables)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    _add(archive, name, len(content), io.BytesIO(content))


def _add(archive: tarfile.TarFile, name: str, length: int, source: BinaryIO) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = length, 0o600
    archive.addfile(member, source)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, durably; raise NotEmpty when it is there."""
    try:
        with new_private_file(path) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise NotEmpty(
            Sentence(fr=f"{path} existe déjà.", en=f"{path} already exists."),
        ) from None


def new_private_file(path: Path) -> BinaryIO:
    """Open a file that was not there before and that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
