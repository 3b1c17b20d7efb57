"""Every fact that any shipped rule reads, each of its values and none: worse never helps, nor does silence.

Nothing is drawn here: all values around every threshold are tried in turn, on grounds where the fact
decides. A rule that reads a fact which is not tried fails the coverage test by name.
"""

import itertools
from collections import defaultdict

import pytest
from devices import LAPTOP, PASSED, inventory

from rebond_server.domain.condition import Op
from rebond_server.domain.fact_registry import DELTAS, REGISTRY
from rebond_server.domain.facts import Fact, project
from rebond_server.domain.grading import Axis, GradingRules, Letter
from rebond_server.domain.health import Health
from rebond_server.domain.rule_set import grader_by
from rebond_server.rules.load import SHIPPED, rule_set

ORDER = list(Letter)
SETS = {name: rule_set(name) for name in SHIPPED}
GRADERS = {name: grader_by(rules) for name, rules in SETS.items()}
STATUSES = ("measured", "reported", "declared")


def rules_of(rules):
    """Yield (fact, thresholds) of everything that this rule set reads."""
    for rule in rules.rules:
        yield rule.fact, rule.value
        if rule.kinds:
            yield "kind", tuple(kind.value for kind in rule.kinds)
    if isinstance(rules, GradingRules):
        return
    for table in rules.marks:
        yield table.fact, table.bounds
        if table.media:
            yield "drive_medium", table.media
    for one in (*rules.bonuses, *rules.caps):
        for condition in one.when:
            yield condition.fact, condition.value
    for delta in rules.deltas:
        yield delta.fact, (delta.least, delta.most)


def read_by(rules):
    """Return every fact that these rules read, with all its thresholds."""
    found = defaultdict(set)
    for fact, value in rules_of(rules):
        found[fact] |= set(value) if isinstance(value, tuple) else {value}
    return found


def values_of(fact, thresholds):
    """Return every value that may matter, worst first where there is a worse."""
    scale = REGISTRY[fact]
    match scale.type:
        case "yes_no":
            values = [False, True]
        case "choice":
            values = list(scale.order)
        case "number":
            ends = {scale.least, scale.most} - {None}
            near = {t + step for t in thresholds if t is not None for step in (-1, 0, 1)}
            values = sorted(near | ends)
    return values[::-1] if scale.better == "less" else values


def fact(name, value, status="measured"):
    status = "unknown" if value is None else status
    return Fact(value=value, unit=REGISTRY[name].unit, source="test", status=status)


GOOD = project(
    inventory(LAPTOP), PASSED, (Health.OK,), {"processor_mark": 8000, "charger": True}, erased=True
)
POOR = {"memory_installed": 4096, "drive_medium": "hdd", "drive_size": 200.0}
GROUNDS = {
    "a good laptop": GOOD,
    "a poor one": GOOD | {name: fact(name, value) for name, value in POOR.items()},
    "a slow one": GOOD | {"processor_mark": fact("processor_mark", 2500)},
    "one of which nothing is known": {name: fact(name, None) for name in REGISTRY},
    "a nameless kind": GOOD | {"kind": fact("kind", None)},
    "a failing drive": GOOD | {"drive_health": fact("drive_health", "fail")},
}
CASES = [(name, fact) for name, rules in SETS.items() for fact in sorted(read_by(rules))]
ORDERED = [(name, read) for name, read in CASES if REGISTRY[read].better is not None]
UNKNOWABLE = [(name, read) for name, read in CASES if read not in DELTAS]
"""All but a person's corrections: one that nobody made is 0, not unknown."""


def spans(name, facts):
    found = GRADERS[name](facts)
    every = [found.overall, *(found.axes[axis] for axis in Axis)]
    return [(ORDER.index(one.low), ORDER.index(one.high)) for one in every]


@pytest.mark.parametrize(("name", "read"), ORDERED)
def test_a_better_value_never_lowers_any_grade(name, read):
    values = values_of(read, read_by(SETS[name])[read])
    assert len(values) >= 2
    for ground in GROUNDS.values():
        found = [spans(name, ground | {read: fact(read, value)}) for value in values]
        for worse, better in itertools.pairwise(found):
            for one, two in zip(worse, better, strict=True):
                assert one[0] <= two[0], (read, values)
                assert one[1] <= two[1], (read, values)


@pytest.mark.parametrize(("name", "read"), UNKNOWABLE)
def test_a_value_that_nobody_knows_neither_passes_nor_fails(name, read):
    for ground in GROUNDS.values():
        unknown = spans(name, ground | {read: fact(read, None)})
        for value in values_of(read, read_by(SETS[name])[read]):
            for known, without in zip(
                spans(name, ground | {read: fact(read, value)}), unknown, strict=True
            ):
                assert without[0] <= known[0], (read, value)
                assert without[1] >= known[1], (read, value)


@pytest.mark.parametrize(("name", "read"), CASES)
def test_every_fact_decides_somewhere(name, read):
    """A fact that changes no reason on any ground would be read for nothing."""
    values = values_of(read, read_by(SETS[name])[read])
    told = {
        tuple(
            (r.rule, r.sentence.en) for r in GRADERS[name](ground | {read: fact(read, v)}).reasons
        )
        for ground in GROUNDS.values()
        for v in (*values, None)
    }
    lone = {
        tuple((r.rule, r.sentence.en) for r in GRADERS[name](ground).reasons)
        for ground in GROUNDS.values()
    }
    assert len(told - lone) >= 1, f"{read} changes nothing"


@pytest.mark.parametrize(("name", "read"), CASES)
def test_who_told_a_value_does_not_change_the_grade(name, read):
    """The same value is the same fact, and facts may come in any order."""
    for value in values_of(read, read_by(SETS[name])[read]):
        for ground in (GOOD, GROUNDS["a poor one"]):
            facts = ground | {read: fact(read, value)}
            turned = dict(reversed(list(facts.items())))
            first = GRADERS[name](facts)
            assert GRADERS[name](turned) == first
            for status in STATUSES:
                again = GRADERS[name](facts | {read: fact(read, value, status)})
                assert (again.overall, again.axes) == (first.overall, first.axes)


def test_every_fact_of_every_rule_is_tried(capsys):
    tried = {name: {read for of, read in CASES if of == name} for name in SETS}
    for name, rules in SETS.items():
        named = {rule.fact for rule in rules.rules}
        assert named <= tried[name], f"{name}: not tried: {sorted(named - tried[name])}"
        with capsys.disabled():
            counts = read_by(rules)
            told = (f"{n} ({len(values_of(n, counts[n]))})" for n in sorted(tried[name]))
            print(f"\n{name}: {len(tried[name])} facts (values): {', '.join(told)}")  # noqa: T201 - the coverage
    assert {Op(rule.needs) for rules in SETS.values() for rule in rules.rules} <= set(Op)
