"""From graded devices to a signed sheet: plan, confirm, undo, hand over, take back."""

import threading
from uuid import uuid4

import pytest
from bench import account, another, enrolled, graded, send
from moments import NOON, later
from msgspec.structs import replace
from sqlalchemy import select

from rebond_server.domain.errors import Forbidden, IllegalTransition, Refused
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotFound, NotLoggedIn, Taken
from rebond_server.operations.confirm_assignment import confirm_assignment, confirm_plan
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.hold_device import take_back
from rebond_server.operations.load_demonstration import load_demonstration
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.put_in_lot import put_in_lot, unload_lot
from rebond_server.operations.undo_assignment import undo_assignment
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.allocation import Assignment, PlanRow, Recipient
from rebond_server.store.demand import Request
from rebond_server.store.device import Device
from rebond_server.store.history import HistoryEvent
from rebond_server.store.queries.plan_page import plan_page
from rebond_server.store.queries.request_page import handover_page, request_page
from rebond_server.store.queries.table import table


@pytest.fixture
def stocked(workshop):
    """Give the demonstration with three graded laptops in the lot that is being unloaded."""
    with workshop.work(command_line(Role.OFFICER), NOON) as work:
        assert load_demonstration(work) > 10
    stick, lead = enrolled(workshop), account(workshop, Role.LEAD)
    return [graded(workshop, stick, lead, another(number)) for number in range(1, 4)]


@pytest.fixture
def officer(workshop):
    return account(workshop, Role.OFFICER)


def planned(workshop, actor, now=NOON):
    with workshop.work(actor, now) as work:
        return make_plan(work)


def devices_of(plan):
    return [line["device"] for line in plan.output["assignments"]]


def request_of(workshop, plan, device_id):
    (code,) = (
        one["request"] for one in plan.output["assignments"] if one["device"] == str(device_id)
    )
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.scalars(select(Request).where(Request.code == code)).one().id


def state(workshop, device_id):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.get(Device, (work.site_id, device_id)).state


def test_the_demonstration_is_loaded_once(workshop):
    for expected in (True, False):
        with workshop.work(command_line(Role.OFFICER), NOON) as work:
            assert bool(load_demonstration(work)) is expected


def test_a_plan_proposes_and_allocates_nothing(workshop, stocked, officer):
    plan = planned(workshop, officer)

    assert set(devices_of(plan)) == {str(one) for one in stocked}
    assert {state(workshop, one) for one in stocked} == {State.GRADED}
    with workshop.work(officer, NOON, reading=True) as work:
        page = plan_page(work.session, work.site_id, plan.id)
        lines = table(work.session, work.site_id)
    assert page.newest
    assert page.output.input_sha256 == plan.input_sha256
    assert all(line.proposed and line.programme for line in lines)


def test_the_same_stock_gives_the_same_plan(workshop, stocked, officer):
    first, second = planned(workshop, officer), planned(workshop, officer, later(1))

    assert devices_of(first) == devices_of(second)
    assert len(second.input["proposal"]) == len(stocked)


def test_a_device_without_a_lot_is_not_planned(workshop, stocked, officer):
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        unload_lot(work, None)
    lead = account(workshop, Role.LEAD, "nadia")
    stray = graded(workshop, enrolled(workshop, "clé 2"), lead, another(9))
    assert str(stray) not in {one["id"] for one in planned(workshop, officer).input["devices"]}

    with workshop.work(lead, NOON) as work:
        put_in_lot(work, [stray, stocked[0]], "collecte-2021")

    plan = planned(workshop, officer, later(1))
    assert str(stray) in {one["id"] for one in plan.input["devices"]}


def test_from_plan_to_sheet_and_back(workshop, stocked, officer):
    plan, first = planned(workshop, officer), stocked[0]
    with workshop.work(officer, later(1)) as work:
        confirm_assignment(work, plan.id, first)
    assert state(workshop, first) is State.ALLOCATED
    request_id = request_of(workshop, plan, first)

    with workshop.work(officer, later(2)) as work:
        sheet = hand_over(work, request_id, [first], "Mme Exemple")

    assert sheet.number == "R-2026-00001"
    assert state(workshop, first) is State.RELEASED
    with workshop.work(officer, later(3), reading=True) as work:
        page = handover_page(work.session, work.site_id, sheet.id)
        told = " ".join(str(vars(event)) for event in work.session.query(HistoryEvent))
        purge = work.session.query(Recipient).one().purge_after
        given = request_page(work.session, work.site_id, request_id)
    assert page.recipient == "Mme Exemple"
    assert [one.device.device_id for one in page.devices] == [first]
    assert given.line.released == 1
    assert "Exemple" not in told.replace("(exemple)", "")
    assert purge.year == 2028

    with workshop.work(command_line(Role.TECHNICIAN), later(4)) as work:
        take_back(work, first, "rendu par la famille")
    with workshop.work(NOBODY, later(5), reading=True) as work:
        device = work.session.get(Device, (work.site_id, first))
        assert (device.state, device.cycle, device.grade_id) == (State.RECEIVED, 2, None)
        assert work.session.query(Assignment).filter_by(closed=None).count() == 0


def test_what_was_handed_over_is_counted_in_the_next_plan(workshop, stocked, officer):
    plan, first = planned(workshop, officer), stocked[0]
    with workshop.work(officer, later(1)) as work:
        confirm_plan(work, plan.id)
    locked = planned(workshop, officer, later(2))
    assert {pin["device"] for pin in locked.input["pins"]} == {str(one) for one in stocked}
    with workshop.work(officer, later(3)) as work:
        hand_over(work, request_of(workshop, plan, first), [first])

    after = planned(workshop, officer, later(4))

    assert str(first) not in {one["id"] for one in after.input["devices"]}
    shares = [share for lot in after.input["lots"] for share in lot["shares"]]
    assert sum(share["released"] for share in shares) == 1
    (code,) = (one["request"] for one in plan.output["assignments"] if one["device"] == str(first))
    owed = {one["id"]: one["quantity"] for one in plan.input["requests"]}
    left = {one["id"]: one["quantity"] for one in after.input["requests"]}
    assert left[code] == owed[code] - 1


def test_a_whole_plan_is_confirmed_line_by_line(workshop, stocked, officer):
    plan = planned(workshop, officer)
    with workshop.work(officer, later(1)) as work:
        confirm_assignment(work, plan.id, stocked[0])
    with workshop.work(officer, later(2)) as work:
        results = confirm_plan(work, plan.id)

    assert {result.device_id for result in results} == set(stocked[1:])
    assert all(result.refusal is None for result in results)
    assert {state(workshop, one) for one in stocked} == {State.ALLOCATED}


def test_an_older_plan_cannot_be_confirmed(workshop, stocked, officer):
    old = planned(workshop, officer)
    planned(workshop, officer, later(1))

    with pytest.raises(NotFound), workshop.work(officer, later(2)) as work:
        confirm_assignment(work, old.id, stocked[0])


def test_undoing_frees_the_device(workshop, stocked, officer):
    plan = planned(workshop, officer)
    with workshop.work(officer, later(1)) as work:
        confirm_assignment(work, plan.id, stocked[0])
    with pytest.raises(BadValue), workshop.work(officer, later(2)) as work:
        undo_assignment(work, stocked[0], " ")
    with workshop.work(officer, later(2)) as work:
        undo_assignment(work, stocked[0], "erreur")
    assert state(workshop, stocked[0]) is State.GRADED
    with workshop.work(officer, later(3)) as work:
        confirm_assignment(work, plan.id, stocked[0])


def test_only_the_right_devices_leave_on_a_sheet(workshop, stocked, officer):
    plan = planned(workshop, officer)
    request_id = request_of(workshop, plan, stocked[0])
    with pytest.raises(Refused), workshop.work(officer, later(1)) as work:
        hand_over(work, request_id, [stocked[0]])  # graded, not allocated
    with pytest.raises(BadValue), workshop.work(officer, later(1)) as work:
        hand_over(work, request_id, [])
    with pytest.raises(NotFound), workshop.work(officer, later(1)) as work:
        hand_over(work, uuid4(), [stocked[0]])

    with workshop.work(NOBODY, later(2), reading=True) as work:
        assert work.session.query(HistoryEvent).filter_by(verb="hand_over").count() == 0


def test_a_person_decides_and_not_a_program(workshop, stocked, officer):
    plan = planned(workshop, officer)
    with pytest.raises(NotLoggedIn), workshop.work(command_line(Role.OFFICER), NOON) as work:
        confirm_assignment(work, plan.id, stocked[0])
    with pytest.raises(Forbidden), workshop.work(command_line(Role.LEAD), NOON) as work:
        make_plan(work)


def test_a_drive_found_in_an_allocated_device_undoes_the_promise(workshop, stocked, officer):
    plan = planned(workshop, officer)
    with workshop.work(officer, later(1)) as work:
        confirm_plan(work, plan.id)
    facts = another(1)
    (drive,) = facts.drives
    stranger = replace(drive, path="/dev/sdb", identity=replace(drive.identity, serial="NOT-OURS"))
    stick = enrolled(workshop, "clé 2")
    send(workshop, stick.inventory(replace(facts, drives=(drive, stranger))), now=later(2))

    assert state(workshop, stocked[0]) is State.EXAMINED
    with workshop.work(NOBODY, later(3), reading=True) as work:
        open_ones = work.session.query(Assignment).filter_by(closed=None)
        assert stocked[0] not in {one.device_id for one in open_ones}
    with pytest.raises(Refused), workshop.work(officer, later(4)) as work:
        hand_over(work, request_of(workshop, plan, stocked[0]), [stocked[0]])


RACES = 200


def test_two_officers_never_get_the_same_device(workshop, stocked, officer):
    """Both confirm at once, 200 times; between two races the winner's assignment is undone."""
    other = account(workshop, Role.OFFICER, "louis")
    plan, device_id = planned(workshop, officer), stocked[0]
    gate, outcomes = threading.Barrier(2), []

    def confirm(actor):
        for number in range(RACES):
            gate.wait(60)
            try:
                with workshop.work(actor, later(number)) as work:
                    confirm_assignment(work, plan.id, device_id)
                outcomes.append("won")
            except (Taken, IllegalTransition):
                outcomes.append("refused")
            gate.wait(60)
            if actor is officer:
                with workshop.work(officer, later(number)) as work:
                    held = work.session.query(Assignment).filter_by(closed=None).all()
                    outcomes.append(len([one for one in held if one.device_id == device_id]))
                    undo_assignment(work, device_id, "course")

    rivals = [threading.Thread(target=confirm, args=(actor,)) for actor in (officer, other)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(240)

    assert outcomes.count("won") == outcomes.count("refused") == RACES
    assert outcomes.count(1) == RACES
    assert len(outcomes) == 3 * RACES


def test_a_plan_is_kept_as_it_was_made(workshop, stocked, officer):
    plan = planned(workshop, officer)
    assert stocked

    with workshop.work(NOBODY, NOON, reading=True) as work:
        (kept,) = work.session.query(PlanRow)
    assert (kept.input, kept.output, kept.made_by) == (plan.input, plan.output, officer.id)
