"""Officers' instructions: the next plan follows them, says what it could not, and forgets what expired."""

from datetime import date
from uuid import UUID

import pytest
from bench import account
from moments import NOON, later

from rebond_schemas import plan
from rebond_schemas.plan import Hold
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.grading import Letter
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.confirm_assignment import confirm_assignment, confirm_plan
from rebond_server.operations.examine_by_hand import examine_by_hand
from rebond_server.operations.holds import lift_hold, record_hold
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.organisations import OrganisationFacts, record_organisation
from rebond_server.operations.programmes import ProgrammeFacts, record_programme
from rebond_server.operations.requests import RequestFacts, record_request
from rebond_server.operations.take_in import take_in
from rebond_server.operations.try_plan import Trial, try_plan
from rebond_server.store.device import Device

WISH = (plan.Part(wishes=(plan.Wish(kinds=(Kind.SCREEN,)),)),)


class Shop:
    """Three screens, two requests of one tier each: FIRST takes two, LAST takes the rest."""

    def __init__(self, workshop):
        self.workshop = workshop
        lead, self.officer = account(workshop, Role.LEAD), account(workshop, Role.OFFICER)
        with workshop.work(lead, NOON) as work:
            record_lot(
                work, LotFacts(code="lot", name="Lot", kind=LotKind.ANNEX, regime=Regime.COMPANY)
            )
            self.devices = [take_in(work, Item(kind=Kind.SCREEN), "lot").id for _ in range(3)]
            for device in self.devices:
                examine_by_hand(work, device, Letter.B, "testé")
        with workshop.work(self.officer, NOON) as work:
            record_organisation(work, OrganisationFacts(code="o", name="Organisme"))
            self.requests = {}
            for tier, name in enumerate(("FIRST", "LAST"), start=1):
                caps = (plan.Cap(id="total", limit=2),)
                terms = plan.Programme(id=name.lower(), tier=tier, caps=caps)
                record_programme(work, ProgrammeFacts(terms=terms, operator="x"))
                facts = RequestFacts(
                    programme=name.lower(), quantity=2, parts=WISH, organisation="o", code=name
                )
                self.requests[name] = record_request(work, facts).id

    def plan(self, now=None):
        with self.workshop.work(self.officer, now or later(1)) as work:
            return make_plan(work)

    def goes(self, made):
        return {UUID(one["device"]): one["request"] for one in made.output["assignments"]}

    def hold(self, kind, device=None, request=None, **more):
        with self.workshop.work(self.officer, NOON) as work:
            asked = None if request is None else self.requests[request]
            return record_hold(work, kind, device, asked, "décidé en réunion", **more).id


@pytest.fixture
def shop(sqlite_workshop):
    return Shop(sqlite_workshop)


def test_a_pin_a_refusal_and_a_reserve_are_followed_until_they_end(shop):
    first, second, third = shop.devices
    free = shop.goes(shop.plan())
    assert sorted(free.values()) == ["FIRST", "FIRST", "LAST"]
    pin = shop.hold(Hold.PIN, first, "LAST")
    assert shop.goes(shop.plan())[first] == "LAST"
    shop.hold(Hold.FORBID, second)
    assert second not in shop.goes(shop.plan())
    shop.hold(Hold.LOCK, third, "LAST", expires=date(2026, 11, 25))
    assert shop.goes(shop.plan())[third] == "LAST"
    with pytest.raises(Taken):
        shop.hold(Hold.LOCK, third, "FIRST")
    with shop.workshop.work(shop.officer, later(2)) as work:
        lift_hold(work, pin)
    with pytest.raises(NotFound), shop.workshop.work(shop.officer, later(2)) as work:
        lift_hold(work, pin)
    after = shop.goes(shop.plan(later(60 * 24 * 6)))
    assert after[third] == "FIRST"  # the reserve is over


def test_a_reserved_device_is_confirmed_like_any_line(shop):
    shop.hold(Hold.LOCK, shop.devices[2], "LAST")
    made = shop.plan()
    with shop.workshop.work(shop.officer, later(2)) as work:
        confirm_assignment(work, made.id, shop.devices[2])
    with shop.workshop.work(shop.officer, later(3)) as work:
        assert all(one.refusal is None for one in confirm_plan(work, made.id))
    with shop.workshop.work(shop.officer, later(4), reading=True) as work:
        states = {work.session.get(Device, (work.site_id, one)).state for one in shop.devices}
    assert states == {State.ALLOCATED}


def test_what_cannot_be_followed_is_named_with_its_rule(shop):
    for device in shop.devices:
        shop.hold(Hold.PIN, device, "LAST")
    made = shop.plan()
    (conflict,) = made.output["conflicts"]
    assert "cap/last/total" in conflict["rules"] or "quantity/LAST" in conflict["rules"]


@pytest.mark.parametrize(
    ("kind", "device", "request_code"),
    [(Hold.PIN, True, None), (Hold.LOCK, True, None), (Hold.LOCK, False, "LAST"), (Hold.FORBID, False, None)],
)  # fmt: skip
def test_half_an_instruction_is_refused(shop, kind, device, request_code):
    with pytest.raises(BadValue):
        shop.hold(kind, shop.devices[0] if device else None, request_code)
    with pytest.raises(BadValue, match="passée"):
        shop.hold(Hold.FORBID, shop.devices[0], expires=date(2026, 11, 1))


def test_a_what_if_tells_the_difference_and_writes_nothing(shop):
    shop.plan()

    def tried(**change):
        with shop.workshop.work(shop.officer, later(5), reading=True) as work:
            return try_plan(work, Trial(**change))

    assert tried(more_kind=Kind.SCREEN, more=1).requests == {"LAST": (1, 2)}
    assert tried(programme="first", cap=1).requests == {"FIRST": (2, 1), "LAST": (1, 2)}
    assert tried(programme="last", tier=0).requests == {"FIRST": (2, 1), "LAST": (1, 2)}
    kept = tried(device=str(shop.devices[0]))
    assert kept.units == -1
    assert tried(request="FIRST", quantity=1).requests == {"FIRST": (2, 1), "LAST": (1, 2)}
    with pytest.raises(BadValue, match="au moins une chose"):
        tried()
