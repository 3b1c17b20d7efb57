"""Screens, keys and phones that no stick boots: looked at by a person, a reset seen by two."""

import pytest
from bench import account
from moments import NOON, later
from sqlalchemy.exc import DBAPIError

from rebond_schemas.plan_law import Kind
from rebond_server.domain.grading import Letter
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotProven, Taken
from rebond_server.operations.act_on_tags import BulkAction, act_on_tags
from rebond_server.operations.examine_by_hand import examine_by_hand, witness_reset
from rebond_server.operations.hold_device import take_back
from rebond_server.operations.recompute import differences
from rebond_server.operations.take_in import take_in
from rebond_server.store.device import Device


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


@pytest.fixture
def technician(workshop):
    return account(workshop, Role.TECHNICIAN)


def came(workshop, lead, kind, **more):
    with workshop.work(lead, NOON) as work:
        return take_in(work, Item(kind=kind, **more)).id


def state(workshop, lead, device_id):
    with workshop.work(lead, later(9), reading=True) as work:
        return work.session.get(Device, (work.site_id, device_id)).state


def test_a_screen_is_graded_by_hand_and_a_phone_is_not_before_two_saw_its_reset(
    workshop, lead, technician
):
    screen = came(workshop, lead, Kind.SCREEN)
    phone = came(workshop, lead, Kind.SMARTPHONE, battery_percent=81)
    with workshop.work(technician, later(1)) as work:
        assert examine_by_hand(work, screen, Letter.B, "testé").state is State.GRADED
    for who in (None, technician):
        if who is not None:
            with workshop.work(who, later(2)) as work:
                assert witness_reset(work, phone, "réinitialisé") == 1
        with pytest.raises(NotProven), workshop.work(technician, later(2)) as work:
            examine_by_hand(work, phone, Letter.B, "testé")
    with pytest.raises(Taken), workshop.work(technician, later(3)) as work:
        witness_reset(work, phone, "encore moi")
    with workshop.work(lead, later(3)) as work:
        assert witness_reset(work, phone, "vu aussi") == 2
    with workshop.work(technician, later(4)) as work:
        graded = examine_by_hand(work, phone, Letter.C, "testé")
        assert graded.state is State.GRADED
    with workshop.work(lead, later(5), reading=True) as work:
        assert differences(work) == ()


def test_a_phone_that_comes_back_must_be_reset_again(workshop, lead, technician):
    phone = came(workshop, lead, Kind.TABLET)
    for who in (lead, technician):
        with workshop.work(who, later(1)) as work:
            witness_reset(work, phone, "vu")
    with workshop.work(lead, later(2)) as work:
        examine_by_hand(work, phone, Letter.B, "testé")
        device = work.session.get(Device, (work.site_id, phone))
        device.state = State.RELEASED
    with workshop.work(lead, later(3)) as work:
        take_back(work, phone, "SAV")
    with pytest.raises(NotProven), workshop.work(technician, later(4)) as work:
        examine_by_hand(work, phone, Letter.B, "testé")


def test_no_computer_is_examined_or_reset_by_hand(workshop, lead):
    laptop = came(workshop, lead, Kind.LAPTOP)
    for act in (
        lambda work: examine_by_hand(work, laptop, Letter.A, "x"),
        lambda work: witness_reset(work, laptop, "x"),
    ):
        with pytest.raises(BadValue), workshop.work(lead, later(1)) as work:
            act(work)
    with pytest.raises(DBAPIError), workshop.work(lead, later(1)) as work:
        work.session.get(Device, (work.site_id, laptop)).state = State.WIPED
    assert state(workshop, lead, laptop) is State.RECEIVED


def test_a_locked_phone_goes_to_nobody(workshop, lead, technician):
    phone = came(workshop, lead, Kind.SMARTPHONE, activation_lock=True)
    for who in (lead, technician):
        with workshop.work(who, later(1)) as work:
            witness_reset(work, phone, "vu")
    with pytest.raises(BadValue, match="ancien propriétaire"), workshop.work(lead, NOON) as work:
        examine_by_hand(work, phone, Letter.B, "testé")


def test_many_at_once_with_one_result_each(workshop, lead):
    screens = [came(workshop, lead, Kind.SCREEN) for _ in range(3)]
    with workshop.work(lead, NOON, reading=True) as work:
        tags = [work.session.get(Device, (work.site_id, one)).tag for one in screens]
    with workshop.work(lead, later(1)) as work:
        done = act_on_tags(work, BulkAction.EXAMINE, " ".join([*tags, "RB-404"]), "B testé")
    assert [one.refusal is None for one in done] == [True, True, True, False]
    with workshop.work(lead, later(2)) as work:
        (refused,) = act_on_tags(work, BulkAction.EXAMINE, tags[0], "testé")
    assert "catégorie" in refused.refusal.fr
