"""The reasons of a grade with what they rest on: value, threshold, and both their sources."""

from typing import NamedTuple

from rebond_server.domain.condition import Op, Plain, Threshold
from rebond_server.domain.grading import GradeReason
from rebond_server.domain.sentence import Sentence
from rebond_server.web.language import gettext, number, say
from rebond_server.web.words import CHOICES, GRADES, UNITS


class ReasonLine(NamedTuple):
    """One reason as the page draws it."""

    sentence: Sentence
    effect: str
    value: str
    threshold: str
    fact_source: str
    rule_source: str
    rule: str


def reason_lines(reasons: tuple[GradeReason, ...]) -> list[ReasonLine]:
    """Return the reasons in their order: what weighs most first."""
    return [
        ReasonLine(
            sentence=reason.sentence,
            effect=_effect(reason),
            value=_value(reason.value, reason.unit),
            threshold=_threshold(reason.needs, reason.threshold, reason.unit),
            fact_source=f"{reason.fact_source} ({say(CHOICES[reason.status])})",
            rule_source=reason.rule_source,
            rule=reason.rule,
        )
        for reason in reasons
    ]


def _effect(reason: GradeReason) -> str:
    match reason.effect:
        case "block":
            return gettext("une personne doit trancher")
        case "note":
            return gettext("pour information")
        case "cap":
            letter = "D" if reason.otherwise is None else reason.otherwise.value
            limit = say(GRADES[letter])
            if reason.known:
                return gettext("au mieux %(grade)s") % {"grade": limit}
            return gettext("au mieux %(grade)s si c'est confirmé") % {"grade": limit}


def _value(value: Plain | None, unit: str) -> str:
    match value:
        case None:
            return gettext("inconnu")
        case bool():
            return gettext("oui") if value else gettext("non")
        case str():
            return _choice(value)
        case _:
            # A year is a name, not a quantity: it takes no separator.
            text = str(value) if unit == "year" else number(value)
            word = UNITS.get(unit)
            return text if word is None else f"{text} {say(word)}".rstrip()


def _threshold(needs: Op, threshold: Threshold | None, unit: str) -> str:
    if threshold is None:
        return gettext("connu")
    marks = threshold if isinstance(threshold, tuple) else (threshold,)
    told = [_value(mark, unit) for mark in marks]
    match needs:
        case Op.AT_LEAST:
            return gettext("au moins %(value)s") % {"value": told[0]}
        case Op.AT_MOST:
            return gettext("au plus %(value)s") % {"value": told[0]}
        case Op.BETWEEN:
            return gettext("de %(low)s à %(high)s") % {"low": told[0], "high": told[-1]}
        case _:
            return ", ".join(told)


def _choice(value: str) -> str:
    word = CHOICES.get(value)
    return value if word is None else say(word)
