"""From gaps to a way: which sorts of parts in stock close them, and what must only be looked at."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from rebond_schemas.facts import Facts
from rebond_server.domain.condition import Op, Plain, Threshold, holds
from rebond_server.domain.fact_registry import DECLARED, REGISTRY
from rebond_server.domain.facts import Fact
from rebond_server.domain.part import (
    Part,
    PartKind,
    Spec,
    battery_fits,
    charger_fits,
    drive_fits,
    memory_fits,
)
from rebond_server.domain.sentence import Sentence

COST = {PartKind.MEMORY: 15, PartKind.DRIVE: 25, PartKind.BATTERY: 35, PartKind.CHARGER: 15}
"""Euros a piece, second-hand with the work: a proposal, only to compare one way with another."""
TEST_COST, DONOR_COST = 2, 5

Sorts = Mapping[tuple[PartKind, Spec], Sequence[Part]]
"""Parts by what they are."""

_PART_OF: dict[str, PartKind] = {
    "memory_installed": PartKind.MEMORY,
    "drive_medium": PartKind.DRIVE,
    "drive_size": PartKind.DRIVE,
    "drive_hours": PartKind.DRIVE,
    "drive_health": PartKind.DRIVE,
    "battery_health": PartKind.BATTERY,
    "check_battery": PartKind.BATTERY,
    "charger": PartKind.CHARGER,
}


class Gap(Struct, frozen=True, kw_only=True):
    """One need between the device and the target; `known`: it is unmet, else nobody knows."""

    fact: str
    known: bool
    needs: Op
    threshold: Threshold | None
    sentence: Sentence


class Choice(Struct, frozen=True, kw_only=True):
    """One sort of part that closes every gap of its kind: how many pieces, and the facts after."""

    kind: PartKind
    spec: Spec
    pieces: int
    after: dict[str, Plain]
    cost: int
    above_hint: bool = False


class Way(Struct, frozen=True, kw_only=True):
    """All that must be done: one choice a kind of part, and the facts that must be looked at."""

    choices: dict[PartKind, tuple[Choice, ...]]
    tests: tuple[Gap, ...]


class Stuck(Struct, frozen=True, kw_only=True):
    """Why no way leads there: the first need that no part in stock and no test can meet."""

    sentence: Sentence
    kind: PartKind | None = None
    """The kind of part that is missing; None when no part would help."""


def sorts_of(stock: Iterable[Part]) -> dict[tuple[PartKind, Spec], tuple[Part, ...]]:
    """Return the parts by what they are: pieces of one sort stand in for each other, shelf first."""
    sorts: dict[tuple[PartKind, Spec], list[Part]] = {}
    for part in sorted(stock, key=lambda p: (p.donor is not None, p.id)):
        sorts.setdefault((part.kind, part.spec), []).append(part)
    return {key: tuple(parts) for key, parts in sorts.items()}


def way_with(gaps: Sequence[Gap], machine: Facts, sorts: Sorts) -> Way | Stuck:
    """Return every choice that closes these gaps with what is in stock, or why none does."""
    tests = tuple(gap for gap in gaps if not gap.known)
    by_kind: dict[PartKind, list[Gap]] = {}
    for gap in gaps:
        if gap.known:
            kind = _PART_OF.get(gap.fact)
            if kind is None:
                return Stuck(sentence=gap.sentence)
            by_kind.setdefault(kind, []).append(gap)
    choices: dict[PartKind, tuple[Choice, ...]] = {}
    for kind, closing in by_kind.items():
        found = [
            choice
            for (of, spec), parts in sorts.items()
            if of is kind and (choice := _choice(kind, spec, parts, closing, machine)) is not None
        ]
        if not found:
            return Stuck(sentence=closing[0].sentence, kind=kind)
        choices[kind] = tuple(sorted(found, key=lambda c: (c.cost, str(c.spec))))
    return Way(choices=choices, tests=tests)


def cheapest(way: Way) -> tuple[Choice, ...]:
    """Return the cheapest choice of every kind; the kinds do not depend on each other."""
    return tuple(choices[0] for choices in way.choices.values())


def changed(
    facts: Mapping[str, Fact], choices: Iterable[Choice], tests: Iterable[Gap]
) -> dict[str, Fact]:
    """Return the facts after the repair, with every test turned out well."""
    after = dict(facts)
    for gap in tests:
        mark = gap.threshold[0] if isinstance(gap.threshold, tuple) else gap.threshold
        # Two needs may ask about one fact: the stricter stays.
        stands = after[gap.fact].value
        met = holds(REGISTRY[gap.fact], gap.needs, gap.threshold, stands)
        # What only a person can look up is not guessed: the second grading then says so.
        if mark is not None and met is not True and gap.fact not in DECLARED - {"charger"}:
            after[gap.fact] = _told(gap.fact, mark, "test")
    for choice in choices:
        for name, value in choice.after.items():
            after[name] = _told(name, value, "repair")
    return after


def cost_of(choices: Iterable[Choice], tests: Iterable[Gap]) -> int:
    """Return the cost of parts and tests together."""
    return sum(c.cost for c in choices) + TEST_COST * len({gap.fact for gap in tests})


def _choice(
    kind: PartKind, spec: Spec, parts: Sequence[Part], gaps: Sequence[Gap], machine: Facts
) -> Choice | None:
    """Return how parts of this sort close all these gaps; None when they do not, or are too few."""
    pieces, above = 1, False
    after: dict[str, Plain]
    match kind:
        case PartKind.MEMORY:
            fit = memory_fits(machine, spec, int(max(_most(gap) for gap in gaps)))
            if fit is None:
                return None
            pieces, above = fit.pieces, fit.above_hint
            after = {"memory_installed": fit.installed_mib}
        case PartKind.DRIVE:
            if not drive_fits(machine, spec) or spec.size is None or spec.health is None:
                return None
            after = {"drive_medium": str(spec.type), "drive_size": spec.size}
            after |= {"drive_hours": 0, "drive_health": spec.health}
        case PartKind.BATTERY:
            if not battery_fits(machine.batteries, spec) or spec.size is None:
                return None
            after = {"battery_health": spec.size, "check_battery": "pass"}
        case PartKind.CHARGER:
            if not charger_fits(machine, spec):
                return None
            after = {"charger": True}
    closed = all(
        holds(REGISTRY[g.fact], g.needs, g.threshold, after.get(g.fact)) is True for g in gaps
    )
    if not closed or pieces > len(parts):
        return None
    cost = COST[kind] * pieces + (DONOR_COST if parts[0].donor is not None else 0)
    return Choice(kind=kind, spec=spec, pieces=pieces, after=after, cost=cost, above_hint=above)


def _most(gap: Gap) -> float:
    return float(gap.threshold) if isinstance(gap.threshold, int | float) else 0.0


def _told(name: str, value: Plain, source: str) -> Fact:
    return Fact(value=value, unit=REGISTRY[name].unit, source=source, status="declared")
