"""A file of grading rules, checked: what cannot be applied, explained or meant is refused with its line."""

from rebond_server.domain.condition import Op, comparison
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.grading import GradingRule, GradingRules, Letter
from rebond_server.domain.rule_check import (
    Fault,
    comparison_fault,
    fact_fault,
    fix_fault,
    samples,
    text_fault,
    told,
)
from rebond_server.domain.rule_text import read_rules, refuse_rule

_ORDER = tuple(Letter)


def read_grading_rules(text: str) -> GradingRules:
    """Return the rules in this TOML text, or raise BadRules naming the line."""
    edition, rules = read_rules(text, GradingRule, rule_fault)
    for number, rule in enumerate(rules):
        for earlier in rules[:number]:
            wrong = contradiction(earlier, rule)
            if wrong is not None:
                raise refuse_rule(text, number, *wrong)
    return GradingRules(edition=edition, rules=rules)


def rule_fault(rule: GradingRule) -> Fault | None:
    """Return the key at fault and a sentence, or None for a rule that can be applied."""
    return (
        fact_fault(REGISTRY, rule.fact, rule.unit)
        or comparison_fault(REGISTRY[rule.fact], rule.needs, rule.value)
        or text_fault(source=rule.source, fr=rule.fr, en=rule.en)
        or fix_fault(rule.fix)
        or _misfit(rule)
        or (None if rule.effect == "note" else _punishes(rule))
    )


def _misfit(rule: GradingRule) -> Fault | None:
    if (rule.effect == "cap") != (rule.otherwise is not None):
        return (
            "effect",
            told(
                "un plafond (cap) dit `otherwise`, et lui seul",
                "a cap says `otherwise`, and only a cap does",
            ),
        )
    if rule.otherwise is Letter.A:
        return (
            "otherwise",
            told("un plafond à A ne retient rien", "a cap at A holds nothing down"),
        )
    if rule.effect != "note" and rule.on_unknown == "ignore":
        return (
            "on_unknown",
            told(
                "seule une note peut ignorer un inconnu : ne pas savoir ne doit jamais aider",
                "only a note may ignore an unknown: not knowing must never help",
            ),
        )
    return None


def _punishes(rule: GradingRule) -> Fault | None:
    """Refuse a need that a better value fails: it would make an improvement lower the grade."""
    scale = REGISTRY[rule.fact]
    upward, downward = rule.needs is Op.AT_LEAST, rule.needs is Op.AT_MOST
    if scale.type == "yes_no" and rule.needs is Op.EQUALS:
        upward, downward = rule.value is True, rule.value is False
    if (scale.better == "more" and upward) or (scale.better == "less" and downward):
        return None
    if scale.better is None or rule.needs is Op.KNOWN:
        return None
    way = {"more": "plus, c'est mieux", "less": "moins, c'est mieux"}[scale.better]
    return (
        "needs",
        told(
            f"pour {rule.fact}, {way} : {rule.needs.value!r} le punirait",
            f"for {rule.fact} {scale.better} is better: {rule.needs.value!r} would punish it",
        ),
    )


def contradiction(one: GradingRule, other: GradingRule) -> Fault | None:
    """Say why two rules of one fact, for the same kinds of devices, cannot both be meant."""
    same = (one.fact, one.axis) == (other.fact, other.axis)
    if not same or "note" in {one.effect, other.effect} or not _overlap(one, other):
        return None
    return _twins(one, other) or _apart(one, other) or _ladder(one, other)


def _twins(one: GradingRule, other: GradingRule) -> Fault | None:
    """Refuse one need with two effects: only one can be meant."""
    if (one.needs, one.value) != (other.needs, other.value) or one.effect == other.effect:
        return None
    return (
        "effect",
        told(
            f"les règles {one.id} et {other.id} se contredisent : même besoin, deux effets",
            f"rules {one.id} and {other.id} contradict each other: one need, two effects",
        ),
    )


def _apart(one: GradingRule, other: GradingRule) -> Fault | None:
    """Refuse two needs that no value meets together: every device would fail one of them."""
    scale = REGISTRY[one.fact]
    both = [comparison(scale, rule.needs, rule.value) for rule in (one, other)]
    if any(all(met(value) for met in both) for value in samples(scale, one.value, other.value)):
        return None
    return (
        "value",
        told(
            f"les règles {one.id} et {other.id} se contredisent : aucune valeur ne satisfait les deux",
            f"rules {one.id} and {other.id} contradict each other: no value meets both",
        ),
    )


def _ladder(one: GradingRule, other: GradingRule) -> Fault | None:
    """Refuse two caps of which the stricter need does not cap higher: one would never speak."""
    if not one.effect == other.effect == "cap" or one.needs is not other.needs:
        return None
    if not isinstance(one.value, bool | int | float | str):
        return None
    if not isinstance(other.value, bool | int | float | str):
        return None
    scale, down = REGISTRY[one.fact], one.needs is Op.AT_MOST
    strictness = [(-scale.rank(v) if down else scale.rank(v)) for v in (one.value, other.value)]
    letters = [_ORDER.index(r.otherwise) for r in (one, other) if r.otherwise is not None]
    apart = strictness[0] != strictness[1] and letters[0] != letters[1]
    if apart and (strictness[0] < strictness[1]) == (letters[0] < letters[1]):
        return None
    return (
        "otherwise",
        told(
            f"les règles {one.id} et {other.id} se contredisent :"
            " le besoin le plus strict doit plafonner plus haut",
            f"rules {one.id} and {other.id} contradict each other:"
            " the stricter need must cap higher",
        ),
    )


def _overlap(one: GradingRule, other: GradingRule) -> bool:
    return not one.kinds or not other.kinds or bool(set(one.kinds) & set(other.kinds))
