"""The database itself refuses what no operation would do: rows written by hand, on both databases."""

from uuid import uuid4

import pytest
from bench import LAPTOP, SSD, device_of, enrolled, receipt, send
from moments import NOON
from msgspec.structs import replace
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from rebond_schemas.plan_law import Kind
from rebond_server.domain.lifecycle import State
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.operations.work import NOBODY
from rebond_server.store.allocation import Assignment
from rebond_server.store.device import Device, DriveRow, GradeRow, JudgementRow
from rebond_server.store.guards import SANITISATION_VIEW
from rebond_server.store.ids import uuid7
from rebond_server.web.sheet import NO_DATA_KINDS

BEYOND = ("wiped", "graded", "allocated", "released")


@pytest.fixture
def examined(workshop):
    """Give a device whose one drive is not erased."""
    stick = enrolled(workshop)
    return device_of(workshop, receipt(send(workshop, stick.inventory())).device)


@pytest.fixture
def wiped(workshop):
    """Give a device whose one drive is erased."""
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory())).device
    send(workshop, stick.erasure())
    device = device_of(workshop, tag)
    assert device.state is State.WIPED
    return device


def refused(workshop, statement, **values):
    """Run SQL as a person at the database's own prompt would; return the refusal."""
    with pytest.raises(DBAPIError) as caught, workshop.work(NOBODY, NOON) as work:
        work.session.execute(statement, values)
    return str(caught.value)


@pytest.mark.parametrize("state", BEYOND)
def test_no_state_beyond_the_wipe_without_proof(workshop, examined, state):
    change = update(Device).where(Device.id == examined.id).values(state=State(state))

    assert "not every drive" in refused(workshop, change)


@pytest.mark.parametrize("state", BEYOND)
def test_no_new_device_beyond_the_wipe(workshop, state):
    with pytest.raises(DBAPIError, match="not every drive"), workshop.work(NOBODY, NOON) as work:
        work.session.add(
            Device(
                site_id=work.site_id,
                id=uuid4(),
                tag="RB-900000",
                kind="laptop",
                state=State(state),
                received=NOON,
                changed=NOON,
            )
        )


def test_a_screen_needs_no_wipe_but_a_laptop_does_not_become_one(workshop, examined):
    with workshop.work(NOBODY, NOON) as work:
        work.session.add(
            Device(
                site_id=work.site_id,
                id=uuid4(),
                tag="RB-900001",
                kind="screen",
                state=State.WIPED,
                received=NOON,
                changed=NOON,
            )
        )
    disguise = (
        update(Device)
        .where(Device.id == examined.id)
        .values(kind="screen", inventory_id=None, state=State.WIPED)
    )

    assert "not every drive" in refused(workshop, disguise)


def test_no_open_assignment_without_proof(workshop, examined):
    insert = text(
        "INSERT INTO assignment (site_id, id, device_id, request_id, reasons, confirmed,"
        " confirmed_by) SELECT site_id, :id, id, id, '[]', received, id FROM device"
        " WHERE id = :device"
    )
    values = {"id": uuid4().hex, "device": examined.id.hex}
    if workshop.engine.dialect.name == "postgresql":
        values = {"id": uuid4(), "device": examined.id}

    assert "every drive is proven erased" in refused(workshop, insert, **values)


def test_proof_of_an_earlier_epoch_does_not_count(workshop, wiped):
    with workshop.work(NOBODY, NOON) as work:
        work.session.execute(
            update(Device).where(Device.id == wiped.id).values(state=State.EXAMINED)
        )
        work.session.execute(update(DriveRow).values(epoch=DriveRow.epoch + 1))
    change = update(Device).where(Device.id == wiped.id).values(state=State.WIPED)

    assert "not every drive" in refused(workshop, change)


def test_the_drives_of_another_device_do_not_count(workshop, wiped):
    other = enrolled(workshop, "clé 2")
    facts = replace(SSD, identity=replace(SSD.identity, serial="ANOTHER-SERIAL"))
    board = {"serial": "OTHER-1", "model": "Another"}
    tag = receipt(send(workshop, other.inventory(laptop(facts, **board)))).device
    victim = device_of(workshop, tag)
    assert victim.id != wiped.id
    theft = (
        update(Device)
        .where(Device.id == victim.id)
        .values(inventory_id=wiped.inventory_id, state=State.WIPED)
    )

    assert "not every drive" in refused(workshop, theft)


def laptop(*drives, **board):
    return replace(LAPTOP, drives=drives, board=replace(LAPTOP.board, **board))


@pytest.mark.parametrize(
    "change",
    [
        {"bytes_read_back": 1},
        {"bytes_written": 1},
        {"size_bytes": 0},
        {"size_bytes": None},
        {"errors": 1},
        {"mismatches": 1},
        {"skipped": 512},
        {"hidden_area": "present"},
        {"hidden_area": "unknown"},
        {"seconds": 0.0, "least_seconds": 1.0},
    ],
    ids=str,
)
@pytest.mark.usefixtures("wiped")
def test_no_positive_judgement_with_figures_that_deny_it(workshop, change):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        good = work.session.scalars(select(JudgementRow)).one()
    columns = [c.name for c in JudgementRow.__table__.columns]
    values = {name: getattr(good, name) for name in columns}
    assert values["verdict"] is Verdict.CLEARED
    stick = enrolled(workshop, "clé 2")
    second = stick.erasure()
    send(workshop, second)  # waits for its inventory, so it has no judgement yet
    values |= {"id": uuid7(NOON), "statement_id": second.statement.id} | change

    with (
        pytest.raises(DBAPIError, match="ck_judgement_positive"),
        workshop.work(NOBODY, NOON) as work,
    ):
        work.session.add(JudgementRow(**values))


def test_a_judgement_needs_an_erasure_statement(workshop, wiped):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        good = work.session.scalars(select(JudgementRow)).one()
    values = {c.name: getattr(good, c.name) for c in JudgementRow.__table__.columns}
    values |= {"id": uuid7(NOON), "statement_id": wiped.inventory_id}

    with pytest.raises(DBAPIError), workshop.work(NOBODY, NOON) as work:
        work.session.add(JudgementRow(**values))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET reason = 'x'",
        "DELETE FROM event",
        "UPDATE judgement SET verdict = 'cleared'",
        "DELETE FROM judgement",
        "DELETE FROM statement",
        "UPDATE statement SET sha256 = 'x'",
        "UPDATE statement SET received = received, run = id",
        "UPDATE statement SET receipt = 'x'",
    ],
)
@pytest.mark.usefixtures("wiped")
def test_history_statements_and_judgements_stay(workshop, statement):
    assert "rebond: " in refused(workshop, text(statement))


def test_one_open_assignment_a_device():
    table = Assignment.__table__
    index = next(i for i in table.indexes if i.name == "uq_assignment_open_device")

    assert index.unique
    assert [column.name for column in index.columns] == ["site_id", "device_id"]


# --- firmware, acceptances, witnesses ----------------------------------------------------------

PURGE = {
    "verdict": Verdict.PURGED, "method": "nvme_sanitize_block", "bytes_written": 0,
    "bytes_read_back": 8_200_192, "canaries_planted": 1000, "canaries_found": 0,
    "places_read": 2002,
}  # fmt: skip


def judged(workshop, change):
    """Write a judgement by hand, like the good one but for these values."""
    with workshop.work(NOBODY, NOON, reading=True) as work:
        good = work.session.scalars(select(JudgementRow)).first()
    values = {c.name: getattr(good, c.name) for c in JudgementRow.__table__.columns}
    stick = enrolled(workshop, f"clé {uuid4()}")
    second = stick.erasure()
    send(workshop, second)
    values |= {"id": uuid7(NOON), "statement_id": second.statement.id} | change
    with workshop.work(NOBODY, NOON) as work:
        work.session.add(JudgementRow(**values))
    return values


@pytest.mark.usefixtures("wiped")
def test_a_purge_stands_on_its_own_figures(workshop):
    judged(workshop, PURGE)


@pytest.mark.parametrize(
    "change",
    [
        {"canaries_found": 1},
        {"canaries_found": None},
        {"canaries_planted": 499},
        {"canaries_planted": None},
        {"places_read": 2001},
        {"places_read": None},
        {"method": "overwrite_zero"},
        {"method": "nvme_format_user"},
        {"method": "mmc_secure_erase"},
        {"method": None},
        {"bytes_written": 1},
        {"mismatches": 1},
        {"hidden_area": "unknown"},
    ],
    ids=str,
)
@pytest.mark.usefixtures("wiped")
def test_no_purge_with_figures_that_deny_it(workshop, change):
    with pytest.raises(DBAPIError, match="ck_judgement_positive"):
        judged(workshop, PURGE | change)


def test_an_overwrite_is_never_a_purge(workshop, wiped):
    assert wiped.state is State.WIPED
    with pytest.raises(DBAPIError, match="ck_judgement_positive"):
        judged(workshop, {"verdict": Verdict.PURGED})


def test_the_kinds_without_storage_have_one_name_everywhere():
    for kind in NO_DATA_KINDS:
        assert f"'{Kind(kind).value}'" in SANITISATION_VIEW


def test_no_word_of_a_grade_that_its_row_does_not_say(workshop, wiped):
    other = "A" if wiped.grade != "A" else "B"
    word = update(Device).where(Device.id == wiped.id).values(grade=other)
    without = update(Device).where(Device.id == wiped.id).values(grade_id=None)
    row = update(GradeRow).where(GradeRow.id == wiped.grade_id).values(overall=other)

    assert wiped.grade_id is not None
    assert "the grade of a device is that of the row" in refused(workshop, word)
    assert "the grade of a device is that of the row" in refused(workshop, without)
    assert "a grade that was given stays" in refused(workshop, row)


def test_no_new_device_with_a_grade_that_no_row_gave(workshop, wiped):
    new = {name: getattr(wiped, name) for name in ("site_id", "kind", "received", "changed")}
    with pytest.raises(DBAPIError, match="grade of a device"), workshop.work(NOBODY, NOON) as work:
        work.session.add(Device(**new, id=uuid7(NOON), tag="RB-X", state=State.RECEIVED, grade="A"))
