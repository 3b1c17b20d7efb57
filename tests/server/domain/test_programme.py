"""May this device go to this request: every condition, alone, says its name and its values."""

from datetime import date, timedelta

import pytest
from allocation_cases import NOW, PLACES
from msgspec.structs import replace

from rebond_schemas.plan import (
    Cap,
    Device,
    Grade,
    Hold,
    Lot,
    Minimum,
    Part,
    Pin,
    PlanInput,
    Price,
    Programme,
    Request,
    Scope,
    Wish,
)
from rebond_schemas.plan_law import Category, Kind, Regime
from rebond_schemas.plan_output import Condition
from rebond_server.domain.programme import Eligible, Refused, eligible, terms, tier_of

DEVICE = Device(
    id="d",
    tag="D",
    kind=Kind.LAPTOP,
    lot="l",
    received=NOW,
    sanitised=True,
    grade=Grade.B,
    ram_mib=8192,
    disk_gb=240,
    disk_kind="ssd",
    cpu_year=2018,
    windows_11=True,
    battery_percent=80,
)
LOT = Lot(id="l", regime=Regime.PRIVATE)
PUBLIC_LOT = Lot(id="l", regime=Regime.CG3P, unit_value_eur=300.0, resale_allowed=True)
SCHOOL = Category.SCHOOL_SUPPORT_ASSOCIATION
PROGRAMME = Programme(id="p", tier=1, operator_category=SCHOOL)
SOLD = replace(
    PROGRAMME,
    operator_category=Category.GENERAL_INTEREST_ASSOCIATION,
    price=Price(eur={Kind.LAPTOP: 180.0}),
)
REQUEST = Request(
    id="r",
    programme="p",
    quantity=1,
    parts=(Part(wishes=(Wish(kinds=(Kind.LAPTOP,)),)),),
    completed=NOW - timedelta(days=1),
    territory="ct1",
    public="student",
)


def asked(least):
    wish = Wish(kinds=(Kind.LAPTOP,), minimum=least)
    return replace(REQUEST, parts=(Part(wishes=(wish,)),))


def answer(device=DEVICE, lot=LOT, programme=PROGRAMME, request=REQUEST, pins=()):
    source = PlanInput(
        territories=PLACES,
        lots=(lot,),
        programmes=(programme,),
        requests=(request,),
        devices=(device,),
        pins=pins,
    )
    return eligible(device, request, request.parts[0], terms(source, NOW))


def forbid(device, request):
    return (Pin(hold=Hold.FORBID, reason="non", device=device, request=request),)


REFUSALS = {
    Condition.REQUEST_FORBIDDEN: {"pins": forbid(None, "r")},
    Condition.FILE_INCOMPLETE: {"request": replace(REQUEST, completed=None)},
    Condition.PROGRAMME_CLOSED: {"programme": replace(PROGRAMME, ends=date(2026, 11, 20))},
    Condition.PROOF_MISSING: {"programme": replace(PROGRAMME, proofs=("certificate",))},
    Condition.OFFICE_UNKNOWN: {
        "programme": replace(PROGRAMME, caps=(Cap(id="c", limit=50, scope=Scope.OFFICE),))
    },
    Condition.TERRITORY: {"programme": replace(PROGRAMME, territories=("ct2",))},
    Condition.PUBLIC: {"programme": replace(PROGRAMME, publics=("family",))},
    Condition.DEVICE_FORBIDDEN: {"pins": forbid("d", None)},
    Condition.NOT_SANITISED: {"device": replace(DEVICE, sanitised=False)},
    Condition.LOT_PROGRAMME: {"lot": replace(LOT, reserved_programmes=("q",))},
    Condition.LOT_TERRITORY: {"lot": replace(LOT, territories=("ct2",))},
    Condition.LOT_PUBLIC: {"lot": replace(LOT, reserved_publics=("family",))},
    Condition.LOT_QPV: {"lot": replace(LOT, qpv_only=True)},
    Condition.LOT_RECIPIENT: {
        "lot": PUBLIC_LOT,
        "request": replace(REQUEST, organisation_category=Category.PUBLIC_BODY),
    },
    Condition.UNIT_VALUE: {"lot": replace(PUBLIC_LOT, unit_value_eur=300.01)},
    Condition.RESALE: {"lot": replace(LOT, resale_allowed=False), "programme": SOLD},
    Condition.SELLER: {
        "lot": PUBLIC_LOT,
        "programme": replace(SOLD, operator_category=Category.ESUS),
    },
    Condition.PRICE_CAP: {
        "lot": PUBLIC_LOT,
        "programme": replace(SOLD, price=Price(eur={Kind.LAPTOP: 180.01})),
    },
    Condition.PROGRAMME_KIND: {"programme": replace(PROGRAMME, kinds=(Kind.TABLET,))},
    Condition.KIND: {"device": replace(DEVICE, kind=Kind.DESKTOP)},
    Condition.GRADE: {"request": asked(Minimum(grade=Grade.A))},
    Condition.RAM: {"request": asked(Minimum(ram_mib=8193))},
    Condition.DISK: {"request": asked(Minimum(disk_gb=241))},
    Condition.SOLID_STATE: {
        "request": asked(Minimum(solid_state=True)),
        "device": replace(DEVICE, disk_kind="hdd"),
    },
    Condition.CPU_YEAR: {"request": asked(Minimum(cpu_year=2019))},
    Condition.WINDOWS_11: {
        "request": asked(Minimum(windows_11=True)),
        "device": replace(DEVICE, windows_11=None),
    },
    Condition.BATTERY: {"request": asked(Minimum(battery_percent=81))},
}


def test_every_condition_has_a_case():
    assert set(REFUSALS) == set(Condition)


def test_the_plain_case_is_eligible():
    # 8 GB and 240 GB stand two steps above nothing each, grade B two above D, Windows 11 unasked.
    assert answer() == Eligible(wish=0, over_specification=7)


@pytest.mark.parametrize("condition", Condition)
def test_each_condition_refuses_alone_and_says_its_name(condition):
    found = answer(**REFUSALS[condition])
    assert isinstance(found, Refused)
    assert [miss.condition for miss in found.misses] == [condition]


@pytest.mark.parametrize(
    "least",
    [
        Minimum(ram_mib=8192, disk_gb=240, solid_state=True, cpu_year=2018),
        Minimum(grade=Grade.B, windows_11=True, battery_percent=80),
        Minimum(kinds=(Kind.TABLET,), ram_mib=99_999),
    ],
)
def test_a_minimum_that_is_just_reached_lets_pass(least):
    assert isinstance(answer(request=asked(least)), Eligible)


@pytest.mark.parametrize("unknown", ["grade", "ram_mib", "disk_gb", "cpu_year", "battery_percent"])
def test_an_unknown_value_reaches_no_minimum(unknown):
    least = Minimum(
        grade=Grade.D, ram_mib=1, disk_gb=1, solid_state=True, cpu_year=1, battery_percent=1
    )
    found = answer(device=replace(DEVICE, **{unknown: None}), request=asked(least))
    assert isinstance(found, Refused)
    assert [miss.found for miss in found.misses] == [""]


def test_what_a_kind_cannot_have_is_not_asked_of_it():
    least = Minimum(ram_mib=8192, battery_percent=80, windows_11=True)
    wish = Wish(kinds=(Kind.SCREEN,), minimum=least)
    screen = replace(DEVICE, kind=Kind.SCREEN, ram_mib=None, battery_percent=None)
    request = replace(REQUEST, parts=(Part(wishes=(wish,)),))
    assert isinstance(answer(device=screen, request=request), Eligible)


@pytest.mark.parametrize(
    ("recipient", "lets"),
    [
        (Category.PARENTS_ASSOCIATION, True),
        (Category.ESUS, True),
        (Category.ASSOCIATION, False),
        (Category.COMPANY, False),
    ],
)
def test_the_law_names_who_may_take_public_property(recipient, lets):
    request = replace(REQUEST, organisation_category=recipient)
    assert isinstance(answer(lot=PUBLIC_LOT, request=request), Eligible) is lets


def test_a_decision_stricter_than_the_law_wins():
    lot = replace(PUBLIC_LOT, recipients=(Category.STUDENT_ASSOCIATION,))
    request = replace(REQUEST, organisation_category=Category.ESUS)
    assert isinstance(answer(lot=lot, request=request), Refused)


def test_a_decision_cannot_admit_whom_the_law_does_not():
    lot = replace(PUBLIC_LOT, recipients=(Category.COMPANY,))
    request = replace(REQUEST, organisation_category=Category.COMPANY)
    assert isinstance(answer(lot=lot, request=request), Refused)


def test_a_device_of_its_own_value_is_judged_by_it():
    dear = replace(DEVICE, unit_value_eur=301.0)
    assert isinstance(answer(device=dear, lot=PUBLIC_LOT), Refused)
    assert isinstance(answer(device=dear, lot=LOT), Eligible)


def test_a_territory_lies_in_what_holds_it():
    whole = replace(PROGRAMME, territories=("metropole",))
    assert isinstance(answer(programme=whole), Eligible)
    assert isinstance(answer(programme=whole, request=replace(REQUEST, territory=None)), Refused)


def test_the_second_wish_is_taken_when_the_first_fails():
    wishes = (
        Wish(kinds=(Kind.LAPTOP,), minimum=Minimum(ram_mib=16_000)),
        Wish(kinds=(Kind.DESKTOP, Kind.LAPTOP), minimum=Minimum(ram_mib=8192)),
    )
    found = answer(request=replace(REQUEST, parts=(Part(wishes=wishes),)))
    assert isinstance(found, Eligible)
    assert found.wish == 1


def test_a_request_from_a_priority_district_has_the_tier_of_its_own():
    programme = replace(PROGRAMME, tier=3, qpv_tier=1)
    assert tier_of(replace(REQUEST, qpv=True), programme) == 1
    assert tier_of(replace(REQUEST, qpv=None), programme) == 3
    assert tier_of(replace(REQUEST, qpv=True, tier=2), programme) == 2
