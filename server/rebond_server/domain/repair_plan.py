"""The workshop's repair plan: which part goes where so that the most devices are lifted.

An assignment: every device needs one choice of each kind of part, every piece exists once. HiGHS
finds the most devices lifted, then the cheapest such plan; a greedy plan stands beside it, and in
for it where HiGHS cannot be used.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from rebond_schemas.facts import Facts
from rebond_server.domain.allocation.solver import Program, Row, Terms, Unsolved, available
from rebond_server.domain.facts import Fact
from rebond_server.domain.grading import Letter
from rebond_server.domain.lift import Suggestion, every_way, next_letter, reaches
from rebond_server.domain.lift_way import (
    Choice,
    Gap,
    Sorts,
    Stuck,
    Way,
    cheapest,
    cost_of,
    sorts_of,
)
from rebond_server.domain.part import Part, PartKind, Spec
from rebond_server.domain.rule_set import RuleSet, grade_by
from rebond_server.domain.sentence import Sentence

Sort = tuple[PartKind, Spec]
SECONDS = 4.0
_HALF = 0.5
"""A column of the solver is a whole number, within its tolerance."""
_LETTERS = tuple(Letter)


class Bench(Struct, frozen=True, kw_only=True):
    """One device that might be lifted."""

    tag: str
    facts: dict[str, Fact]
    machine: Facts


class Lift(Struct, frozen=True, kw_only=True):
    """One device with the very pieces that go into it; graded again as it would then be."""

    tag: str
    before: str
    target: Letter
    after: str
    parts: tuple[Part, ...]
    choices: tuple[Choice, ...]
    tests: tuple[Gap, ...]
    cost: int


class Left(Struct, frozen=True, kw_only=True):
    """One device that stays as it is, and why."""

    tag: str
    before: str
    sentence: Sentence


class RepairPlan(Struct, frozen=True, kw_only=True):
    """Who is lifted by what, who is not, how many a greedy plan lifts, and which machines give parts."""

    lifts: tuple[Lift, ...]
    left: tuple[Left, ...]
    greedy: int
    solver: str
    donors: tuple[str, ...]


class _Case(Struct, frozen=True, kw_only=True):
    bench: Bench
    before: str
    target: Letter
    ways: tuple[Way, ...]
    """Any of them does, the cheapest first: under a sum of marks, memory or a drive."""


Picked = dict[int, tuple[Way, tuple[Choice, ...]]]
"""Case by number: its way, and one choice of each kind of part."""


def repair_plan(
    devices: Sequence[Bench], stock: Sequence[Part], rules: RuleSet, seconds: float = SECONDS
) -> RepairPlan:
    """Return the plan that lifts the most devices by at least one grade, then at the least cost."""
    sorts = sorts_of(stock)
    cases: list[_Case] = []
    left: list[Left] = []
    for bench in sorted(devices, key=lambda b: b.tag):
        case = _case(bench, sorts, rules)
        (cases if isinstance(case, _Case) else left).append(case)  # type: ignore[arg-type]  # each list takes its own kind
    simple = _greedy(cases, sorts)
    picked, solver = simple, "greedy"
    if available() and cases:
        try:
            best = _solved(cases, sorts, seconds)
        except Unsolved:
            best = simple
        if (len(best), -_cost(best)) >= (len(simple), -_cost(simple)):
            picked, solver = best, "highs"
    lifts = _handed_out(cases, picked, sorts, rules)
    left += [_unlucky(case) for number, case in enumerate(cases) if number not in picked]
    donors = sorted({p.donor for lift in lifts for p in lift.parts if p.donor is not None})
    return RepairPlan(
        lifts=lifts,
        left=tuple(sorted(left, key=lambda one: one.tag)),
        greedy=len(simple),
        solver=solver,
        donors=tuple(donors),
    )


def _case(bench: Bench, sorts: Sorts, rules: RuleSet) -> _Case | Left:
    """Return the nearest grade that parts can reach; what only a test would lift needs no plan."""
    found = grade_by(bench.facts, rules)
    lowest = next_letter(found)
    stuck: Sentence | None = None
    ladder = () if lowest is None else _LETTERS[_LETTERS.index(lowest) :]
    for letter in ladder:
        done = list(every_way(bench.facts, bench.machine, sorts, rules, letter))
        ways = [one for one in done if isinstance(one, Suggestion)]
        if ways and all(one.choices for one in ways):
            cheap = tuple(one.way for one in sorted(ways, key=lambda one: one.cost))
            return _Case(bench=bench, before=found.label, target=letter, ways=_without_worse(cheap))
        blocks = [one.sentence for one in done if isinstance(one, Stuck)]
        stuck = stuck or (blocks[0] if blocks and not ways else None)
    nothing = Sentence(fr="Aucune pièce n'y changerait rien.", en="No part would change it.")
    return Left(tag=bench.tag, before=found.label, sentence=stuck or nothing)


def _without_worse(ways: Sequence[Way]) -> tuple[Way, ...]:
    """Leave out a way for which an earlier one takes fewer kinds of parts, and any choice of them."""
    kept: list[Way] = []
    for way in ways:
        if not any(_does_as_well(one, way) for one in kept):
            kept.append(way)
    return tuple(kept)


def _does_as_well(one: Way, other: Way) -> bool:
    if len(one.tests) > len(other.tests):
        return False
    return all(
        kind in other.choices and set(map(_sort_of, other.choices[kind])) <= own
        for kind, choices in one.choices.items()
        for own in [set(map(_sort_of, choices))]
    )


def _sort_of(choice: Choice) -> tuple[PartKind, Spec, int]:
    return choice.kind, choice.spec, choice.pieces


def _greedy(cases: Sequence[_Case], sorts: Sorts) -> Picked:
    """Serve the cheapest device first, each with its cheapest choices that are still there."""
    rest = Counter({sort: len(parts) for sort, parts in sorts.items()})
    picked: Picked = {}
    order = sorted(range(len(cases)), key=lambda n: cost_of(cheapest(cases[n].ways[0]), ()))
    for number in order:
        for way in cases[number].ways:
            chosen = [
                next((c for c in choices if rest[c.kind, c.spec] >= c.pieces), None)
                for choices in way.choices.values()
            ]
            taken = tuple(choice for choice in chosen if choice is not None)
            if len(taken) == len(chosen):
                rest.subtract({(c.kind, c.spec): c.pieces for c in taken})
                picked[number] = way, taken
                break
    return picked


def _solved(cases: Sequence[_Case], sorts: Sorts, seconds: float) -> Picked:
    """Ask HiGHS: column n lifts case n by one of its ways, each with one choice a kind; raises Unsolved."""
    ways = [(number, way) for number, case in enumerate(cases) for way in case.ways]
    columns: list[tuple[int, Choice]] = []
    """Which way, and one choice for it."""
    rows: list[Row] = []
    use: dict[Sort, Terms] = {sort: {} for sort in sorts}
    first = len(cases) + len(ways)
    for at, (number, way) in enumerate(ways):
        for kind, choices in way.choices.items():
            terms: Terms = {len(cases) + at: 1.0}
            for choice in choices:
                column = first + len(columns)
                columns.append((at, choice))
                terms[column] = -1.0
                use[choice.kind, choice.spec][column] = float(choice.pieces)
            tag = cases[number].bench.tag
            rows.append(Row(name=f"{tag}/{at}/{kind.value}", terms=terms, low=0, high=0))
    for number, case in enumerate(cases):
        own = {len(cases) + at: -1.0 for at, (of, _) in enumerate(ways) if of == number}
        rows.append(Row(name=case.bench.tag, terms={number: 1.0} | own, low=0, high=0))
    rows += [
        Row(name=f"stock/{n}", terms=terms, high=float(len(sorts[sort])))
        for n, (sort, terms) in enumerate(use.items())
        if terms
    ]
    width = first + len(columns)
    program = Program(
        [0.0] * width, [1.0] * width, [True] * width, rows, seed=0, seconds=seconds, exact=True
    )
    most: Terms = dict.fromkeys(range(len(cases)), 1.0)
    program.keep(most, program.maximise(most))
    program.maximise({first + n: -float(c.cost) for n, (_, c) in enumerate(columns)})
    return _picked(ways, columns, [value > _HALF for value in program.solution[first:]])


def _picked(
    ways: Sequence[tuple[int, Way]], columns: Sequence[tuple[int, Choice]], chosen: Sequence[bool]
) -> Picked:
    picked: dict[int, list[Choice]] = {}
    for (at, choice), taken in zip(columns, chosen, strict=True):
        if taken:
            picked.setdefault(at, []).append(choice)
    return {ways[at][0]: (ways[at][1], tuple(own)) for at, own in sorted(picked.items())}


def _handed_out(
    cases: Sequence[_Case], picked: Picked, sorts: Sorts, rules: RuleSet
) -> tuple[Lift, ...]:
    """Give each choice its very pieces, shelf first, and grade every device again."""
    rest = {sort: list(parts) for sort, parts in sorts.items()}
    lifts = []
    for number, (way, choices) in picked.items():
        case = cases[number]
        again = reaches(case.bench.facts, choices, way.tests, rules, case.target)
        if again is None:  # never seen: the kinds of parts do not depend on each other
            continue
        parts = [rest[c.kind, c.spec].pop(0) for c in choices for _ in range(c.pieces)]
        lifts.append(
            Lift(
                tag=case.bench.tag,
                before=case.before,
                target=case.target,
                after=again.label,
                parts=tuple(parts),
                choices=choices,
                tests=way.tests,
                cost=cost_of(choices, way.tests),
            )
        )
    return tuple(sorted(lifts, key=lambda lift: lift.tag))


def _unlucky(case: _Case) -> Left:
    kinds = ", ".join(dict.fromkeys(kind.value for way in case.ways for kind in way.choices))
    return Left(
        tag=case.bench.tag,
        before=case.before,
        sentence=Sentence(
            fr=f"Ses pièces lèvent davantage d'appareils ailleurs ({kinds}).",
            en=f"Its parts lift more devices elsewhere ({kinds}).",
        ),
    )


def _cost(picked: Picked) -> int:
    return sum(cost_of(choices, ()) for _, choices in picked.values())
