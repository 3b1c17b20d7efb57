"""History in a chain: every line names the one before, also when many write at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from bench import enrolled, send
from moments import NOON
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rebond_server.domain.history_chain import Record, canonical, link
from rebond_server.operations.history import tell, tell_all, told
from rebond_server.operations.work import NOBODY
from rebond_server.store.chain import record
from rebond_server.store.history import HistoryEvent

WRITERS, EACH = 8, 10


def chain(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(HistoryEvent).order_by(HistoryEvent.sequence).all()


def broken(lines):
    """Return what is wrong with a chain, told by a check of its own."""
    faults, previous = [], None
    for number, line in enumerate(lines, start=1):
        if (line.sequence, line.previous_sha256) != (number, previous):
            faults.append(f"{line.sequence}: does not follow")
        if line.sha256 != link(record(line, number, previous)):
            faults.append(f"{line.sequence}: other content")
        previous = line.sha256
    return faults


def test_the_bytes_that_are_hashed_are_written_once_and_for_all():
    one = Record(
        site_id=UUID(int=1),
        sequence=1,
        previous_sha256=None,
        id=UUID(int=2),
        at=NOON + timedelta(microseconds=5),
        actor_kind="system",
        actor_id=None,
        verb="hold",
        subject_kind="device",
        subject_id=UUID(int=3),
        old="graded",
        new="held",
        reason="pavé « numérique » \n\x1b",
        details={"b": [1, 2.5, None, True], "a": {"é": "ü"}},
    )
    assert canonical(one).decode() == (
        '{"actor_id":null,"actor_kind":"system",'
        f'"at":"{NOON:%Y-%m-%dT%H:%M:%S}.000005Z",'
        '"details":{"a":{"é":"ü"},"b":[1,2.5,null,true]},"format":1,'
        '"id":"00000000-0000-0000-0000-000000000002","new":"held","old":"graded",'
        '"previous_sha256":null,"reason":"pavé « numérique » \\n\\u001b","sequence":1,'
        '"site_id":"00000000-0000-0000-0000-000000000001",'
        '"subject_id":"00000000-0000-0000-0000-000000000003","subject_kind":"device",'
        '"verb":"hold"}'
    )


def test_everything_told_is_linked_and_savepoints_leave_no_gap(workshop):
    stick = enrolled(workshop)
    send(workshop, stick.inventory())
    with workshop.work(NOBODY, NOON) as work:
        tell(work, "kept", ("site", work.site_id))
        with work.session.begin_nested():
            tell(work, "kept too", ("site", work.site_id))
        undone = work.session.begin_nested()
        tell(work, "undone", ("site", work.site_id))
        work.session.flush()
        undone.rollback()

    lines = chain(workshop)
    assert lines[0].verb == "create_site"
    assert [line.verb for line in lines][-2:] == ["kept", "kept too"]
    assert broken(lines) == []


def test_many_writers_make_one_chain(workshop):
    def write(_):
        for _ in range(EACH):
            with workshop.work(NOBODY, NOON) as work:
                tell(work, "turn", ("site", work.site_id), details={"half": 0.5})

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    lines = chain(workshop)
    assert len(lines) == WRITERS * EACH + 1
    assert broken(lines) == []


@pytest.mark.parametrize("change", ["reason = 'autre'", "sha256 = NULL", "sequence = 99"])
def test_the_database_refuses_to_change_a_linked_line(workshop, change):
    with pytest.raises(DBAPIError, match="append-only"), workshop.work(NOBODY, NOON) as work:
        work.session.execute(text(f"UPDATE event SET {change}"))  # noqa: S608 - our own words


def test_the_link_is_the_only_thing_that_a_new_line_may_get(workshop):
    with workshop.work(NOBODY, NOON) as work:
        tell(work, "told", ("site", work.site_id))
        work.session.flush()
        with pytest.raises(DBAPIError, match="append-only"), work.session.begin_nested():
            work.session.execute(text("UPDATE event SET reason = 'x' WHERE verb = 'told'"))
    assert broken(chain(workshop)) == []


def test_many_lines_at_once_follow_what_stands_and_are_followed(workshop):
    stick = enrolled(workshop)
    stick.boot()
    send(workshop, stick.inventory())
    before = len(chain(workshop))
    subject = ("device", UUID(int=7))
    lines = (  # one with every value, one with none
        {"old": "A", "new": "B", "reason": 'pavé « numérique » \n "\\ ' + "x" * 600},
        {},
    )
    with workshop.work(NOBODY, NOON + timedelta(microseconds=7)) as work:
        tell(work, "noted", subject)
        tell_all(work, [told(work, "grade", subject, **one) for one in lines * 20])
    with workshop.work(NOBODY, NOON) as work:
        tell(work, "noted", subject)
    found = chain(workshop)
    assert len(found) == before + 42
    assert broken(found) == []
    assert [line.verb for line in found[before:]].count("grade") == 40
