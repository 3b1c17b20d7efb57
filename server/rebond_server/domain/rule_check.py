"""What is wrong with one rule by itself, in words: shared by every kind of rule file."""

import difflib
from collections.abc import Iterable, Mapping

from rebond_server.domain.condition import Op, Plain, Scale, Threshold, comparison, fault
from rebond_server.domain.sentence import Sentence

Fault = tuple[str, Sentence]
"""The key at fault, and why."""


def told(fr: str, en: str) -> Sentence:
    """Return a sentence in both languages."""
    return Sentence(fr=fr, en=en)


def fact_fault(
    scales: Mapping[str, Scale], fact: str, unit: str | None, key: str = "fact"
) -> Fault | None:
    """Refuse a fact that nobody knows, or another unit than its own."""
    scale = scales.get(fact)
    if scale is None:
        return (key, unknown_fact(scales, fact))
    if unit is not None and unit != scale.unit:
        return (
            "unit",
            told(
                f"{fact} se compte en {scale.unit!r}, pas en {unit!r}",
                f"{fact} is counted in {scale.unit!r}, not in {unit!r}",
            ),
        )
    return None


def unknown_fact(known: Iterable[str], fact: str) -> Sentence:
    """Say that there is no such fact, with the nearest name, else all of them."""
    names = list(known)
    near = difflib.get_close_matches(fact, names, n=1)
    return told(
        f"aucun fait ne s'appelle {fact!r} ; "
        + (f"voulez-vous dire {near[0]} ?" if near else f"connus : {', '.join(names)}"),
        f"no fact is called {fact!r}; "
        + (f"do you mean {near[0]}?" if near else f"known: {', '.join(names)}"),
    )


def text_fault(**texts: str) -> Fault | None:
    """Refuse a rule that could not be explained: sentence or source empty."""
    for key, text in texts.items():
        if not text.strip():
            return (
                key,
                told(
                    f"{key} est vide : chaque motif doit pouvoir être lu et suivi",
                    f"{key} is empty: every reason must be read and followed",
                ),
            )
    return None


def comparison_fault(scale: Scale, op: Op, threshold: Threshold | None) -> Fault | None:
    """Refuse a comparison that cannot be made, or whose answer is always the same."""
    wrong = fault(scale, op, threshold)
    if wrong is not None:
        return ("value", wrong)
    if op is Op.KNOWN or _edges(scale) is None:
        return None
    holds = comparison(scale, op, threshold)
    answers = {holds(value) for value in _edges(scale) or ()}
    if scale.type == "number" and op in {Op.EQUALS, Op.IN, Op.BETWEEN}:
        answers.add(True)  # its own bounds, and what lies between the edges
    if len(answers) > 1:
        return None
    always = answers == {True}
    return (
        "value",
        told(
            f"cette comparaison est {'toujours' if always else 'jamais'} vraie :"
            " la règle ne dirait rien",
            f"this comparison is {'always' if always else 'never'} true:"
            " the rule would say nothing",
        ),
    )


def _edges(scale: Scale) -> tuple[Plain, ...] | None:
    """Return values among which a comparison that means something has both answers."""
    match scale.type:
        case "yes_no":
            return (True, False)
        case "choice":
            return scale.order
        case "number":
            if scale.least is None or scale.most is None:
                return None
            return (scale.least, scale.most)
