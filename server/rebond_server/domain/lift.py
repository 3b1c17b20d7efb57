"""What would lift a device: the cheapest parts and tests that reach a grade or a purpose.

The lowest cap wins, so every need below the target must be met, and each concerns one fact: which
parts are needed is read from the reasons, and for each kind of part any choice that meets its needs
will do. A suggestion counts only after the device, so changed, was graded again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from msgspec import Struct

from rebond_schemas.facts import Facts
from rebond_server.domain.condition import Op
from rebond_server.domain.facts import Fact
from rebond_server.domain.grading import Grade, GradeReason, GradingRules, Letter
from rebond_server.domain.lift_way import (
    Choice,
    Gap,
    Sorts,
    Stuck,
    Way,
    changed,
    cheapest,
    cost_of,
    sorts_of,
    way_with,
)
from rebond_server.domain.marks_rules import MarksRules
from rebond_server.domain.part import Part
from rebond_server.domain.rule_set import RuleSet, grade_by
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.suitability import (
    Answer,
    Fitness,
    Purpose,
    SuitabilityRules,
    Unmet,
    fitness,
)

_ORDER = tuple(Letter)


class Suggestion(Struct, frozen=True, kw_only=True):
    """One set of changes, confirmed: so changed the device has this grade, or fits this purpose."""

    target: Letter | Purpose
    before: str
    after: str
    choices: tuple[Choice, ...]
    tests: tuple[Gap, ...]
    """What must be looked at, and is assumed to turn out well."""
    cost: int
    way: Way
    """Every other choice that would do as well."""


def next_letter(found: Grade) -> Letter | None:
    """Return the grade above the one that the device would get today; None above A."""
    at = _ORDER.index(found.overall.low)
    return _ORDER[at + 1] if at + 1 < len(_ORDER) else None


def lift_to_grade(
    facts: Mapping[str, Fact],
    machine: Facts,
    stock: Sequence[Part],
    rules: RuleSet,
    target: Letter | None = None,
) -> Suggestion | Stuck | None:
    """Return the cheapest way to this grade, or to the next that can be reached; None at A."""
    found = grade_by(facts, rules)
    lowest = next_letter(found)
    if lowest is None:
        return None
    ladder = [target] if target is not None else _ORDER[_ORDER.index(lowest) :]
    stuck: Stuck | None = None
    sorts = sorts_of(stock)
    for letter in ladder:
        done = reach(facts, machine, sorts, rules, letter)
        if isinstance(done, Suggestion):
            return done
        stuck = stuck or done
    return stuck or Stuck(
        sentence=Sentence(
            fr="Rien de ce qui est en stock ne change cette catégorie.",
            en="Nothing in stock changes this grade.",
        )
    )


def lift_to_purpose(
    facts: Mapping[str, Fact],
    machine: Facts,
    stock: Sequence[Part],
    rules: SuitabilityRules,
    purpose: Purpose,
) -> Suggestion | Stuck | None:
    """Return the cheapest way to make the device fit for the purpose; None when it is already."""
    found = fitness(facts, rules, purpose)
    if found.answer is Answer.YES:
        return None
    way = way_with(gaps_against(found), machine, sorts_of(stock))

    def harms(choice: Choice, tests: tuple[Gap, ...]) -> bool:
        after = fitness(changed(facts, (choice,), tests), rules, purpose)
        return any(u.fact in choice.after and u.strength != "wished" for u in after.unmet)

    way = way if isinstance(way, Stuck) else _harmless(way, harms)
    if isinstance(way, Stuck):
        return way
    choices = cheapest(way)
    again = fitness(changed(facts, choices, way.tests), rules, purpose)
    if again.answer is not Answer.YES:
        return Stuck(sentence=again.unmet[0].sentence)
    return Suggestion(
        target=purpose,
        before=found.answer.value,
        after=again.answer.value,
        choices=choices,
        tests=way.tests,
        cost=cost_of(choices, way.tests),
        way=way,
    )


def reach(
    facts: Mapping[str, Fact],
    machine: Facts,
    sorts: Sorts,
    rules: RuleSet,
    letter: Letter,
) -> Suggestion | Stuck:
    """Return the cheapest confirmed way to exactly this letter or better, or why there is none."""
    found = list(every_way(facts, machine, sorts, rules, letter))
    confirmed = [one for one in found if isinstance(one, Suggestion)]
    stuck = next((one for one in found if isinstance(one, Stuck)), None)
    nothing = Sentence(
        fr="Rien de ce qui est en stock ne suffit.", en="Nothing in stock is enough."
    )
    cheapest_first = min(confirmed, key=lambda one: one.cost, default=None)
    return cheapest_first or stuck or Stuck(sentence=nothing)


def every_way(
    facts: Mapping[str, Fact],
    machine: Facts,
    sorts: Sorts,
    rules: RuleSet,
    letter: Letter,
) -> Iterator[Suggestion | Stuck]:
    """Yield every confirmed way to this letter, each with its cheapest choices, and what blocks others."""
    found = grade_by(facts, rules)

    def harms(choice: Choice, tests: tuple[Gap, ...]) -> bool:
        after = grade_by(changed(facts, (choice,), tests), rules)
        return any(r.fact in choice.after and _holds_below(r, letter) for r in after.reasons)

    for gaps in gap_sets(found, rules, letter):
        way = way_with(gaps, machine, sorts)
        way = way if isinstance(way, Stuck) else _harmless(way, harms)
        if isinstance(way, Stuck):
            yield way
            continue
        choices = cheapest(way)
        again = reaches(facts, choices, way.tests, rules, letter)
        if again is not None:
            yield Suggestion(
                target=letter,
                before=found.label,
                after=again.label,
                choices=choices,
                tests=way.tests,
                cost=cost_of(choices, way.tests),
                way=way,
            )


def _harmless(way: Way, harms: Callable[[Choice, tuple[Gap, ...]], bool]) -> Way | Stuck:
    """Leave out what closes one gap and opens another: a larger drive to watch, a healthy small one."""
    kept = {
        kind: tuple(choice for choice in choices if not harms(choice, way.tests))
        for kind, choices in way.choices.items()
    }
    missing = next((kind for kind, choices in kept.items() if not choices), None)
    if missing is None:
        return Way(choices=kept, tests=way.tests)
    return Stuck(
        sentence=Sentence(
            fr="Les pièces en stock n'arrangeraient une chose qu'en dégradant une autre.",
            en="The parts in stock would mend one thing by spoiling another.",
        ),
        kind=missing,
    )


def gap_sets(found: Grade, rules: RuleSet, letter: Letter) -> Iterator[tuple[Gap, ...]]:
    """Yield what could be closed to reach the letter: one set under caps, several under a sum.

    A sum may be raised by more memory or by a better drive: each step of each, and both.
    """
    below = tuple(_gap(reason) for reason in found.reasons if _holds_below(reason, letter))
    if isinstance(rules, GradingRules):
        yield below
        return
    gates = {rule.id for rule in rules.rules}
    closed = tuple(_gap(r) for r in found.reasons if r.rule in gates and _holds_below(r, letter))
    for memory, drive in product(_steps(rules, found, "memory"), _steps(rules, found, "drive")):
        yield (*closed, *memory, *drive)


def _steps(rules: MarksRules, found: Grade, fix: str) -> list[tuple[Gap, ...]]:
    """Return no change, then every bound above today's value, for the facts of one kind of part."""
    steps: list[tuple[Gap, ...]] = [()]
    values = {r.fact: r.value for r in found.reasons if r.fix == fix and r.rule != "TOTAL"}
    for table in rules.marks:
        if table.fix != fix or table.fact not in values:
            continue
        if fix == "drive" and "ssd" not in table.media:
            continue
        solid = Gap(
            fact="drive_medium",
            known=True,
            needs=Op.AT_LEAST,
            threshold="ssd",
            sentence=Sentence(fr=table.fr, en=table.en),
        )
        for bound in table.bounds:
            step = Gap(
                fact=table.fact,
                known=True,
                needs=Op.AT_LEAST,
                threshold=bound,
                sentence=solid.sentence,
            )
            steps.append((step, solid) if fix == "drive" else (step,))
    return steps


def gaps_against(found: Fitness) -> tuple[Gap, ...]:
    """Return what stands against the purpose; wishes do not."""
    return tuple(_gap(unmet) for unmet in found.unmet if unmet.strength != "wished")


def reaches(
    facts: Mapping[str, Fact],
    choices: Sequence[Choice],
    tests: Sequence[Gap],
    rules: RuleSet,
    letter: Letter,
) -> Grade | None:
    """Grade the device again as it would be; return the grade if it reaches the letter."""
    again = grade_by(changed(facts, choices, tests), rules)
    return again if _ORDER.index(again.overall.low) >= _ORDER.index(letter) else None


def _holds_below(reason: GradeReason, target: Letter) -> bool:
    if reason.effect == "block":
        return True
    otherwise = reason.otherwise
    capped = reason.effect == "cap" and otherwise is not None
    return capped and _ORDER.index(otherwise or target) < _ORDER.index(target)


def _gap(reason: GradeReason | Unmet) -> Gap:
    return Gap(
        fact=reason.fact,
        known=reason.known,
        needs=reason.needs,
        threshold=reason.threshold,
        sentence=reason.sentence,
    )
