"""What was done with many tags is taken back, where nothing changed it since."""

from datetime import timedelta

import pytest
from bench import account, another, enrolled, graded, receipt, send
from moments import NOON, later
from sqlalchemy import select

from rebond_server.domain.errors import Forbidden
from rebond_server.domain.lot import PlaceKind
from rebond_server.domain.role import Role
from rebond_server.errors import NotFound
from rebond_server.operations.act_on_tags import BulkAction, act_on_tags
from rebond_server.operations.place_device import move_device, record_place, where
from rebond_server.operations.recompute import differences
from rebond_server.operations.undo_bulk import undo, undoable
from rebond_server.store.device import Device
from rebond_server.store.record import BulkAct


@pytest.fixture
def shop(workshop):
    stick, lead = enrolled(workshop), account(workshop, Role.LEAD)
    graded(workshop, stick, lead, another(1))
    receipt(send(workshop, stick.boot().inventory(another(2))))
    with workshop.work(lead, NOON) as work:
        for code in ("S1", "S2"):
            record_place(work, code, PlaceKind.SITE, "")
        tags = list(work.session.scalars(select(Device.tag).order_by(Device.tag)))
    return workshop, lead, account(workshop, Role.TECHNICIAN), tags


def devices(work):
    return {one.tag: one for one in work.session.scalars(select(Device))}


def test_a_move_and_a_hold_are_taken_back(shop):
    workshop, lead, technician, tags = shop
    with workshop.work(technician, NOON) as work:
        move_device(work, devices(work)[tags[0]].id, "S1")
        act_on_tags(work, BulkAction.MOVE, " ".join([*tags, "RB-NONE"]), "s2")
    with workshop.work(technician, later(1)) as work:
        act_on_tags(work, BulkAction.HOLD, " ".join(tags), "à revoir")
        assert {one.state for one in devices(work).values()} == {"held"}
    with workshop.work(technician, later(2)) as work:
        hold, move = undoable(work)
        assert undo(work, hold.id) == tuple((tag, None) for tag in tags)
        assert undo(work, move.id) == tuple((tag, None) for tag in tags)
        now = devices(work)
        assert [now[tag].state for tag in tags] == ["graded", "examined"]
        assert [where(work, now[tag]) for tag in tags] == ["S1", None]
        assert undoable(work) == []
        with pytest.raises(NotFound):
            undo(work, move.id)
    with workshop.work(lead, later(3), reading=True) as work:
        assert differences(work) == ()


def test_what_changed_since_is_left_as_it_is(shop):
    workshop, lead, technician, tags = shop
    with workshop.work(technician, NOON) as work:
        act_on_tags(work, BulkAction.MOVE, " ".join(tags), "S1")
        move_device(work, devices(work)[tags[0]].id, "S2")
        act = work.session.scalars(select(BulkAct)).one().id
    other = account(workshop, Role.TECHNICIAN, "autre")
    with workshop.work(other, NOON) as work, pytest.raises(Forbidden):
        undo(work, act)
    with workshop.work(lead, NOON + timedelta(days=2)) as work, pytest.raises(NotFound):
        undo(work, act)
    with workshop.work(lead, later(9)) as work:
        (first, refused), (second, done) = undo(work, act)
        assert (first, second, done) == (*tags, None)
        assert "depuis" in refused.fr
