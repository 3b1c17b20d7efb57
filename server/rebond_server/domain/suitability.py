"""What a device is fit for: a programme, an operating system, a word that the law reserves.

The same closed comparisons as in `grading`, one list a purpose. A required need that is known to be
unmet says no; one that is not known, or that only a person can settle, says review; a wish is noted.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from rebond_schemas.facts import ChassisKind
from rebond_server.domain.condition import Op, Plain, Threshold, comparison, holds
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact
from rebond_server.domain.rule_check import (
    Fault,
    comparison_fault,
    fact_fault,
    fix_fault,
    samples,
    text_fault,
    told,
)
from rebond_server.domain.rule_text import Edition, read_rules, refuse_rule
from rebond_server.domain.sentence import Sentence, both


class Purpose(StrEnum):
    """What a device may be asked to be fit for."""

    FAMILY = "family"
    COLLEGIEN = "collegien"
    STUDENT = "student"
    RESIN = "resin"
    ADMINISTRATION = "administration"
    WINDOWS_11 = "windows_11"
    LINUX = "linux"
    RECONDITIONNE = "reconditionne"
    """The word itself: décret 2022-190, Code de la consommation R122-4."""
    PRICE_DECREE = "price_decree"
    """Sold at a solidarity price: décret 2022-1413."""
    UNDER_TEN_YEARS = "under_ten_years"


PROGRAMMES = (
    Purpose.FAMILY,
    Purpose.COLLEGIEN,
    Purpose.STUDENT,
    Purpose.RESIN,
    Purpose.ADMINISTRATION,
)


class Answer(StrEnum):
    """Whether a device is fit for a purpose."""

    YES = "yes"
    REVIEW = "review"
    NO = "no"


class Need(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fact must satisfy for these purposes; `confirm`: unmet, a person settles it."""

    id: str
    purposes: tuple[Purpose, ...]
    kinds: tuple[ChassisKind, ...] = ()
    fact: str
    needs: Op
    value: Threshold | None = None
    unit: str
    strength: Literal["required", "confirm", "wished"]
    source: str
    source_en: str | None = None
    fr: str
    en: str
    fix: str | None = None


class SuitabilityRules(Struct, frozen=True, kw_only=True):
    """A whole file of needs, checked."""

    edition: Edition
    needs: tuple[Need, ...]


class Unmet(Struct, frozen=True, kw_only=True):
    """One need that does not hold, or is not known to (`known` False)."""

    need: str
    fact: str
    value: Plain | None
    known: bool
    needs: Op
    threshold: Threshold | None
    unit: str
    strength: Literal["required", "confirm", "wished"]
    fact_source: str
    source: Sentence
    sentence: Sentence
    fix: str | None


class Fitness(Struct, frozen=True, kw_only=True):
    """The answer for one purpose with everything that stands against it, and the file's edition."""

    purpose: Purpose
    answer: Answer
    unmet: tuple[Unmet, ...]
    edition: Edition


def fitness(facts: Mapping[str, Fact], rules: SuitabilityRules, purpose: Purpose) -> Fitness:
    """Return whether a device with these facts is fit for the purpose, and why not."""
    needs = (need for need in rules.needs if purpose in need.purposes)
    unmet = sorted((u for need in needs if (u := _unmet(need, facts)) is not None), key=_weight)
    return Fitness(
        purpose=purpose, answer=_answer(unmet), unmet=tuple(unmet), edition=rules.edition
    )


def read_suitability_rules(text: str) -> SuitabilityRules:
    """Return the needs in this TOML text, or raise BadRules naming the line."""
    edition, needs = read_rules(text, Need, _fault)
    for number, need in enumerate(needs):
        for earlier in needs[:number]:
            wrong = _contradiction(earlier, need)
            if wrong is not None:
                raise refuse_rule(text, number, *wrong)
    return SuitabilityRules(edition=edition, needs=needs)


def _contradiction(one: Need, other: Need) -> Fault | None:
    """Refuse two needs of one purpose and fact that no value meets together: nothing would be fit."""
    shared = set(one.purposes) & set(other.purposes)
    kinds = not one.kinds or not other.kinds or set(one.kinds) & set(other.kinds)
    if one.fact != other.fact or not shared or not kinds:
        return None
    if "wished" in {one.strength, other.strength}:
        return None
    scale = REGISTRY[one.fact]
    both = [comparison(scale, need.needs, need.value) for need in (one, other)]
    if any(all(met(value) for met in both) for value in samples(scale, one.value, other.value)):
        return None
    return (
        "value",
        told(
            f"{one.id} et {other.id} se contredisent : aucune valeur ne satisfait les deux",
            f"{one.id} and {other.id} contradict each other: no value meets both",
        ),
    )


def _unmet(need: Need, facts: Mapping[str, Fact]) -> Unmet | None:
    fact, kind = facts[need.fact], facts["kind"].value
    met = holds(REGISTRY[need.fact], need.needs, need.value, fact.value)
    concerned = not need.kinds or (None if kind is None else kind in need.kinds)
    if concerned is False or met is True:
        return None
    known = met is False and concerned is True
    told = Sentence(fr=need.fr, en=need.en)
    asked = Sentence(fr=f"À vérifier, car inconnu : {need.fr}", en=f"To be checked: {need.en}")
    return Unmet(
        need=need.id,
        fact=need.fact,
        value=fact.value,
        known=known,
        needs=need.needs,
        threshold=need.value,
        unit=fact.unit,
        strength=need.strength,
        fact_source=fact.source,
        source=both(need.source, need.source_en),
        sentence=told if known else asked,
        fix=need.fix,
    )


def _answer(unmet: Iterable[Unmet]) -> Answer:
    found = [one for one in unmet if one.strength != "wished"]
    if any(one.known and one.strength == "required" for one in found):
        return Answer.NO
    return Answer.REVIEW if found else Answer.YES


def _weight(unmet: Unmet) -> tuple[int, bool, str]:
    return (("required", "confirm", "wished").index(unmet.strength), not unmet.known, unmet.need)


def _fault(need: Need) -> Fault | None:
    if not need.purposes:
        return ("purposes", told("il faut au moins un usage", "at least one purpose must be named"))
    return (
        fact_fault(REGISTRY, need.fact, need.unit)
        or comparison_fault(REGISTRY[need.fact], need.needs, need.value)
        or text_fault(source=need.source, fr=need.fr, en=need.en)
        or fix_fault(need.fix)
    )
