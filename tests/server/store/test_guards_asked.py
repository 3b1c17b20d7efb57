"""The database refuses what the donor's word forbids: rows written by hand, on both databases."""

from itertools import product
from uuid import uuid4

import pytest
from bench import LAPTOP, account, another, device_of, enrolled, graded, receipt, send
from firmware_erasures import SSD, firmware_erasure
from moments import NOON, later
from msgspec.structs import replace
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from rebond_schemas.erasure import Level, Method
from rebond_schemas.order import ErasurePolicy
from rebond_schemas.plan_law import Regime
from rebond_server.domain.grading import Letter
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import ErasurePolicy as Asked
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.errors import NotProven
from rebond_server.operations.confirm_assignment import confirm_assignment, confirm_plan
from rebond_server.operations.donor_asked import (
    require_what_was_asked,
    short_of_what_was_asked,
)
from rebond_server.operations.erasure_policy import record_policy
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.load_demonstration import load_demonstration
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.undo_assignment import undo_assignment
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.asked_guards import DEVICE_AS_ASKED
from rebond_server.store.demand import Lot, Request
from rebond_server.store.device import Device, DriveRow
from rebond_server.store.order import PolicyRow

ONWARD = (State.GRADED, State.ALLOCATED, State.RELEASED)
LEAD = command_line(Role.LEAD)
PURGE = ErasurePolicy(level=Level.PURGE)
DESTROY = ErasurePolicy(destroy=True)


def lot(workshop, asked=None, code="L1"):
    facts = LotFacts(
        code=code, name=code, kind=LotKind.ANNEX, regime=Regime.PRIVATE, erasure_policy=asked
    )
    with workshop.work(LEAD, NOON) as work:
        record_lot(work, facts)


def erased(workshop, *, purged=False):
    """Return a device whose drive is proven erased, in the lot L1."""
    stick = enrolled(workshop, f"clé {uuid4()}")
    facts = replace(another(1), drives=(SSD,))
    tag = receipt(send(workshop, stick.inventory(facts))).device
    device = device_of(workshop, tag)
    with workshop.work(LEAD, NOON) as work:
        put_in_lot(work, [device.id], "L1")
    told = firmware_erasure(Method.ATA_SANITIZE_CRYPTO)
    fields = {name: getattr(told, name) for name in ("method", "passes", "level", "hidden_area")}
    send(workshop, stick.erasure(SSD, **(fields if purged else {})))
    assert device_of(workshop, tag).state is State.WIPED
    send(workshop, stick.inspection())
    return device


def by_hand(workshop, statement, **values):
    """Run SQL as at the database's own prompt; return its refusal, or None."""
    try:
        with workshop.work(NOBODY, NOON) as work:
            work.session.execute(statement, values)
    except DBAPIError as refusal:
        return str(refusal)
    return None


def to_state(device, state, **more):
    return update(Device).where(Device.id == device.id).values(state=state, **more)


@pytest.mark.parametrize("state", ONWARD)
@pytest.mark.parametrize(
    ("asked", "purged", "passes"),
    [
        (None, False, True),
        (Asked.CLEAR, False, True),
        (Asked.PURGE, False, False),
        (Asked.PURGE, True, True),
        (Asked.DESTRUCT, False, False),
        (Asked.DESTRUCT, True, False),
    ],
)
def test_no_state_onward_with_less_than_the_donor_asked(workshop, asked, purged, passes, state):
    lot(workshop, asked)
    device = erased(workshop, purged=purged)
    refusal = by_hand(workshop, to_state(device, state))
    assert (refusal is None) == passes
    assert passes or "asks more than is proven" in refusal


ASSIGN = text(
    "INSERT INTO assignment (site_id, id, device_id, request_id, reasons, confirmed, confirmed_by,"
    " closed) SELECT d.site_id, :id, d.id, r.id, '[]', d.received, a.id, :closed"
    " FROM device d, request r, account a WHERE d.id = :device AND r.id = :request"
)


def test_no_open_assignment_with_less_either(workshop):
    account(workshop, Role.OFFICER)
    with workshop.work(command_line(Role.OFFICER), NOON) as work:
        load_demonstration(work)
        request = work.session.scalars(select(Request.id).limit(1)).one()
    lot(workshop, Asked.PURGE)
    device = erased(workshop)
    values = {"id": uuid4(), "device": device.id, "request": request}
    if workshop.engine.dialect.name == "sqlite":
        values = {name: one.hex for name, one in values.items()}
    assert "asks more" in by_hand(workshop, ASSIGN, closed=None, **values)
    assert by_hand(workshop, ASSIGN, closed=NOON.isoformat(), **values) is None
    reopened = text("UPDATE assignment SET closed = NULL")
    assert "asks more" in by_hand(workshop, reopened)
    lot(workshop, Asked.CLEAR)
    assert by_hand(workshop, reopened) is None


def test_no_new_row_is_past_the_wish(workshop):
    """A row that is made whole at once, as a restored one would be, is looked at, too."""
    lot(workshop, Asked.PURGE)
    device = erased(workshop)
    copied = text(
        "INSERT INTO device (site_id, id, tag, kind, state, cycle, lot_id, inventory_id,"
        " drives_hidden, received, changed, version) SELECT site_id, :id, 'RB-900009', kind,"
        " 'released', cycle, lot_id, inventory_id, drives_hidden, received, changed, 1"
        " FROM device WHERE tag = :tag"
    )
    new = uuid4() if workshop.engine.dialect.name == "postgresql" else uuid4().hex
    # its drives are another's, so the older guard speaks first; without drives it has no proof
    assert "rebond: " in by_hand(workshop, copied, id=new, tag=device.tag)


def test_nothing_given_changes_to_a_lot_that_asks_more(workshop):
    lot(workshop)
    lot(workshop, Asked.PURGE, "L2")
    device = erased(workshop)
    with workshop.work(NOBODY, NOON, reading=True) as work:
        other = work.session.scalars(select(Lot.id).where(Lot.code == "L2")).one()
    assert by_hand(workshop, to_state(device, State.ALLOCATED)) is None
    move = update(Device).where(Device.id == device.id).values(lot_id=other)
    assert "asks more" in by_hand(workshop, move)
    assert by_hand(workshop, to_state(device, State.GRADED)) is None, "the way back is open"
    assert by_hand(workshop, move) is None, "it belongs there, and goes no further"
    assert "asks more" in by_hand(workshop, to_state(device, State.ALLOCATED))


def test_a_purge_of_an_earlier_epoch_does_not_count(workshop):
    lot(workshop, Asked.PURGE)
    device = erased(workshop, purged=True)
    assert met(workshop, device)
    with workshop.work(NOBODY, NOON) as work:
        work.session.execute(update(DriveRow).values(epoch=DriveRow.epoch + 1))
    assert not met(workshop, device)


def met(workshop, device):
    query = select(DEVICE_AS_ASKED.c.met).where(DEVICE_AS_ASKED.c.device_id == device.id)
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.scalar(query) == 1


WISHES = (None, ErasurePolicy(), PURGE, DESTROY)


@pytest.mark.parametrize("purged", [False, True])
def test_view_and_sentences_agree_whoever_asks(workshop, purged):
    """Every wish of donor, lot and workshop: the database answers as the operation does."""
    lot(workshop)
    device = erased(workshop, purged=purged)
    answers = set()
    for asked, own, house in product((None, *Asked), WISHES, WISHES):
        lot(workshop, asked)
        with workshop.work(LEAD, NOON) as work:
            work.session.execute(delete(PolicyRow))
            for code, policy in (("L1", own), (None, house)):
                if policy is not None:
                    record_policy(work, code, policy)
        with workshop.work(NOBODY, NOON, reading=True) as work:
            row = work.session.get_one(Device, (work.site_id, device.id))
            short = short_of_what_was_asked(work, {row.lot_id: "L1"})
            try:
                require_what_was_asked(work, row)
                told = True
            except NotProven:
                told = False
        assert met(workshop, device) == told == (device.id not in short), (asked, own, house)
        answers.add(told)
    assert answers == {True, False}


@pytest.fixture
def planned(workshop):
    """Give the demonstration with one graded laptop and a plan that gives it away."""
    with workshop.work(command_line(Role.OFFICER), NOON) as work:
        load_demonstration(work)
    device = graded(workshop, enrolled(workshop), account(workshop, Role.LEAD), LAPTOP)
    officer = account(workshop, Role.OFFICER)
    with workshop.work(officer, NOON) as work:
        plan = make_plan(work)
    assert [one["device"] for one in plan.output["assignments"]] == [str(device)]
    return officer, plan, device


def purge_asked(workshop, device):
    """Let the donor's letter come after the grade."""
    with workshop.work(LEAD, NOON) as work:
        row = work.session.get_one(Device, (work.site_id, device))
        code = work.session.get_one(Lot, (work.site_id, row.lot_id)).code
        record_policy(work, code, PURGE)


def test_a_wish_that_comes_after_the_grade_stops_the_plan(workshop, planned):
    officer, plan, device = planned
    purge_asked(workshop, device)
    with pytest.raises(NotProven, match="Purge"), workshop.work(officer, NOON) as work:
        confirm_assignment(work, plan.id, device)
    with workshop.work(officer, NOON) as work:
        (line,) = confirm_plan(work, plan.id)
    assert "Purge" in line.refusal.fr
    with workshop.work(officer, later(1)) as work:
        assert make_plan(work).output["assignments"] == []


def test_a_wish_that_comes_after_the_promise_stops_the_handover(workshop, planned):
    officer, plan, device = planned
    with workshop.work(officer, NOON) as work:
        request = confirm_assignment(work, plan.id, device).request_id
    purge_asked(workshop, device)
    with pytest.raises(NotProven, match="Purge"), workshop.work(officer, NOON) as work:
        hand_over(work, request, [device])
    with workshop.work(officer, NOON) as work:
        undo_assignment(work, device, "le donateur demande Purge")
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert work.session.get_one(Device, (work.site_id, device)).state is State.GRADED


def test_a_purge_goes_all_the_way(workshop):
    lot(workshop, Asked.PURGE)
    device = erased(workshop, purged=True)
    with workshop.work(account(workshop, Role.LEAD), NOON) as work:
        confirm_grade(work, device.id, Letter.B, "vu sur l'établi")
    assert by_hand(workshop, to_state(device, State.ALLOCATED)) is None
    assert by_hand(workshop, to_state(device, State.RELEASED)) is None
