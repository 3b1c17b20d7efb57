"""The repair plan against every way of handing out the very pieces, graded one by one, without its solver."""

import random
from itertools import combinations

import pytest
from devices import PASSED, inventory
from msgspec.structs import replace
from shelf import (
    GREEDY_LOSES,
    ORDER,
    RULES,
    SMALL,
    bench,
    crowd,
    drive,
    holds_together,
    memory,
    stick,
)

from rebond_server.domain.facts import Fact, project
from rebond_server.domain.health import Health
from rebond_server.domain.part import PartKind, battery_fits, drive_fits, memory_fits
from rebond_server.domain.repair_plan import Bench, repair_plan
from rebond_server.domain.rule_set import grader_by
from rebond_server.rules.load import MARKS, rule_set

NETWORK = rule_set(MARKS)


def declared(value, unit):
    return Fact(value=value, unit=unit, source="test", status="declared")


def installed(device, parts):
    """Return the facts with these pieces in; None where they do not go in together. By hand."""
    after = dict(device.facts)
    by_kind = {kind: [p for p in parts if p.kind is kind] for kind in PartKind}
    modules = by_kind[PartKind.MEMORY]
    if modules:
        spec = modules[0].spec
        own = device.machine.memory.installed_mib
        fits = (memory_fits(device.machine, spec, wanted) for wanted in range(own + 1, 40_000, 512))
        sizes = {f.pieces: f.installed_mib for f in fits if f is not None}
        if any(p.spec != spec for p in modules) or len(modules) not in sizes:
            return None
        after["memory_installed"] = declared(sizes[len(modules)], "MiB")
    for one in by_kind[PartKind.DRIVE]:
        if len(by_kind[PartKind.DRIVE]) > 1 or not drive_fits(device.machine, one.spec):
            return None
        told = {"drive_medium": one.spec.type, "drive_size": one.spec.size, "drive_hours": 0}
        for name, value in (told | {"drive_health": one.spec.health}).items():
            after[name] = declared(value, after[name].unit)
    for one in by_kind[PartKind.BATTERY]:
        if len(by_kind[PartKind.BATTERY]) > 1 or not battery_fits(
            device.machine.batteries, one.spec
        ):
            return None
        after["battery_health"] = declared(one.spec.size, "%")
    return after


def lifting(device, stock, rules):
    """Return every set of pieces that lifts the device by at least a grade, none larger than needed."""
    graded = grader_by(rules)
    now = ORDER.index(graded(device.facts).overall.low)
    found = []
    for size in range(1, 4):
        for parts in combinations(stock, size):
            ids = frozenset(part.id for part in parts)
            after = None if any(one <= ids for one in found) else installed(device, parts)
            if after is not None and ORDER.index(graded(after).overall.low) > now:
                found.append(ids)
    return found


def most_lifted(devices, stock, rules):
    """Try everything: how many devices can be lifted at once, each piece used at most once."""
    ways = [lifting(device, stock, rules) for device in devices]

    def most(number, gone):
        if number == len(ways):
            return 0
        best = most(number + 1, gone)
        for ids in ways[number]:
            if not ids & gone:
                best = max(best, 1 + most(number + 1, gone | ids))
        return best

    return most(0, frozenset())


def marked(device, mark):
    """Return the device as the network marks it: with the mark of its processor, all else known."""
    own = project(inventory(device.machine), PASSED, (Health.OK,), {"processor_mark": mark})
    return Bench(tag=device.tag, facts=own, machine=device.machine)


@pytest.mark.parametrize("seed", range(8))
def test_no_other_hand_out_lifts_more(seed):
    devices, stock = crowd(6, 7, seed)
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    assert len(plan.lifts) == most_lifted(devices, stock, RULES)


@pytest.mark.parametrize("seed", range(8))
def test_under_a_sum_of_marks_neither(seed):
    """There memory or a drive may do: the plan must choose for each which one."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable crowd, not a secret
    crowded, stock = crowd(6, 6, seed)
    devices = [marked(device, dice.choice((2100, 3600, 5100))) for device in crowded]
    plan = repair_plan(devices, stock, NETWORK)
    assert len(plan.lifts) == most_lifted(devices, stock, NETWORK)
    uses = [part.id for lift in plan.lifts for part in lift.parts]
    assert len(uses) == len(set(uses))


@pytest.mark.parametrize(("devices", "stock", "wanted"), GREEDY_LOSES.values(), ids=GREEDY_LOSES)
def test_where_a_greedy_plan_loses(devices, stock, wanted):
    plan = repair_plan(devices, stock, RULES)
    holds_together(plan, devices, stock)
    assert (plan.greedy, len(plan.lifts)) == wanted
    assert len(plan.lifts) == most_lifted(devices, stock, RULES) > plan.greedy


def test_a_way_that_takes_more_kinds_of_parts_is_not_tried_besides():
    """Under marks, memory alone may do: then memory with a drive is no other way, and costs more."""
    device = marked(bench("RB-1", replace(SMALL, memory=memory(2048, free=1))), 3600)
    stock = [stick(8192, 1), drive(500, 2)]
    plan = repair_plan([device], stock, NETWORK)
    assert [len(lift.parts) for lift in plan.lifts] == [1]
    both = [marked(bench(f"RB-{n}", device.machine), 3600) for n in (1, 2)]
    shared = repair_plan(both, stock, NETWORK)
    assert len(shared.lifts) == most_lifted(both, stock, NETWORK)
