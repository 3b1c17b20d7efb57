"""What would lift a device: only with parts that fit and are there, graded again, no part twice."""

from itertools import combinations

import pytest
from devices import PASSED, inventory
from msgspec.structs import replace
from shelf import (
    DISK,
    GOOD,
    ORDER,
    RULES,
    SMALL,
    WORN,
    battery,
    bench,
    crowd,
    drive,
    facts,
    holds_together,
    memory,
    module,
    stick,
)

from rebond_schemas.facts import DriveIdentity, Memory
from rebond_schemas.inspection import Check, Result
from rebond_server.domain.facts import project
from rebond_server.domain.grading import Letter
from rebond_server.domain.health import Health
from rebond_server.domain.lift import Suggestion, lift_to_grade, lift_to_purpose
from rebond_server.domain.lift_way import Stuck, changed
from rebond_server.domain.part import PartKind, Spec, harvest, memory_fits
from rebond_server.domain.repair_plan import repair_plan
from rebond_server.domain.rule_set import grade_by
from rebond_server.domain.suitability import Purpose
from rebond_server.rules.load import MARKS, rule_set, suitability_rules


def lift(machine, stock, checks=PASSED, healths=(Health.OK,), target=None):
    return lift_to_grade(facts(machine, checks, healths), machine, stock, RULES, target)


def test_a_memory_module_lifts_a_small_laptop():
    found = lift(SMALL, [stick(8192), stick(4096)])
    assert isinstance(found, Suggestion)
    assert (found.before, found.after, found.target) == ("C", "A", Letter.B)
    assert [(c.spec.size, c.pieces) for c in found.choices] == [(4096, 1)]


@pytest.mark.parametrize(
    "part",
    [stick(4096, kind="DDR3"), stick(4096, form="DIMM"), stick(2048), drive(500)],
    ids=["type", "form", "too small", "another kind"],
)
def test_what_does_not_fit_is_not_suggested(part):
    assert isinstance(lift(SMALL, [part]), Stuck)


def test_slots_soldering_and_the_maximum():
    spec = Spec(type="DDR4", form="SODIMM", size=8192)
    soldered = replace(
        SMALL,
        memory=Memory(installed_mib=4096, free_slots=0, modules=(module(4096, soldered=True),)),
    )
    assert memory_fits(soldered, spec, 7600) is None
    full = replace(SMALL, memory=memory(2048, 2048))
    fit = memory_fits(full, spec, 7600)
    assert (fit.pieces, fit.removes_mib, fit.installed_mib) == (1, 2048, 10240)
    hinted = replace(SMALL, memory=memory(4096, free=1, maximum_mib=8192))
    assert memory_fits(hinted, spec, 7600).above_hint is True
    assert memory_fits(replace(SMALL, memory=Memory(installed_mib=4096)), spec, 7600) is None


def test_two_modules_are_needed_and_must_both_be_there():
    slots = replace(SMALL, memory=memory(1024, 1024, free=0))
    one, two = stick(4096, 1), stick(4096, 2)
    assert isinstance(lift(slots, [one], target=Letter.B), Stuck)
    found = lift(slots, [one, two], target=Letter.B)
    assert [(c.pieces, c.after["memory_installed"]) for c in found.choices] == [(2, 8192)]


def test_a_failing_drive_is_replaced_and_the_cheapest_sort_does():
    found = lift(GOOD, [drive(250), drive(500), drive(120, form="M.2")], healths=(Health.FAIL,))
    assert (found.before, found.after) == ("D", "A")
    assert len(found.choices) == 1
    watch = lift(GOOD, [drive(250, health="watch")], healths=(Health.FAIL,))
    assert watch.after == "C"


def test_battery_of_the_same_model_only():
    assert lift(WORN, [battery(90)]).after == "A"
    assert isinstance(lift(WORN, [battery(90, model="other")]), Stuck)
    two = replace(WORN, batteries=WORN.batteries * 2)
    assert isinstance(lift(two, [battery(90)]), Stuck)


def test_a_missing_check_is_only_looked_at():
    checks = tuple(c for c in PASSED if c.name != "keyboard")
    found = lift(GOOD, [], checks=checks)
    assert (found.before, found.choices) == ("REVIEW", ())
    assert {gap.fact for gap in found.tests} == {"check_keyboard"}
    assert found.cost == 2


def test_what_no_part_mends_says_what_it_is():
    checks = (*PASSED, Check(name="screen", result=Result.FAIL))
    stuck = lift(GOOD, [stick(8192), drive(500)], checks=checks)
    assert isinstance(stuck, Stuck)
    assert "écran" in stuck.sentence.fr
    assert lift(GOOD, []) is None


def test_a_purpose_may_be_the_target():
    known = facts(replace(SMALL, board=replace(SMALL.board)))
    found = lift_to_purpose(known, SMALL, [stick(4096)], suitability_rules(), Purpose.COLLEGIEN)
    assert (found.before, found.after) == ("no", "yes")
    assert lift_to_purpose(known, SMALL, [], suitability_rules(), Purpose.FAMILY) is None
    stuck = lift_to_purpose(known, SMALL, [], suitability_rules(), Purpose.COLLEGIEN)
    assert stuck.kind is PartKind.MEMORY


def test_under_a_sum_of_marks_either_part_may_do():
    rules = rule_set(MARKS)
    known = project(inventory(SMALL), PASSED, (Health.OK,), {"processor_mark": 5000})
    before = grade_by(known, rules)
    found = lift_to_grade(known, SMALL, [stick(4096), drive(500)], rules)
    assert ORDER.index(grade_by(changed(known, found.choices, found.tests), rules).overall.low) > (
        ORDER.index(before.overall.low)
    )
    assert len(found.choices) == 1


def test_a_scrapped_machine_gives_what_is_loose_and_healthy():
    given = harvest("RB-9", GOOD, healthy=frozenset({DISK.path}))
    assert {part.kind for part in given} == {PartKind.MEMORY, PartKind.DRIVE, PartKind.BATTERY}
    assert {part.donor for part in given} == {"RB-9"}
    assert all(
        part.kind is not PartKind.DRIVE for part in harvest("RB-9", GOOD, healthy=frozenset())
    )
    soldered = replace(GOOD, memory=Memory(modules=(module(4096, soldered=True),)))
    assert not any(
        p.kind is PartKind.MEMORY for p in harvest("RB-9", soldered, healthy=frozenset())
    )


# --- the whole workshop ------------------------------------------------------------------------


def test_the_plan_beats_the_greedy_one_where_parts_are_shared():
    """RB-1 may take either drive, RB-2 only the healthy one; greedy gives that one to RB-1."""
    devices = [bench("RB-1", GOOD, (Health.FAIL,)), bench("RB-2", GOOD, (Health.WATCH,))]
    stock = [drive(500, 1), drive(500, 2, health="watch")]
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    assert (len(plan.lifts), plan.greedy, plan.solver) == (2, 1, "highs")


def test_a_device_that_needs_two_kinds_does_not_take_what_lifts_two_others():
    needs_both = replace(SMALL, batteries=WORN.batteries)
    devices = [bench("RB-1", needs_both), bench("RB-2", SMALL), bench("RB-3", WORN)]
    stock = [stick(4096), battery(90)]
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    assert len(plan.lifts) == 2
    assert {one.tag for one in plan.left} == {"RB-1"}


def test_a_larger_drive_to_watch_is_no_way_to_a():
    """It would close the gap of size and open one of health."""
    small = replace(GOOD, drives=(replace(DISK, identity=DriveIdentity(size_bytes=120 * 10**9)),))
    only = lift(small, [drive(500, health="watch")])
    assert isinstance(only, Stuck)
    either = lift(small, [drive(250, 1, health="watch"), drive(500, 2)])
    assert (either.after, [c.spec.size for c in either.choices]) == ("A", [500])
    devices = [bench("RB-1", small), bench("RB-2", GOOD, (Health.FAIL,))]
    stock = [drive(500, 1), drive(500, 2, health="watch")]
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    assert len(plan.lifts) == 2


def test_shelf_parts_go_before_those_of_a_scrapped_machine():
    stock = [stick(4096, 1, donor="RB-9"), stick(4096, 2)]
    plan = repair_plan([bench("RB-1", SMALL)], stock, RULES)
    assert plan.donors == ()
    both = repair_plan([bench("RB-1", SMALL), bench("RB-2", SMALL)], stock, RULES)
    assert both.donors == ("RB-9",)


def test_nothing_to_do_is_an_empty_plan():
    plan = repair_plan([bench("RB-1", GOOD)], [], RULES)
    assert (plan.lifts, len(plan.left), plan.greedy) == ((), 1, 0)


@pytest.mark.parametrize("seed", range(6))
def test_the_plan_lifts_as_many_as_trying_everything(seed):
    devices, stock = crowd(5, 5, seed)
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    most = 0
    for size in range(len(devices), 0, -1):
        for some in combinations(devices, size):
            if len(repair_plan(some, stock, RULES).lifts) == size:
                most = max(most, size)
        if most:
            break
    assert len(plan.lifts) == most


def test_five_hundred_devices_and_three_hundred_parts():
    devices, stock = crowd(500, 300, 1)
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    assert plan.solver == "highs"
