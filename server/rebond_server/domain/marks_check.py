"""What is wrong with a file of marks as a whole: marks counted twice, better values punished, no category."""

from collections.abc import Sequence
from itertools import pairwise

from rebond_server.domain.condition import comparison
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.grading import Letter
from rebond_server.domain.marks_parts import (
    Bonus,
    Cap,
    Category,
    Condition,
    Delta,
    Marks,
    MarksRule,
)
from rebond_server.domain.rule_check import Fault, samples, told
from rebond_server.domain.sentence import Sentence


def punishes(rule: Bonus | Cap) -> Fault | None:
    """Refuse points that a better value loses, and a cap that a better value meets."""
    gives = isinstance(rule, Bonus) and rule.points > 0
    for one in rule.when:
        wrong = _turned(one, better=gives)
        if wrong is not None:
            return ("when", wrong)
    return None


def _turned(one: Condition, *, better: bool) -> Sentence | None:
    """Say why this condition holds on the wrong side; a fact without a better side has none."""
    scale = REGISTRY[one.fact]
    if scale.better is None:
        return None
    met = comparison(scale, one.needs, one.value)
    answers = [bool(met(value)) for value in samples(scale, one.value)]
    if answers == sorted(answers, reverse=not better):
        return None
    return told(
        f"{one.fact} {one.needs.value} {one.value!r} : une meilleure valeur perdrait des points",
        f"{one.fact} {one.needs.value} {one.value!r}: a better value would lose points",
    )


def whole(rules: Sequence[MarksRule]) -> tuple[int, str, Sentence] | None:
    """Return the number of the rule, the key at fault and why; None for rules that hold together."""
    return _counted_twice(rules) or _ladder(rules) or _unreached(rules)


def _counted_twice(rules: Sequence[MarksRule]) -> tuple[int, str, Sentence] | None:
    """Refuse two tables of one fact for one medium: nobody could say which of them counts."""
    tables = [(n, rule) for n, rule in enumerate(rules) if isinstance(rule, Marks)]
    for at, (number, table) in enumerate(tables):
        for _, other in tables[:at]:
            media = not table.media or not other.media or set(table.media) & set(other.media)
            if table.fact == other.fact and media:
                why = told(
                    f"les barèmes {other.id} et {table.id} se contredisent :"
                    " même fait, même support",
                    f"tables {other.id} and {table.id} contradict each other: one fact, one medium",
                )
                return number, "fact", why
    return None


def _ladder(rules: Sequence[MarksRule]) -> tuple[int, str, Sentence] | None:
    found = [(n, rule) for n, rule in enumerate(rules) if isinstance(rule, Category)]
    categories = sorted(found, key=lambda one: one[1].least)
    if not categories or categories[0][1].least != 0:
        number = categories[0][0] if categories else len(rules) - 1
        why = told("une catégorie doit commencer à 0 point", "a category must begin at 0 points")
        return number, "least", why
    order = tuple(Letter)
    for (_, one), (number, two) in pairwise(categories):
        if one.least == two.least or order.index(one.letter) > order.index(two.letter):
            why = told(
                f"les catégories {one.id} et {two.id} se contredisent :"
                " plus de points, meilleure lettre",
                f"categories {one.id} and {two.id} contradict each other:"
                " more points, better letter",
            )
            return number, "least", why
    return None


def _unreached(rules: Sequence[MarksRule]) -> tuple[int, str, Sentence] | None:
    """Refuse a category above the most points that any device can have, and a cap that caps nothing."""
    most = _most(rules)
    top = max(rule.least for rule in rules if isinstance(rule, Category))
    for number, rule in enumerate(rules):
        if isinstance(rule, Category) and rule.least > most:
            why = told(
                f"jamais atteinte : aucun appareil n'a plus de {most:g} points",
                f"never reached: no device has more than {most:g} points",
            )
            return number, "least", why
        if isinstance(rule, Cap) and rule.most >= top:
            why = told(
                f"ce plafond ne retient rien : la dernière catégorie commence à {top} points",
                f"this cap holds nothing down: the last category begins at {top} points",
            )
            return number, "most", why
    return None


def _most(rules: Sequence[MarksRule]) -> float:
    """Return the most points: the longest table of each fact, every bonus, every correction upwards."""
    tables: dict[str, int] = {}
    for rule in rules:
        if isinstance(rule, Marks):
            tables[rule.fact] = max(tables.get(rule.fact, 0), len(rule.bounds))
    bonuses = sum(max(0, rule.points) for rule in rules if isinstance(rule, Bonus))
    deltas = sum(rule.most for rule in rules if isinstance(rule, Delta))
    return sum(tables.values()) + bonuses + deltas
