"""The rule file of a grade by marks, checked: each block by itself, then all of them together."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from msgspec import Struct

from rebond_server.domain.condition import Op
from rebond_server.domain.fact_registry import DELTAS, REGISTRY
from rebond_server.domain.grading import GradingRule
from rebond_server.domain.grading_rules import rule_fault
from rebond_server.domain.marks_check import punishes, whole
from rebond_server.domain.marks_parts import (
    Bonus,
    Cap,
    Category,
    Condition,
    Delta,
    Gate,
    Marks,
    MarksRule,
)
from rebond_server.domain.rule_check import (
    Fault,
    comparison_fault,
    fact_fault,
    fix_fault,
    text_fault,
    told,
)
from rebond_server.domain.rule_text import Edition, read_rules, refuse_rule

_AnyRule = Marks | Bonus | Cap | Delta | Category | Gate


class MarksRules(Struct, frozen=True, kw_only=True):
    """A whole file of marks, checked; `rules` are its gates."""

    edition: Edition
    marks: tuple[Marks, ...]
    bonuses: tuple[Bonus, ...]
    caps: tuple[Cap, ...]
    deltas: tuple[Delta, ...]
    categories: tuple[Category, ...]
    rules: tuple[GradingRule, ...]


def read_marks_rules(text: str) -> MarksRules:
    """Return the rules in this TOML text, or raise BadRules naming the line."""
    edition, rules = read_rules(text, cast("type[MarksRule]", _AnyRule), _fault)
    wrong = whole(rules)
    if wrong is not None:
        raise refuse_rule(text, *wrong)
    categories = tuple(sorted((r for r in rules if isinstance(r, Category)), key=lambda c: c.least))
    return MarksRules(
        edition=edition,
        marks=tuple(r for r in rules if isinstance(r, Marks)),
        bonuses=tuple(r for r in rules if isinstance(r, Bonus)),
        caps=tuple(r for r in rules if isinstance(r, Cap)),
        deltas=tuple(r for r in rules if isinstance(r, Delta)),
        categories=categories,
        rules=tuple(_gate(r) for r in rules if isinstance(r, Gate)),
    )


def _gate(rule: Gate) -> GradingRule:
    return GradingRule(
        id=rule.id,
        axis=rule.axis,
        kinds=rule.kinds,
        fact=rule.fact,
        needs=rule.needs,
        value=rule.value,
        unit=rule.unit,
        effect=rule.effect,
        otherwise=rule.otherwise,
        on_unknown=rule.on_unknown,
        source=rule.source,
        source_en=rule.source_en,
        fr=rule.fr,
        en=rule.en,
        fix=rule.fix,
    )


def _fault(rule: MarksRule) -> Fault | None:
    unsaid = text_fault(source=rule.source, fr=rule.fr, en=rule.en)
    if unsaid is not None:
        return unsaid
    match rule:
        case Marks():
            return _marks_fault(rule)
        case Bonus() | Cap():
            return _conditions_fault(rule.when) or punishes(rule) or _remedy(rule)
        case Delta():
            return _delta_fault(rule)
        case Gate():
            return rule_fault(_gate(rule))
        case _:
            return None


def _marks_fault(rule: Marks) -> Fault | None:
    wrong = fact_fault(REGISTRY, rule.fact, rule.unit) or _bounds_fault(rule) or fix_fault(rule.fix)
    unknown = sorted(set(rule.media) - set(REGISTRY["drive_medium"].order))
    if wrong is not None or not unknown:
        return wrong
    return (
        "media",
        told(f"aucun support ne s'appelle {unknown}", f"no medium is called {unknown}"),
    )


def _remedy(rule: Bonus | Cap) -> Fault | None:
    return fix_fault(rule.fix) if isinstance(rule, Cap) else None


def _bounds_fault(rule: Marks) -> Fault | None:
    scale = REGISTRY[rule.fact]
    if scale.type != "number" or scale.better != "more":
        return (
            "fact",
            told(
                f"{rule.fact!r} n'est pas un nombre dont plus vaut mieux",
                f"{rule.fact!r} is no number of which more is better",
            ),
        )
    if not rule.bounds or any(one >= two for one, two in pairwise(rule.bounds)):
        return ("bounds", told("les bornes doivent monter", "the bounds must rise"))
    idle = (comparison_fault(scale, Op.AT_LEAST, bound) for bound in rule.bounds)
    first = next((wrong for wrong in idle if wrong is not None), None)
    return None if first is None else ("bounds", first[1])


def _conditions_fault(conditions: Sequence[Condition]) -> Fault | None:
    if not conditions:
        return (
            "when",
            told("il faut au moins une condition", "at least one condition must say when"),
        )
    for one in conditions:
        wrong = fact_fault(REGISTRY, one.fact, None) or comparison_fault(
            REGISTRY[one.fact], one.needs, one.value
        )
        if wrong is not None:
            return ("when", wrong[1])
    return None


def _delta_fault(rule: Delta) -> Fault | None:
    if rule.fact not in DELTAS:
        listed = ", ".join(sorted(DELTAS))
        return (
            "fact",
            told(
                f"{rule.fact!r} n'est pas une correction de personne : {listed}",
                f"{rule.fact!r} is no correction by a person: {listed}",
            ),
        )
    if rule.least <= 0 <= rule.most:
        return None
    return ("least", told("les bornes doivent entourer 0", "the bounds must hold 0"))
