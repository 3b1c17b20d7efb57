"""Checking what is kept: a byte changed anywhere in evidence or history is named; nothing else is."""

import random

import pytest
from bench import enrolled, send
from moments import NOON, later
from sqlalchemy import text

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.checkpoint import contradictions, make_checkpoint
from rebond_server.operations.history import tell
from rebond_server.operations.verify import faults
from rebond_server.operations.work import NOBODY
from rebond_server.store.chain import link_new
from rebond_server.store.database import take_turns
from rebond_server.store.history import HistoryEvent
from rebond_server.store.stick import StatementRow

TEXTS = ("verb", "actor_kind", "subject_kind", "old", "new", "reason", "sha256", "previous_sha256")
FLIPS = 12


def told(workshop, *checkpoints):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return [fault.en for fault in faults(work, checkpoints)]


@pytest.fixture
def busy(workshop):
    """Give a workshop with one laptop that went through inventory, erasure and inspection."""
    stick = enrolled(workshop)
    for letter in (stick.inventory(), stick.erasure(), stick.inspection()):
        send(workshop, letter)
    with workshop.work(NOBODY, NOON) as work:
        tell(work, "hold", ("site", work.site_id), old="a", new="b", reason="pavé numérique")
    assert told(workshop) == []
    return workshop


def unguarded(workshop, *statements, **values):
    """Change the database as somebody would who holds its password."""
    with workshop.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            guards = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.scalars(text(guards)).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("event", "statement"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement), values)


def test_a_flipped_byte_of_evidence_names_its_file(busy):
    chance = random.Random(7)  # noqa: S311 - chance that can be repeated
    for path in sorted(busy.evidence.folder.glob("*/*")):
        sound = path.read_bytes()
        for _ in range(FLIPS):
            place = chance.randrange(len(sound))
            wrong = bytes([sound[place] ^ 1 << chance.randrange(8)])
            path.write_bytes(sound[:place] + wrong + sound[place + 1 :])
            assert any(path.name in line for line in told(busy)), place
        path.unlink()
        assert any(path.name in line and "missing" in line for line in told(busy))
        path.write_bytes(sound)
    assert told(busy) == []


def test_a_changed_character_of_history_names_its_line(busy):
    chance = random.Random(11)  # noqa: S311 - likewise
    with busy.work(NOBODY, NOON, reading=True) as work:
        lines = [
            (line.sequence, name, value)
            for line in work.session.query(HistoryEvent)
            for name in TEXTS
            if (value := getattr(line, name)) is not None
        ]
    for sequence, name, sound in chance.sample(lines, FLIPS):
        place = chance.randrange(len(sound))
        wrong = chr(ord(sound[place]) ^ 1)
        change = f"UPDATE event SET {name} = :value WHERE sequence = {sequence}"  # noqa: S608 - our own words
        unguarded(busy, change, value=sound[:place] + wrong + sound[place + 1 :])
        assert any(f"line {sequence} (" in line for line in told(busy)), (sequence, name)
        unguarded(busy, change, value=sound)
    assert told(busy) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET at = '2020-01-01 00:00:00+00' WHERE sequence = 3",
        "UPDATE event SET details = '{\"a\": 1}' WHERE sequence = 3",
        "UPDATE event SET sequence = 3000 WHERE sequence = 3",
        "DELETE FROM event WHERE sequence = 3",
        "UPDATE event SET sha256 = NULL, sequence = NULL WHERE sequence = 3",
    ],
)
def test_other_changes_of_history_are_named_too(busy, change):
    unguarded(busy, change)
    found = told(busy)
    assert any("line 3 " in line for line in found), found


def test_bytes_that_no_type_can_read_are_named(sqlite_workshop):
    for change in (
        "UPDATE event SET at = 'x' WHERE sequence = 1",
        "UPDATE event SET details = '{' WHERE sequence = 1",
        "UPDATE event SET id = 'x', verb = x'ff' WHERE sequence = 1",
    ):
        unguarded(sqlite_workshop, change)
        assert any("line 1" in line for line in told(sqlite_workshop)), change


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("signature", "'" + "0" * 128 + "'"),
        ("sequence", "77"),
        ("arrival", "77"),
        ("made_before", "77"),
        ("previous", "'" + "0" * 64 + "'"),
        ("received", "'2020-01-01 00:00:00+00'"),
        ("sha256", "'" + "0" * 64 + "'"),
    ],
)
def test_a_changed_row_of_a_statement_is_named(busy, column, value):
    with busy.work(NOBODY, NOON, reading=True) as work:
        first = work.session.query(StatementRow).filter_by(arrival=2).one().id
    change = f"UPDATE statement SET {column} = {value} WHERE arrival = 2"  # noqa: S608 - our own
    unguarded(busy, change)
    found = told(busy)
    assert any(str(first) in line or "0" * 64 in line for line in found), found


def test_a_changed_receipt_is_named(busy):
    with busy.work(NOBODY, NOON, reading=True) as work:
        row = work.session.query(StatementRow).filter_by(arrival=1).one()
    wrong = row.receipt.replace(b"RB-000001", b"RB-000003")
    assert wrong != row.receipt
    unguarded(busy, "UPDATE statement SET receipt = :receipt WHERE arrival = 1", receipt=wrong)
    assert told(busy)[0] == f"Statement {row.id}: receipt was changed."


def test_a_checkpoint_kept_elsewhere_finds_what_the_chain_alone_cannot(busy):
    with busy.work(NOBODY, NOON, reading=True) as work:
        kept = make_checkpoint(work)
    with busy.work(NOBODY, later(1)) as work:
        tell(work, "more", ("site", work.site_id))
    assert told(busy, kept, kept.replace("\n", "\r\n")) == []

    # the last line changed, and the chain made to fit again by somebody who knows how
    unguarded(
        busy,
        "UPDATE event SET reason = 'rien' WHERE verb = 'hold'",
        "UPDATE event SET sequence = NULL, sha256 = NULL WHERE verb IN ('hold', 'more')",
    )
    with busy.work(NOBODY, NOON) as work:
        link_new(work.session, take_turns)
    assert told(busy) == []
    assert any("rewritten" in line for line in told(busy, kept))

    unguarded(busy, "DELETE FROM event WHERE verb IN ('hold', 'more')")
    assert told(busy) == []
    assert any("cut off" in line for line in told(busy, kept))


def test_a_checkpoint_is_believed_only_with_its_signature(busy):
    with busy.work(NOBODY, NOON, reading=True) as work:
        kept = make_checkpoint(work)
        assert contradictions(work, kept) == ()
        for place in range(len(kept.rstrip())):
            wrong = kept[:place] + chr(ord(kept[place]) ^ 1) + kept[place + 1 :]
            (said,) = contradictions(work, wrong)
            assert isinstance(said, Sentence), place
