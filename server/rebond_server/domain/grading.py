"""Facts into a grade: the lowest cap wins, and every rule that spoke says why.

Never an average: a dead drive is not paid for by 16 GB. A rule states what a grade needs; what is
known to fall short caps the grade. What is not known leaves a range: `low` if it turns out badly,
`high` if it turns out well; where they differ the grade waits for a person (REVIEW).
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from rebond_schemas.facts import ChassisKind
from rebond_server.domain.condition import Op, Plain, Threshold, comparison
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact, Status
from rebond_server.domain.rule_text import Edition
from rebond_server.domain.sentence import Sentence


class Letter(StrEnum):
    """What a device is good for, worst first. A never means new."""

    RECYCLE = "recycle"
    PARTS = "parts"
    D = "D"
    C = "C"
    B = "B"
    A = "A"


class Axis(StrEnum):
    """Three questions kept apart: does it work, is it fast enough, how does it look."""

    FUNCTION = "function"
    PERFORMANCE = "performance"
    APPEARANCE = "appearance"


class GradingRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fact must satisfy; if it does not, `effect` says what follows.

    cap: the grade is `otherwise` at most. block: a person must settle it first. note: printed only.
    """

    id: str
    axis: Axis
    kinds: tuple[ChassisKind, ...] = ()
    fact: str
    needs: Op
    value: Threshold | None = None
    unit: str
    effect: Literal["cap", "block", "note"]
    otherwise: Letter | None = None
    on_unknown: Literal["review", "ignore"]
    source: str
    source_en: str | None = None
    fr: str
    en: str
    fix: str | None = None


class GradingRules(Struct, frozen=True, kw_only=True):
    """A whole rule file, checked."""

    edition: Edition
    rules: tuple[GradingRule, ...]


class Range(Struct, frozen=True, kw_only=True, gc=False):
    """The grade if every unknown turns out badly, and if every one turns out well."""

    low: Letter
    high: Letter

    @property
    def label(self) -> str:
        """The letter, or REVIEW while it depends on what is not known."""
        return self.low.value if self.low is self.high else "REVIEW"


class GradeReason(Struct, frozen=True, kw_only=True, gc=False):
    """One rule that spoke: followed to its value, its threshold and both their sources."""

    rule: str
    axis: Axis
    fact: str
    value: Plain | None
    known: bool
    """Whether the value is known to fall short; else it only might."""
    needs: Op
    threshold: Threshold | None
    unit: str
    status: Status
    fact_source: str
    rule_source: str
    rule_source_en: str | None = None
    """In English; None: the same, and in grades of before it was kept."""
    effect: Literal["cap", "block", "note"]
    otherwise: Letter | None
    sentence: Sentence
    fix: str | None


class Grade(Struct, frozen=True, kw_only=True, gc=False):
    """The grade with its reasons, worst first, and the edition of the rules that gave it."""

    overall: Range
    axes: dict[Axis, Range]
    reasons: tuple[GradeReason, ...]
    edition: Edition

    @property
    def label(self) -> str:
        """The letter to print, or REVIEW."""
        return self.overall.label


_ORDER = tuple(Letter)
_BEST = Letter.A


def grade(facts: Mapping[str, Fact], rules: GradingRules) -> Grade:
    """Return the grade of a device with these facts (see facts.project)."""
    return grader(rules)(facts)


def grader(rules: GradingRules) -> Callable[[Mapping[str, Fact]], Grade]:
    """Return what grades many devices by these rules: the thresholds are read once."""
    ready = [
        (rule, frozenset(rule.kinds), comparison(REGISTRY[rule.fact], rule.needs, rule.value))
        for rule in rules.rules
    ]

    def graded(facts: Mapping[str, Fact]) -> Grade:
        kind = facts["kind"].value
        spoken = []
        for rule, kinds, meets in ready:
            if kinds and kind is not None and kind not in kinds:
                continue
            fact = facts[rule.fact]
            met = meets(fact.value)
            # most rules have nothing to say: they are asked no more than that
            if met is False or (met is None and rule.on_unknown != "ignore"):
                spoken.append(
                    _reason(rule, fact, short=met is False and (not kinds or kind is not None))
                )
        axes = {axis: _range(r for r in spoken if r.axis is axis) for axis in Axis}
        return Grade(
            overall=Range(
                low=lowest(r.low for r in axes.values()), high=lowest(r.high for r in axes.values())
            ),
            axes=axes,
            reasons=tuple(sorted(spoken, key=_weight)),
            edition=rules.edition,
        )

    return graded


def lowest(letters: Iterable[Letter]) -> Letter:
    """Return the worst of these letters, A for none."""
    return min(letters, key=_ORDER.index, default=_BEST)


def _reason(rule: GradingRule, fact: Fact, *, short: bool) -> GradeReason:
    """Return what the rule says of a fact that falls `short`, or that might."""
    sure = short and fact.value is not None
    return GradeReason(
        rule=rule.id,
        axis=rule.axis,
        fact=rule.fact,
        value=fact.value,
        known=sure,
        needs=rule.needs,
        threshold=rule.value,
        unit=fact.unit,
        status=fact.status,
        fact_source=fact.source,
        rule_source=rule.source,
        rule_source_en=rule.source_en,
        effect=rule.effect,
        otherwise=rule.otherwise,
        sentence=Sentence(fr=rule.fr, en=rule.en) if sure else _unknown(rule),
        fix=rule.fix,
    )


def _range(reasons: Iterable[GradeReason]) -> Range:
    low, high = [], []
    for reason in reasons:
        if reason.effect == "block":
            low.append(Letter.RECYCLE)
        elif reason.effect == "cap" and reason.otherwise is not None:
            low.append(reason.otherwise)
            if reason.known:
                high.append(reason.otherwise)
    return Range(low=lowest(low), high=lowest(high))


def _weight(reason: GradeReason) -> tuple[int, int, str]:
    """Blocks first, then caps from the worst, then notes; at equal weight what is known first."""
    effect = ("block", "cap", "note").index(reason.effect)
    letter = len(_ORDER) if reason.otherwise is None else _ORDER.index(reason.otherwise)
    return (effect, letter * 2 + (not reason.known), reason.rule)


def _unknown(rule: GradingRule) -> Sentence:
    return Sentence(
        fr=f"À vérifier, car inconnu : {rule.fr}", en=f"To be checked, not known: {rule.en}"
    )
