"""Every rule in force as a row that a person can read: what it asks, what follows, where it comes from."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from rebond_server.domain.grading import GradingRules
from rebond_server.domain.health import Effect, HealthRules
from rebond_server.domain.marks_parts import MarksRule
from rebond_server.domain.marks_rules import MarksRules
from rebond_server.domain.rule_set import RuleSet
from rebond_server.domain.sentence import Sentence, both
from rebond_server.web.grade_words import plain_value, rule_effect
from rebond_server.web.language import say
from rebond_server.web.words import GRADES

_HEALTH = {
    Effect.FAIL: Sentence(fr="défaillant", en="failing"),
    Effect.REVIEW: Sentence(fr="à examiner", en="to be examined"),
    Effect.UNKNOWN: Sentence(fr="santé inconnue", en="health unknown"),
    Effect.WATCH: Sentence(fr="à surveiller", en="to watch"),
    Effect.NOTE: Sentence(fr="pour information", en="for information"),
}


class RuleRow(NamedTuple):
    """One rule: texts in the reader's language."""

    id: str
    asks: str
    effect: str
    source: str


def rule_rows(rules: RuleSet | HealthRules) -> list[RuleRow]:
    """Return every rule of a set in the order of its file: gates of a file of marks come last."""
    match rules:
        case HealthRules():
            return [
                RuleRow(
                    id=rule.id,
                    asks=say(Sentence(fr=rule.fr, en=rule.en)),
                    effect=say(_HEALTH[rule.effect]),
                    source=say(both(rule.source, rule.source_en)),
                )
                for rule in rules.rules
            ]
        case MarksRules():
            return [*_marks(rules), *_caps(rules)]
        case GradingRules():
            return list(_caps(rules))
        case _:
            assert_never(rules)


def _caps(rules: GradingRules | MarksRules) -> Iterator[RuleRow]:
    for rule in rules.rules:
        yield RuleRow(
            id=rule.id,
            asks=say(Sentence(fr=rule.fr, en=rule.en)),
            effect=rule_effect(rule),
            source=say(both(rule.source, rule.source_en)),
        )


def _marks(rules: MarksRules) -> Iterator[RuleRow]:
    for rule, effect in _points(rules):
        yield RuleRow(
            id=rule.id,
            asks=say(Sentence(fr=rule.fr, en=rule.en)),
            effect=say(effect),
            source=say(both(rule.source, rule.source_en)),
        )


def _points(rules: MarksRules) -> Iterator[tuple[MarksRule, Sentence]]:
    for table in rules.marks:
        bounds = ", ".join(plain_value(bound, table.unit) for bound in table.bounds)
        yield table, Sentence(fr=f"un point dès {bounds}", en=f"a point from {bounds}")
    for bonus in rules.bonuses:
        yield bonus, Sentence(fr=f"{bonus.points:+g} point", en=f"{bonus.points:+g} point")
    for cap in rules.caps:
        yield cap, Sentence(fr=f"{cap.most} points au plus", en=f"{cap.most} points at most")
    for delta in rules.deltas:
        yield (
            delta,
            Sentence(
                fr=f"de {delta.least:+g} à {delta.most:+g} points",
                en=f"{delta.least:+g} to {delta.most:+g} points",
            ),
        )
    for category in rules.categories:
        grade, least = GRADES[category.letter.value], category.least
        yield (
            category,
            Sentence(fr=f"dès {least} points : {grade.fr}", en=f"from {least} points: {grade.en}"),
        )
