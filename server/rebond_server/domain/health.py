"""Is this drive fit to be given away? By a dated table of rules, before and after the wipe."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from rebond_schemas.facts import Drive
from rebond_schemas.smart import Smart
from rebond_server.domain.condition import Comparison, Op, Plain, Threshold, comparison, holds
from rebond_server.domain.health_facts import FOLLOWS, SCALES, Medium, drive_facts, medium_of
from rebond_server.domain.rule_check import (
    Fault,
    comparison_fault,
    fact_fault,
    samples,
    text_fault,
    told,
)
from rebond_server.domain.rule_text import Edition, read_rules, refuse_rule
from rebond_server.domain.sentence import Sentence, both
from rebond_server.domain.verdict import Judgement


class Health(StrEnum):
    """OK and WATCH go on; REVIEW and UNKNOWN wait for a person; FAIL leaves the device."""

    OK = "ok"
    WATCH = "watch"
    REVIEW = "review"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Effect(StrEnum):
    """What a rule that speaks does to the verdict; a note is only printed."""

    NOTE = "note"
    WATCH = "watch"
    UNKNOWN = "unknown"
    REVIEW = "review"
    FAIL = "fail"


class HealthRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule speaks when its comparison holds on a drive of these media."""

    id: str
    media: tuple[Medium, ...]
    fact: str
    when: Op
    value: Threshold | None = None
    unit: str
    effect: Effect
    if_unknown: Effect | None = None
    """Effect when the fact is not known; None: the rule is then silent."""
    source: str
    source_en: str | None = None
    fr: str
    en: str
    fr_unknown: str | None = None
    en_unknown: str | None = None


class HealthRules(Struct, frozen=True, kw_only=True):
    """A whole rule file, checked."""

    edition: Edition
    rules: tuple[HealthRule, ...]


class Spoken(Struct, frozen=True, kw_only=True, gc=False):
    """One rule that spoke: the value it saw, the threshold, where the threshold comes from."""

    rule: str
    fact: str
    value: Plain | None
    unit: str
    when: Op
    threshold: Threshold | None
    effect: Effect
    source: Sentence
    sentence: Sentence


class DriveHealth(Struct, frozen=True, kw_only=True, gc=False):
    """The verdict over one drive, every rule that spoke (worst first), and the rules' edition."""

    health: Health
    spoken: tuple[Spoken, ...]
    edition: Edition
    medium: Medium
    facts: dict[str, Plain | None]
    """Every fact that a rule may name: enough to judge again by other rules."""


_WORST_FIRST = (Effect.FAIL, Effect.REVIEW, Effect.UNKNOWN, Effect.WATCH, Effect.NOTE)
_HEALTH = {
    Effect.FAIL: Health.FAIL,
    Effect.REVIEW: Health.REVIEW,
    Effect.UNKNOWN: Health.UNKNOWN,
    Effect.WATCH: Health.WATCH,
    Effect.NOTE: Health.OK,
}


def read_health_rules(text: str) -> HealthRules:
    """Return the rules in this TOML text, or raise BadRules naming the line."""
    edition, rules = read_rules(text, HealthRule, _fault)
    for number, rule in enumerate(rules):
        for earlier in rules[:number]:
            wrong = _contradiction(earlier, rule)
            if wrong is not None:
                raise refuse_rule(text, number, *wrong)
    milder = _milder_when_worse(rules)
    if milder is not None:
        raise refuse_rule(text, *milder)
    return HealthRules(edition=edition, rules=rules)


def drive_health(
    drive: Drive,
    rules: HealthRules,
    *,
    before: Smart | None = None,
    after: Smart | None = None,
    judgement: Judgement | None = None,
) -> DriveHealth:
    """Return the health of this drive; `before`/`after` surround its wipe, if there was one."""
    facts = drive_facts(drive, before=before, after=after, judgement=judgement)
    return health_judge(rules)(medium_of(drive, before, after), facts)


def health_judge(
    rules: HealthRules,
) -> Callable[[Medium, Mapping[str, Plain | None]], DriveHealth]:
    """Return what judges many drives by these rules, from their facts: thresholds are read once."""
    ready = [(rule, comparison(SCALES[rule.fact], rule.when, rule.value)) for rule in rules.rules]

    def judged(medium: Medium, facts: Mapping[str, Plain | None]) -> DriveHealth:
        spoken = [
            one
            for rule, met in ready
            if medium in rule.media and (one := _speak(rule, met, facts[rule.fact])) is not None
        ]
        spoken.sort(key=lambda one: _WORST_FIRST.index(one.effect))
        health = _HEALTH[spoken[0].effect] if spoken else Health.OK
        return DriveHealth(
            health=health,
            spoken=tuple(spoken),
            edition=rules.edition,
            medium=medium,
            facts=dict(facts),
        )

    return judged


def worst(healths: list[Health]) -> Health | None:
    """Return the health of several drives together, or None for no drive."""
    order = (Health.FAIL, Health.REVIEW, Health.UNKNOWN, Health.WATCH, Health.OK)
    return min(healths, key=order.index, default=None)


def _speak(rule: HealthRule, met: Comparison, value: Plain | None) -> Spoken | None:
    answer = met(value)
    effect = rule.if_unknown if answer is None else rule.effect if answer else None
    if effect is None:
        return None
    return Spoken(
        rule=rule.id,
        fact=rule.fact,
        value=value,
        unit=rule.unit,
        when=rule.when,
        threshold=rule.value,
        effect=effect,
        source=both(rule.source, rule.source_en),
        sentence=_sentence(rule, known=answer is not None),
    )


def _sentence(rule: HealthRule, *, known: bool) -> Sentence:
    if known:
        return Sentence(fr=rule.fr, en=rule.en)
    return Sentence(fr=rule.fr_unknown or rule.fr, en=rule.en_unknown or rule.en)


def _fault(rule: HealthRule) -> Fault | None:
    unknown = {"fr_unknown": rule.fr_unknown or "", "en_unknown": rule.en_unknown or ""}
    return (
        fact_fault(SCALES, rule.fact, rule.unit)
        or comparison_fault(SCALES[rule.fact], rule.when, rule.value)
        or text_fault(source=rule.source, fr=rule.fr, en=rule.en)
        or (None if rule.if_unknown is None else text_fault(**unknown))
        or _praises(rule)
    )


def _praises(rule: HealthRule) -> Fault | None:
    """Refuse a rule that a better value makes speak: it would condemn the healthier drive."""
    better = SCALES[rule.fact].better
    wrong = {"more": Op.AT_LEAST, "less": Op.AT_MOST}.get(better or "")
    if rule.when is not wrong:
        return None
    return (
        "when",
        told(
            f"pour {rule.fact}, {rule.when.value!r} condamnerait le disque le plus sain",
            f"for {rule.fact}, {rule.when.value!r} would condemn the healthier drive",
        ),
    )


def _contradiction(one: HealthRule, other: HealthRule) -> Fault | None:
    """Refuse two rules of which the worse value has the milder effect: one would never be heard."""
    same = (one.fact, one.when) == (other.fact, other.when) and set(one.media) & set(other.media)
    if not same or Effect.NOTE in {one.effect, other.effect}:
        return None
    if not isinstance(one.value, bool | int | float | str):
        return None
    if not isinstance(other.value, bool | int | float | str):
        return None
    scale, down = SCALES[one.fact], one.when is Op.AT_MOST
    badness = [(-scale.rank(v) if down else scale.rank(v)) for v in (one.value, other.value)]
    mildness = [_WORST_FIRST.index(r.effect) for r in (one, other)]
    apart = badness[0] != badness[1] and mildness[0] != mildness[1]
    if apart and (badness[0] < badness[1]) == (mildness[0] > mildness[1]):
        return None
    return (
        "effect",
        told(
            f"les règles {one.id} et {other.id} se contredisent : la pire valeur doit peser plus",
            f"rules {one.id} and {other.id} contradict each other: the worse value must weigh more",
        ),
    )


def _milder_when_worse(rules: Sequence[HealthRule]) -> tuple[int, str, Sentence] | None:
    """Refuse rules by which a worse value of a fact, taken together, weighs less than a better one."""
    for medium in Medium:
        found = [(n, rule) for n, rule in enumerate(rules) if medium in rule.media]
        for fact in sorted({FOLLOWS.get(rule.fact, rule.fact) for _, rule in found}):
            own = [(n, rule) for n, rule in found if rule.fact == fact]
            with_followers = [
                (n, rule) for n, rule in found if fact in {rule.fact, FOLLOWS.get(rule.fact)}
            ]
            wrong = _turned(fact, own) or _turned(fact, with_followers)
            if wrong is not None:
                return wrong
    return None


def _turned(fact: str, rules: Sequence[tuple[int, HealthRule]]) -> tuple[int, str, Sentence] | None:
    scale, worse = SCALES[fact], (0, -1)
    heard = [(n, rule) for n, rule in rules if rule.effect is not Effect.NOTE]
    for value in samples(scale, *(rule.value for _, rule in heard)):
        spoken = [
            (_WORST_FIRST.index(rule.effect), n)
            for n, rule in heard
            if holds(scale, rule.when, rule.value, value) is True
        ]
        weight = min(spoken, default=(len(_WORST_FIRST), -1))
        if weight[0] < worse[0]:
            name = rules[[n for n, _ in rules].index(weight[1])][1].id
            return (
                weight[1],
                "value",
                told(
                    f"la règle {name} pèse plus à {value:g} {scale.unit} qu'une pire valeur",
                    f"rule {name} weighs more at {value:g} {scale.unit} than a worse value does",
                ),
            )
        worse = weight
    return None
