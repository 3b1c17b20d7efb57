"""A grade by a sum of marks, with caps and a person's bounded correction: the network's own way.

Every mark is printed with the value and the bounds it came from. What is not known leaves a range,
as in `grading`: the sum if it turns out badly, and if it turns out well. The file's gates are rules
of `grading`: the lowest of sum, caps and gates is the grade.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rebond_server.domain.condition import Comparison, Op, Plain, comparison
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact
from rebond_server.domain.grading import (
    Axis,
    Grade,
    GradeReason,
    GradingRules,
    Range,
    grader,
    lowest,
)
from rebond_server.domain.marks_parts import Cap, Category, Delta, Marks, MarksRule
from rebond_server.domain.marks_rules import MarksRules
from rebond_server.domain.sentence import Sentence

Span = tuple[float, float]
"""The points if every unknown turns out badly, and if every one turns out well."""


def grade_by_marks(facts: Mapping[str, Fact], rules: MarksRules) -> Grade:
    """Return the grade of a device with these facts by its sum of marks, caps and gates."""
    return marker(rules)(facts)


def marker(rules: MarksRules) -> Callable[[Mapping[str, Fact]], Grade]:
    """Return what grades many devices by these rules: thresholds and categories are read once."""
    gate = grader(GradingRules(edition=rules.edition, rules=rules.rules))
    ready = _ready(rules)

    def graded(facts: Mapping[str, Fact]) -> Grade:
        gates = gate(facts)
        low, high, reasons = _sum(facts, ready)
        span = Range(low=_category(rules, low).letter, high=_category(rules, high).letter)
        return Grade(
            overall=_both(gates.overall, span),
            axes=gates.axes | {Axis.PERFORMANCE: _both(gates.axes[Axis.PERFORMANCE], span)},
            reasons=(*gates.reasons, _total(rules, low, high), *sorted(reasons, key=_order)),
            edition=rules.edition,
        )

    return graded


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """The rules with their conditions made ready to be compared, and their tables by fact."""

    rules: MarksRules
    tables: dict[str, tuple[Marks, ...]]
    conditions: dict[str, tuple[tuple[str, Comparison], ...]]
    """Of each bonus and each cap, by its id: which fact meets what."""


def _ready(rules: MarksRules) -> _Ready:
    names = dict.fromkeys(table.fact for table in rules.marks)
    return _Ready(
        rules=rules,
        tables={name: tuple(t for t in rules.marks if t.fact == name) for name in names},
        conditions={
            name: tuple((c.fact, comparison(REGISTRY[c.fact], c.needs, c.value)) for c in when)
            for name, when in (
                *((bonus.id, bonus.when) for bonus in rules.bonuses),
                *((cap.id, cap.when) for cap in rules.caps),
            )
        },
    )


def _sum(facts: Mapping[str, Fact], ready: _Ready) -> tuple[float, float, list[GradeReason]]:
    """Return the least and the most points after caps, and every reason but the total."""
    rules = ready.rules
    spans, reasons = _marks(facts, ready)
    for bonus in rules.bonuses:
        held = _all(ready.conditions[bonus.id], facts)
        spans.append((bonus.points if held else 0, 0 if held is False else bonus.points))
        if held:
            reasons.append(_note(rules, bonus.id, bonus, bonus.points))
    for delta in rules.deltas:
        points = _bounded(delta, facts)
        spans.append((points, points))
        if points:
            reasons.append(_note(rules, delta.id, delta, points))
    low, high = sum(span[0] for span in spans), sum(span[1] for span in spans)
    for cap in rules.caps:
        held = _all(ready.conditions[cap.id], facts)
        low = low if held is False else min(low, cap.most)
        high = min(high, cap.most) if held else high
        if held is not False and cap.most < _most(rules):
            reasons.append(_cap(rules, cap, facts, known=held is True))
    return low, high, reasons


def _marks(facts: Mapping[str, Fact], ready: _Ready) -> tuple[list[Span], list[GradeReason]]:
    """Return one span a fact, and what each table says; tables that exclude each other count once."""
    spans: list[Span] = []
    reasons: list[GradeReason] = []
    for name, tables in ready.tables.items():
        possible = [table for table in tables if _concerned(table, facts) is not False]
        found = [_points(table, facts[name].value) for table in possible]
        if found:
            spans.append((min(s[0] for s in found), max(s[1] for s in found)))
        reasons += [
            _mark(ready.rules, table, facts[name], span)
            for table, span in zip(possible, found, strict=True)
        ]
    return spans, reasons


def _concerned(table: Marks, facts: Mapping[str, Fact]) -> bool | None:
    medium = facts["drive_medium"].value
    return True if not table.media else None if medium is None else medium in table.media


def _points(table: Marks, value: Plain | None) -> Span:
    """Return the mark: below the first bound 0; at a bound, the next mark begins."""
    if value is None:
        return (0, len(table.bounds))
    found = REGISTRY[table.fact].rank(value)
    reached = sum(found >= bound for bound in table.bounds)
    return (reached, reached)


def _all(conditions: Sequence[tuple[str, Comparison]], facts: Mapping[str, Fact]) -> bool | None:
    """Say whether all of these hold; None when what is not known decides it."""
    held = [meets(facts[name].value) for name, meets in conditions]
    return False if False in held else None if None in held else True


def _bounded(delta: Delta, facts: Mapping[str, Fact]) -> float:
    value = facts[delta.fact].value
    if value is None:
        return 0
    return max(delta.least, min(delta.most, REGISTRY[delta.fact].rank(value)))


def _category(rules: MarksRules, points: float) -> Category:
    """Return the best category that these points reach; below the first, the first."""
    reached = [c for c in rules.categories if c.least <= points]
    return reached[-1] if reached else rules.categories[0]


def _most(rules: MarksRules) -> float:
    return rules.categories[-1].least


def _both(one: Range, two: Range) -> Range:
    return Range(low=lowest((one.low, two.low)), high=lowest((one.high, two.high)))


def _mark(rules: MarksRules, table: Marks, fact: Fact, span: Span) -> GradeReason:
    low, high = span
    known = low == high
    told = f"{low:g}" if known else f"{low:g}-{high:g}"
    best = len(table.bounds)
    return GradeReason(
        rule=table.id,
        axis=Axis.PERFORMANCE,
        fact=table.fact,
        value=fact.value,
        known=known,
        needs=Op.AT_LEAST,
        threshold=table.bounds,
        unit=fact.unit,
        status=fact.status,
        fact_source=fact.source,
        rule_source=table.source,
        rule_source_en=table.source_en,
        effect="note" if known else "cap",
        otherwise=None if known else _category(rules, 0).letter,
        sentence=Sentence(
            fr=f"{table.fr} : {told} points sur {best}.", en=f"{table.en}: {told} of {best} points."
        ),
        fix=table.fix if low < best else None,
    )


def _note(rules: MarksRules, name: str, rule: MarksRule, points: float) -> GradeReason:
    return _said(
        rules,
        name,
        points,
        Sentence(fr=f"{rule.fr} : {points:+g}.", en=f"{rule.en}: {points:+g}."),
        rule,
    )


def _cap(rules: MarksRules, cap: Cap, facts: Mapping[str, Fact], *, known: bool) -> GradeReason:
    first = cap.when[0]
    fact = facts[first.fact]
    return GradeReason(
        rule=cap.id,
        axis=Axis.PERFORMANCE,
        fact=first.fact,
        value=fact.value,
        known=known,
        needs=first.needs,
        threshold=first.value,
        unit=fact.unit,
        status=fact.status,
        fact_source=fact.source,
        rule_source=cap.source,
        rule_source_en=cap.source_en,
        effect="cap",
        otherwise=_category(rules, cap.most).letter,
        sentence=Sentence(fr=cap.fr, en=cap.en),
        fix=cap.fix,
    )


def _total(rules: MarksRules, low: float, high: float) -> GradeReason:
    first, last = _category(rules, low), _category(rules, high)
    points = f"{low:g}" if low == high else f"{low:g}-{high:g}"
    named = Sentence(
        fr=first.fr if first is last else f"{first.fr} - {last.fr}",
        en=first.en if first is last else f"{first.en} - {last.en}",
    )
    return _said(
        rules,
        "TOTAL",
        high,
        Sentence(
            fr=f"Total : {points} points, {named.fr}.", en=f"Sum: {points} points, {named.en}."
        ),
        last,
    )


def _said(
    rules: MarksRules, name: str, points: float, sentence: Sentence, rule: MarksRule
) -> GradeReason:
    return GradeReason(
        rule=name,
        axis=Axis.PERFORMANCE,
        fact="marks",
        value=points,
        known=True,
        needs=Op.KNOWN,
        threshold=None,
        unit="points",
        status="measured",
        fact_source=f"{rules.edition.name} {rules.edition.version}",
        rule_source=rule.source,
        rule_source_en=rule.source_en,
        effect="note",
        otherwise=None,
        sentence=sentence,
        fix=None,
    )


def _order(reason: GradeReason) -> tuple[bool, str]:
    """Return a key that puts what caps first, then the marks by name."""
    return (reason.effect != "cap", reason.rule)
