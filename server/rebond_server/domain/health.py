"""Is this drive fit to be given away? By a dated table of rules, before and after the wipe."""

from enum import StrEnum

from msgspec import Struct

from rebond_schemas.facts import Drive
from rebond_schemas.smart import Smart
from rebond_server.domain.condition import Op, Plain, Threshold, fault, holds
from rebond_server.domain.health_facts import SCALES, Medium, drive_facts, medium_of
from rebond_server.domain.rule_text import Edition, read_rules
from rebond_server.domain.sentence import Sentence
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
    fr: str
    en: str
    fr_unknown: str | None = None
    en_unknown: str | None = None


class HealthRules(Struct, frozen=True, kw_only=True):
    """A whole rule file, checked."""

    edition: Edition
    rules: tuple[HealthRule, ...]


class Spoken(Struct, frozen=True, kw_only=True):
    """One rule that spoke: the value it saw, the threshold, where the threshold comes from."""

    rule: str
    fact: str
    value: Plain | None
    unit: str
    when: Op
    threshold: Threshold | None
    effect: Effect
    source: str
    sentence: Sentence


class DriveHealth(Struct, frozen=True, kw_only=True):
    """The verdict over one drive, every rule that spoke (worst first), and the rules' edition."""

    health: Health
    spoken: tuple[Spoken, ...]
    edition: Edition


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
    medium = medium_of(drive, before, after)
    facts = drive_facts(drive, before=before, after=after, judgement=judgement)
    spoken = [s for rule in rules.rules if medium in rule.media and (s := _speak(rule, facts))]
    spoken.sort(key=lambda one: _WORST_FIRST.index(one.effect))
    health = _HEALTH[spoken[0].effect] if spoken else Health.OK
    return DriveHealth(health=health, spoken=tuple(spoken), edition=rules.edition)


def worst(healths: list[Health]) -> Health | None:
    """Return the health of several drives together, or None for no drive."""
    order = (Health.FAIL, Health.REVIEW, Health.UNKNOWN, Health.WATCH, Health.OK)
    return min(healths, key=order.index, default=None)


def _speak(rule: HealthRule, facts: dict[str, Plain | None]) -> Spoken | None:
    value = facts[rule.fact]
    answer = holds(SCALES[rule.fact], rule.when, rule.value, value)
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
        source=rule.source,
        sentence=_sentence(rule, known=answer is not None),
    )


def _sentence(rule: HealthRule, *, known: bool) -> Sentence:
    if known:
        return Sentence(fr=rule.fr, en=rule.en)
    return Sentence(fr=rule.fr_unknown or rule.fr, en=rule.en_unknown or rule.en)


def _fault(rule: HealthRule) -> tuple[str, str] | None:
    scale = SCALES.get(rule.fact)
    if scale is None:
        return ("fact", f"no fact of a drive is called {rule.fact!r}; known: {', '.join(SCALES)}")
    if rule.unit != scale.unit:
        return ("unit", f"{rule.fact} is counted in {scale.unit!r}, not in {rule.unit!r}")
    if rule.if_unknown and not (rule.fr_unknown and rule.en_unknown):
        return ("if_unknown", "fr_unknown and en_unknown must say what to do when it is not known")
    wrong = fault(scale, rule.when, rule.value)
    return None if wrong is None else ("value", wrong)
