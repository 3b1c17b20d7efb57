"""Nobody destroys drives alone: two accounts, one of them a lead, each with a reason."""

import pytest
from bench import account, device_of, enrolled, receipt, send
from moments import NOON

from rebond_server.domain.errors import Forbidden, IllegalTransition
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, Taken
from rebond_server.operations.destroy_drives import destroy_drives
from rebond_server.operations.recompute import differences


@pytest.fixture
def device(workshop):
    return device_of(workshop, receipt(send(workshop, enrolled(workshop).inventory())).device)


def said(workshop, who, device, reason="percé au banc"):
    with workshop.work(who, NOON) as work:
        return destroy_drives(work, device.id, reason)


def state(workshop, device):
    return device_of(workshop, device.tag).state


def test_a_lead_alone_ends_nothing(workshop, device):
    lead = account(workshop, Role.LEAD)
    assert said(workshop, lead, device) is False
    assert state(workshop, device) == "examined"
    with pytest.raises(Taken, match="autre personne"):
        said(workshop, lead, device)
    assert state(workshop, device) == "examined"


@pytest.mark.parametrize("order", [(Role.LEAD, Role.TECHNICIAN), (Role.TECHNICIAN, Role.LEAD)])
def test_the_second_person_ends_it(workshop, device, order):
    first, second = (account(workshop, role) for role in order)
    assert said(workshop, first, device) is False
    assert said(workshop, second, device) is True
    assert state(workshop, device) == "scrapped"
    with workshop.work(first, NOON, reading=True) as work:
        assert differences(work) == ()
    with pytest.raises(IllegalTransition):
        said(workshop, first, device)


def test_two_technicians_wait_for_a_lead(workshop, device):
    people = [account(workshop, Role.TECHNICIAN, f"tech{number}") for number in range(2)]
    assert [said(workshop, one, device) for one in people] == [False, False]
    assert said(workshop, account(workshop, Role.LEAD), device) is True


def test_who_may_not_and_what_needs_a_reason(workshop, device):
    with pytest.raises(Forbidden):
        said(workshop, account(workshop, Role.OFFICER), device)
    with pytest.raises(BadValue, match="raison"):
        said(workshop, account(workshop, Role.LEAD), device, "  ")


def test_a_word_of_an_earlier_life_does_not_count(workshop, device):
    first, second = account(workshop, Role.TECHNICIAN), account(workshop, Role.LEAD)
    said(workshop, first, device)
    with workshop.work(second, NOON) as work:
        found = work.session.get(type(device), (work.site_id, device.id))
        found.state = "received"
        found.cycle += 1
    assert said(workshop, second, device) is False
