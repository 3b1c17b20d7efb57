"""Retention: names, log-ins, attempts and codes go in their time, and no earlier."""

from datetime import timedelta

import pytest
from bench import account, enrolled
from moments import NOON
from sqlalchemy import text

from rebond_server.domain.errors import Forbidden
from rebond_server.domain.role import Role
from rebond_server.operations.create_account import account_by_login
from rebond_server.operations.log_in import authenticate, find_login, open_login
from rebond_server.operations.purge import Purged, purge
from rebond_server.operations.verify import faults
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.allocation import Handover, Recipient
from rebond_server.store.demand import Programme, Request
from rebond_server.store.ids import uuid7

NAME = "Canari Dupont-Témoin"
NOTHING = Purged(recipients=0, signatures=0, sessions=0, attempts=0, codes=0)


def at(workshop, moment):
    with workshop.work(command_line(Role.ADMIN), moment) as work:
        return purge(work)


def name_kept(workshop, officer):
    """Keep one recipient's name until tomorrow."""
    with workshop.work(command_line(Role.OFFICER), NOON) as work:
        own = {"site_id": work.site_id}
        programme = Programme(**own, id=uuid7(NOON), code="p", name="p", operator="p", terms={})
        work.session.add(programme)
        work.session.flush()
        request = Request(
            **own, id=uuid7(NOON), code="r", programme_id=programme.id, organisation="o",
            quantity=1, terms={},
        )  # fmt: skip
        work.session.add(request)
        work.session.flush()
        handover = Handover(
            **own, id=uuid7(NOON), number="R-1", request_id=request.id, at=NOON, by=officer.id
        )
        work.session.add(handover)
        work.session.flush()
        until = NOON.date() + timedelta(days=1)
        work.session.add(
            Recipient(**own, id=uuid7(NOON), handover_id=handover.id, name=NAME, purge_after=until)
        )


def test_each_kind_goes_in_its_time(workshop):
    officer = account(workshop, Role.OFFICER)
    name_kept(workshop, officer)
    enrolled(workshop)
    with workshop.work(NOBODY, NOON) as work:
        token = open_login(work, account_by_login(work, "officer"))
        authenticate(work, "officer", "wrong", "here")

    assert at(workshop, NOON + timedelta(minutes=20)) == NOTHING
    with workshop.work(NOBODY, NOON + timedelta(minutes=20), reading=True) as work:
        assert find_login(work, token) is not None
    assert at(workshop, NOON + timedelta(hours=2)) == Purged(
        recipients=0, sessions=1, attempts=2, codes=0
    )
    assert at(workshop, NOON + timedelta(days=1)) == NOTHING
    assert at(workshop, NOON + timedelta(days=2)).recipients == 1
    assert at(workshop, NOON + timedelta(days=32)).codes == 1

    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert work.session.query(Recipient).count() == 0
        told = work.session.execute(text("SELECT * FROM event")).all()
        assert NAME not in str(told)
        assert list(faults(work)) == []


def test_only_the_administrator_purges(workshop):
    with pytest.raises(Forbidden), workshop.work(command_line(Role.LEAD), NOON) as work:
        purge(work)
