"""What is wrong with one rule by itself, in words: shared by every kind of rule file."""

import difflib
from collections.abc import Iterable, Mapping

from rebond_server.domain.condition import Op, Plain, Scale, Threshold, comparison, each, fault
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


FIXES = frozenset(
    {"battery", "camera", "case", "charger", "donor", "drive", "firmware", "identify", "keyboard"}
    | {"memory", "microphone", "mouse", "network", "ports", "screen", "sound", "test", "wifi"}
)
"""What a rule may name as its remedy."""


def fix_fault(fix: str | None) -> Fault | None:
    """Refuse a remedy that nobody knows, with the nearest one."""
    if fix is None or fix in FIXES:
        return None
    near = difflib.get_close_matches(fix, sorted(FIXES), n=1) or sorted(FIXES)
    return (
        "fix",
        told(
            f"aucun remède ne s'appelle {fix!r} ; connus : {', '.join(near)}",
            f"no remedy is called {fix!r}; known: {', '.join(near)}",
        ),
    )


def samples(scale: Scale, *thresholds: Threshold | None) -> list[Plain]:
    """Return values, worst or least first, among which every answer of these comparisons occurs."""
    if scale.type == "yes_no":
        return [False, True] if scale.better != "less" else [True, False]
    if scale.type == "choice":
        return list(scale.order)
    marks = {scale.rank(mark) for one in thresholds if one is not None for mark in each(one)}
    near = {mark + step for mark in marks for step in (-1, 0, 1)}
    least, most = scale.least, scale.most
    if least is not None and most is not None:
        near = {min(max(value, least), most) for value in near} | {least, most}
    return [*sorted(near, reverse=scale.better == "less")]


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
