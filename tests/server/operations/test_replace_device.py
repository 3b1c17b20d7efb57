"""A return under warranty: the device begins again, its request is offered one of at least its class."""

import pytest
from bench import account, another, enrolled, graded
from moments import NOON, later

from rebond_schemas import plan
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.errors import Forbidden, Refused
from rebond_server.domain.grading import Letter
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.operations.confirm_assignment import confirm_plan
from rebond_server.operations.examine_by_hand import examine_by_hand
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.organisations import OrganisationFacts, record_organisation
from rebond_server.operations.programmes import ProgrammeFacts, record_programme
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.replace_device import allocate_replacement, replace_under_warranty
from rebond_server.operations.requests import RequestFacts, record_request
from rebond_server.operations.step import sanitised
from rebond_server.operations.take_in import take_in
from rebond_server.operations.work import NOBODY
from rebond_server.store.allocation import Assignment
from rebond_server.store.demand import Request
from rebond_server.store.device import Device
from rebond_server.store.hold import Replacement
from rebond_server.store.queries.replacements import replacements


class Shop:
    """A programme with one request for one device of a kind, served already."""

    def __init__(self, workshop, kind):
        self.workshop = workshop
        self.lead, self.officer = account(workshop, Role.LEAD), account(workshop, Role.OFFICER)
        self.technician = account(workshop, Role.TECHNICIAN)
        with workshop.work(self.lead, NOON) as work:
            record_lot(
                work, LotFacts(code="lot", name="Lot", kind=LotKind.ANNEX, regime=Regime.COMPANY)
            )
        with workshop.work(self.officer, NOON) as work:
            record_organisation(work, OrganisationFacts(code="o", name="Organisme"))
            terms = plan.Programme(id="p", tier=1, caps=(plan.Cap(id="total", limit=1),))
            record_programme(work, ProgrammeFacts(terms=terms, operator="x"))
            wish = (plan.Part(wishes=(plan.Wish(kinds=(kind,)),)),)
            asked = RequestFacts(
                programme="p", quantity=1, parts=wish, organisation="o", code="ONE"
            )
            self.request = record_request(work, asked).id

    def screen(self, letter):
        with self.workshop.work(self.lead, NOON) as work:
            device = take_in(work, Item(kind=Kind.SCREEN), "lot").id
            examine_by_hand(work, device, letter, "testé")
        return device

    def give(self, device):
        with self.workshop.work(self.officer, later(1)) as work:
            assert [one.device_id for one in confirm_plan(work, make_plan(work).id)] == [device]
        with self.workshop.work(self.officer, later(2)) as work:
            hand_over(work, self.request, [device])
        assert self.one(Request, self.request).closed is not None

    def come_back(self, device):
        with self.workshop.work(self.technician, later(10)) as work:
            offer = replace_under_warranty(work, device, "dalle morte")
            return None if offer.offered is None else offer.offered.id

    def one(self, table, name):
        with self.workshop.work(NOBODY, later(20), reading=True) as work:
            return work.session.get(table, (work.site_id, name))

    def offers(self):
        with self.workshop.work(NOBODY, later(20), reading=True) as work:
            return replacements(work.session, work.site_id, self.request)

    def allocate(self):
        with self.workshop.work(self.officer, later(30)) as work:
            return allocate_replacement(work, self.offers()[0].replacement_id).device_id


@pytest.fixture
def shop(workshop):
    return Shop(workshop, Kind.SCREEN)


def test_the_lowest_class_that_is_not_lower_is_offered_and_an_officer_allocates_it(shop):
    gone = shop.screen(Letter.B)
    shop.give(gone)
    worse, best, same = (shop.screen(letter) for letter in (Letter.C, Letter.A, Letter.B))

    assert shop.come_back(gone) == same

    back = shop.one(Device, gone)
    assert (back.state, back.cycle, back.grade_id) == (State.RECEIVED, 2, None)
    assert shop.one(Request, shop.request).closed is None
    (offer,) = shop.offers()
    assert offer.returned == back.tag
    assert offer.offered == shop.one(Device, same).tag
    assert "dalle morte" in offer.reason
    assert not offer.allocated
    assert shop.allocate() == same  # the cap of one allows it: what came back no longer counts
    assert shop.one(Device, same).state is State.ALLOCATED
    assert {shop.one(Device, one).state for one in (worse, best)} == {State.GRADED}
    assert shop.offers()[0].allocated
    with pytest.raises(Refused):
        shop.allocate()
    with shop.workshop.work(shop.officer, later(40)) as work:
        hand_over(work, shop.request, [same])
    assert shop.one(Request, shop.request).closed is not None


def test_the_next_plan_follows_the_offer(shop):
    gone = shop.screen(Letter.B)
    shop.give(gone)
    shop.screen(Letter.A)
    offered = shop.screen(Letter.B)
    assert shop.come_back(gone) == offered
    with shop.workshop.work(shop.officer, later(15)) as work:
        lines = make_plan(work).output["assignments"]
    assert [one["device"] for one in lines] == [str(offered)]


def test_nothing_of_a_lower_class_is_offered(shop):
    gone = shop.screen(Letter.A)
    shop.give(gone)
    shop.screen(Letter.B)
    assert shop.come_back(gone) is None
    assert shop.offers() == ()
    assert shop.one(Device, gone).state is State.RECEIVED
    assert shop.one(Request, shop.request).closed is None


def test_who_takes_back_allocates_nothing(shop):
    gone = shop.screen(Letter.B)
    shop.give(gone)
    shop.screen(Letter.B)
    shop.come_back(gone)
    name = shop.offers()[0].replacement_id
    for actor in (shop.technician, shop.lead):
        with pytest.raises(Forbidden), shop.workshop.work(actor, later(30)) as work:
            allocate_replacement(work, name)


def test_a_device_that_never_left_is_no_return(shop):
    here = shop.screen(Letter.B)
    with pytest.raises(Refused), shop.workshop.work(shop.technician, later(1)) as work:
        replace_under_warranty(work, here, "panne")


def test_a_computer_that_comes_back_is_unproven_and_cannot_stand_in_for_the_next(workshop):
    shop = Shop(workshop, Kind.LAPTOP)
    stick = enrolled(workshop)
    first, second = (graded(workshop, stick, shop.lead, another(n)) for n in (1, 2))
    with workshop.work(shop.lead, NOON) as work:
        tags = {one: work.session.get(Device, (work.site_id, one)).tag for one in (first, second)}
        put_in_lot(work, [first, second], "lot")
    with workshop.work(shop.officer, later(1)) as work:
        (line,) = confirm_plan(work, make_plan(work).id)
    gone, left = (first, second) if line.device_id == first else (second, first)
    with workshop.work(shop.officer, later(2)) as work:
        hand_over(work, shop.request, [gone])

    assert shop.come_back(gone) == left
    with workshop.work(NOBODY, later(20), reading=True) as work:
        assert not sanitised(work.session, work.session.get(Device, (work.site_id, gone)))
    assert shop.allocate() == left
    with workshop.work(shop.officer, later(40)) as work:
        hand_over(work, shop.request, [left])
    assert shop.come_back(left) is None  # the first one is here again, but not erased
    with workshop.work(NOBODY, later(50), reading=True) as work:
        assert work.session.query(Assignment).filter_by(closed=None).count() == 0
        assert work.session.query(Replacement).count() == 1
    assert tags[gone] != tags[left]
