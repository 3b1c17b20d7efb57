"""Backup under load, restore into an empty place, upgrade from the first schema; all with data."""

import io
import tarfile
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from bench import account, another, device_of, enrolled, graded, receipt, send
from moments import NOON, later
from sqlalchemy import create_engine, insert, select, text

from rebond_schemas.sealing import public_half
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.errors import BackupDamaged, BadSetting, NotEmpty
from rebond_server.operations.backup import back_up, make_backup_key
from rebond_server.operations.receive_statement import receive_statement
from rebond_server.operations.restore import private_backup_key, restore
from rebond_server.operations.upgrade import upgrade
from rebond_server.operations.verify import faults
from rebond_server.operations.work import NOBODY
from rebond_server.operations.workshop import open_workshop
from rebond_server.store.database import head, migrate, open_database
from rebond_server.store.dump import revision_of, tables_of, unguarded
from rebond_server.store.sealed import Opening, Sealing
from rebond_server.store.stick import StatementRow

WRITERS, AT_LEAST = 8, 16
FIRST = "2026_11_21_first"


@pytest.fixture
def key(config, scratch):
    """Give the private key of this server's backups."""
    make_backup_key(config, scratch / "private.key")
    return private_backup_key(scratch / "private.key")


def elsewhere(scratch, url):
    return Config(var=scratch / "elsewhere", database_url=url, public_url="https://neuf.example")


def emptied(config, scratch):
    """Return the settings of an empty machine with the same kind of database."""
    if config.database_url.startswith("sqlite"):
        return elsewhere(scratch, f"sqlite:///{scratch}/elsewhere.sqlite3")
    engine = create_engine(config.database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return elsewhere(scratch, config.database_url)


def everything(config):
    """Return all rows of all tables, for comparison."""
    engine = open_database(config.database_url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                msgspec.json.encode(
                    {name: in_utc(value) for name, value in row.items()}, order="sorted"
                )
                for row in connection.execute(select(table)).mappings()
            )
            for table in tables_of(connection)
        }
    engine.dispose()
    return found


def in_utc(value):
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def told(config):
    workshop = open_workshop(config)
    with workshop.work(NOBODY, later(2), reading=True) as work:
        found = [fault.en for fault in faults(work)]
    workshop.close()
    return found


def test_a_backup_under_eight_writers_holds_every_acknowledged_statement(
    workshop, config, key, scratch
):
    enough, ended, acknowledged = threading.Event(), threading.Event(), []

    def report(number):
        stick = enrolled(workshop, f"clé {number}")
        for turn in range(1000):
            if ended.is_set():
                return
            letter = stick.boot().inventory(another(1000 * number + turn))
            answer = workshop.persist(NOBODY, NOON, lambda work, it=letter: receive(work, it))
            acknowledged.append(receipt(answer).statement)
            if len(acknowledged) >= AT_LEAST:
                enough.set()

    writers = [threading.Thread(target=report, args=(n,)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        assert enough.wait(100)
        before = list(acknowledged)
        back_up(config, scratch / "backup.rebond", NOON)
        during = len(acknowledged) - len(before)
    finally:
        ended.set()
        for writer in writers:
            writer.join()
    target = emptied(config, scratch)

    restore(target, scratch / "backup.rebond", key)

    opened = open_workshop(target)
    with opened.work(NOBODY, NOON, reading=True) as work:
        held = set(work.session.scalars(select(StatementRow.id)))
    opened.close()
    assert set(before) <= held
    assert during >= 0
    assert told(target) == []


def receive(work, letter):
    return receive_statement(work, letter.raw, letter.stick, letter.signature)


@pytest.fixture
def furnished(workshop):
    """Give a workshop with a graded laptop, an allocation's rows and a recipient's name."""
    graded(workshop, enrolled(workshop), account(workshop, Role.LEAD))
    return workshop


def test_a_backup_restores_row_for_row_also_on_the_other_database(furnished, config, key, scratch):
    assert device_of(furnished, "RB-000001").state.value == "graded"
    before = everything(config)
    keys = (config.secret_key(), config.server_key())
    back_up(config, scratch / "backup.rebond", NOON)
    furnished.close()

    other = Config(
        var=scratch / "other",
        database_url=f"sqlite:///{scratch}/other.sqlite3",
        public_url=config.public_url,
    )
    for target in (other, emptied(config, scratch)):
        restore(target, scratch / "backup.rebond", key)
        assert everything(target) == before
        assert told(target) == []
        assert (target.secret_key(), target.server_key()) == keys
        assert (target.var / "server-signing.key").stat().st_mode & 0o777 == 0o600
        with pytest.raises(NotEmpty):
            restore(target, scratch / "backup.rebond", key)
        with pytest.raises(NotEmpty):
            restore(replace(target, var=scratch / "third"), scratch / "backup.rebond", key)


def test_the_guards_stand_again_after_a_restore(furnished, config, key, scratch):
    back_up(config, scratch / "backup.rebond", NOON)
    furnished.close()
    target = emptied(config, scratch)
    restore(target, scratch / "backup.rebond", key)
    opened = open_workshop(target)
    for change in ("UPDATE event SET reason = 'x'", "DELETE FROM judgement"):
        with pytest.raises(Exception, match="append-only"), opened.engine.begin() as connection:
            connection.execute(text(change))
    for change in ("UPDATE device SET lot_id = id", "UPDATE drive SET judgement_id = device_id"):
        with (
            pytest.raises(Exception, match=r"(?i)foreign key"),
            opened.engine.begin() as connection,
        ):
            connection.execute(text(change))
    opened.close()


@pytest.mark.usefixtures("key")
def test_nothing_of_a_backup_can_be_read_without_the_key(furnished, config, scratch):
    assert device_of(furnished, "RB-000001").serial in str(everything(config))
    back_up(config, scratch / "backup.rebond", NOON)
    raw = (scratch / "backup.rebond").read_bytes()
    assert b"ThinkPad" not in raw
    assert b"RB-000001" not in raw
    assert (scratch / "backup.rebond").stat().st_mode & 0o777 == 0o600
    assert list(scratch.glob(".backup*")) == list(config.var.glob(".backup*")) == []
    with pytest.raises(NotEmpty):
        back_up(config, scratch / "backup.rebond", NOON)


def test_without_a_key_there_is_no_backup_and_no_upgrade(workshop, config, scratch):
    with pytest.raises(BadSetting):
        back_up(config, scratch / "backup.rebond", NOON)
    assert not (scratch / "backup.rebond").exists()
    assert workshop.site_name == "Atelier d'essai"


def altered(backup, key, change):
    """Return the backup sealed anew by somebody who has the public key, with a changed archive."""
    out, archive = io.BytesIO(), io.BytesIO()
    with (
        tarfile.open(fileobj=Opening(io.BytesIO(backup), key), mode="r|") as old,
        tarfile.open(fileobj=archive, mode="w") as new,
    ):
        for member in old:
            content = old.extractfile(member).read()
            for made, bytes_of in change(member, content):
                made.size = len(bytes_of)
                new.addfile(made, io.BytesIO(bytes_of))
    sealing = Sealing(out, public_half(key))
    sealing.write(archive.getvalue())
    sealing.finish()
    return out.getvalue()


def named(name, kind=tarfile.REGTYPE, link=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    "extra",
    [
        named("../escaped"),
        named("/tmp/escaped"),  # noqa: S108 - must not be written
        named("evidence/../../escaped"),
        named("evidence/" + "0" * 64),
        named("keys/../escaped"),
        named("keys/secret.key", tarfile.SYMTYPE, "/etc/passwd"),
        named("plugin.py"),
    ],
    ids=lambda made: made.name[:20],
)
def test_nothing_is_written_outside_its_place(sqlite_workshop, scratch, extra):
    here = Config(
        var=scratch / "var",
        database_url=f"sqlite:///{scratch}/rebond.sqlite3",
        public_url="https://atelier.example",
    )
    make_backup_key(here, scratch / "private.key")
    key = private_backup_key(scratch / "private.key")
    send(sqlite_workshop, enrolled(sqlite_workshop).inventory())
    back_up(here, scratch / "backup.rebond", NOON)

    def add(member, content):
        yield member, content
        if member.name == "rows.jsonl":
            yield extra, b"x"

    bad = scratch / "bad.rebond"
    bad.write_bytes(altered((scratch / "backup.rebond").read_bytes(), key, add))
    target = elsewhere(scratch, f"sqlite:///{scratch}/elsewhere.sqlite3")
    with pytest.raises(BackupDamaged):
        restore(target, bad, key)
    assert not list(scratch.glob("**/escaped"))
    assert not Path("/tmp/escaped").exists()  # noqa: S108 - likewise


@pytest.mark.usefixtures("key")
def test_upgrade_from_the_first_schema_keeps_every_row(furnished, config, scratch):
    furnished.close()
    old = emptied_copy(config, scratch)
    before = everything(old)
    assert len(before["event"]) > 5

    make_backup_key(old, scratch / "old-private.key")
    backup = upgrade(old, NOON)

    assert backup is not None
    assert upgrade(old, NOON) is None
    assert told(old) == []
    assert {name: len(rows) for name, rows in everything(old).items() if rows} == {
        name: len(rows) for name, rows in before.items() if rows
    }
    # the way back: the backup that was made before restores, and comes up to date as well
    again = Config(
        var=scratch / "again",
        database_url=f"sqlite:///{scratch}/again.sqlite3",
        public_url=old.public_url,
    )
    restore(again, backup, private_backup_key(scratch / "old-private.key"))
    assert everything(again) == everything(old)


def emptied_copy(config, scratch):
    """Return a workshop with the same rows under the first schema, as its first version wrote them."""
    source = open_database(config.database_url)
    with source.connect() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables_of(connection)
        }
    source.dispose()
    old = replace(emptied(config, scratch), var=config.var.rename(scratch / "old"))
    (old.var / "backup-public.key").unlink()
    engine = open_database(old.database_url)
    migrate(engine, FIRST)
    with engine.begin() as connection, unguarded(connection):
        for table in tables_of(connection):
            known = [
                {name: value for name, value in row.items() if name in table.columns}
                for row in rows[table.name]
                if row.get("verb") != "keep_statement"
            ]
            if known:
                connection.execute(insert(table), known)
    with engine.connect() as connection:
        assert revision_of(connection) == FIRST != head()
    engine.dispose()
    return old
