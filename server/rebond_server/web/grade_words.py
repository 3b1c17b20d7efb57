"""The reasons of a grade with what they rest on: value, threshold, and both their sources."""

from typing import NamedTuple

from rebond_schemas.plan import Minimum
from rebond_server.domain.condition import Op, Plain, Threshold
from rebond_server.domain.grading import GradeReason, GradingRule
from rebond_server.domain.rule_text import Edition
from rebond_server.domain.sentence import Sentence, both
from rebond_server.web.language import gettext, number, say
from rebond_server.web.words import CHOICES, GRADES, KINDS, UNITS


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
            value=plain_value(reason.value, reason.unit),
            threshold=_threshold(reason.needs, reason.threshold, reason.unit),
            fact_source=f"{_fact_source(reason.fact_source)} ({say(CHOICES[reason.status])})",
            rule_source=say(both(reason.rule_source, reason.rule_source_en)),
            rule=reason.rule,
        )
        for reason in reasons
    ]


def rule_effect(rule: GradingRule | GradeReason) -> str:
    """Return what follows when the rule is not satisfied."""
    match rule.effect:
        case "block":
            return gettext("une personne doit trancher")
        case "note":
            return gettext("pour information")
        case "cap":
            limit = "?" if rule.otherwise is None else say(GRADES[rule.otherwise.value])
            return gettext("au mieux %(grade)s") % {"grade": limit}


def edition_note(edition: Edition) -> Sentence:
    """Return what a rule file says of itself."""
    return both(edition.note, edition.note_en)


def minimum_text(least: Minimum) -> str:
    """Return the least that a programme asks of a device."""
    told = [say(KINDS[kind]) for kind in least.kinds]
    if least.grade is not None:
        told.append(gettext("catégorie %(grade)s") % {"grade": least.grade.value})
    for value, unit in ((least.ram_mib, "MiB"), (least.disk_gb, "GB")):
        if value is not None:
            told.append(plain_value(value, unit))
    if least.solid_state:
        told.append(gettext("SSD"))
    if least.cpu_year is not None:
        told.append(gettext("processeur de %(year)s") % {"year": least.cpu_year})
    if least.windows_11:
        told.append(gettext("compatible Windows 11"))
    if least.battery_percent is not None:
        percent = number(least.battery_percent, 0)
        told.append(gettext("batterie à %(percent)s %%") % {"percent": percent})
    return ", ".join(told)


_SOURCES = {
    "nobody looked it up": Sentence(fr="personne ne l'a cherché", en="nobody looked it up"),
    "nobody looked": Sentence(fr="personne n'a regardé", en="nobody looked"),
    "nobody corrects": Sentence(fr="personne ne corrige", en="nobody corrects"),
    "declared": Sentence(fr="dit par une personne", en="told by a person"),
    "inspection": Sentence(fr="contrôle", en="inspection"),
    "inventory": Sentence(fr="relevé", en="report"),
    "rules/drive_health": Sentence(fr="règles de santé des disques", en="rules of drive health"),
    "judgements of every drive": Sentence(
        fr="verdicts d'effacement de chaque disque", en="erasure verdicts of every drive"
    ),
}
"""What `domain.facts` calls those who did not tell, in words."""


def _fact_source(told: str) -> str:
    """Return where a fact comes from; paths and tools stay as they are: "memory (dmidecode)"."""
    name, bracket, rest = told.partition(" (")
    word = _SOURCES.get(name)
    inner = _SOURCES.get(rest.removesuffix(")"))
    rest = rest if inner is None else f"{say(inner)})"
    return (name if word is None else say(word)) + bracket + rest


def _effect(reason: GradeReason) -> str:
    if reason.effect == "cap" and not reason.known:
        return gettext("%(effect)s si c'est confirmé") % {"effect": rule_effect(reason)}
    return rule_effect(reason)


def plain_value(value: Plain | None, unit: str) -> str:
    """Return a value with its unit, as a person reads it."""
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
    told = [plain_value(mark, unit) for mark in marks]
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
