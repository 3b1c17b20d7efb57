"""Which rules of grading and drive health are in force on a day; adopting others, with date and reason."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rebond_server.domain.health import HealthRules
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_file import HEALTH, read_rule_file
from rebond_server.domain.rule_set import RuleSet
from rebond_server.domain.rule_text import LARGEST
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.suitability import SuitabilityRules
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.step import reason_given
from rebond_server.operations.work import Rules, Work
from rebond_server.rules.load import DRIVE_HEALTH, SHIPPED, rule_text
from rebond_server.store.ids import uuid7
from rebond_server.store.rule_set import RuleSetRow


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """One adopted rule set, for the history of rules."""

    name: str
    version: str
    sha256: str
    since: date
    adopted: datetime
    by: UUID
    reason: str


def rules_in_force(session: Session, site_id: UUID, shipped: Rules, now: datetime) -> Rules:
    """Return the workshop's rules at this moment: of each kind the latest adopted, else those shipped."""
    of_health = RuleSetRow.name == HEALTH
    turn = func.row_number().over(
        partition_by=of_health,
        order_by=(RuleSetRow.since.desc(), RuleSetRow.adopted.desc(), RuleSetRow.id.desc()),
    )
    adopted = (
        select(RuleSetRow.text, turn.label("turn"))
        .where(RuleSetRow.site_id == site_id, RuleSetRow.since <= now.date())
        .subquery()
    )
    rules = shipped
    for text in session.scalars(select(adopted.c.text).where(adopted.c.turn == 1)):
        read = _read(text)
        if isinstance(read, HealthRules):
            rules = replace(rules, health=read)
        else:
            rules = replace(rules, grading=read)
    return rules


def read_proposed(text: str) -> RuleSet | HealthRules:
    """Return the rules in a text that a person typed or chose, or raise BadRules or BadValue."""
    if len(text) > LARGEST:
        raise BadValue(
            Sentence(fr="Ce fichier de règles est trop long.", en="This rule file is too long.")
        )
    return _read(text.replace("\r\n", "\n"))


def shipped_text(name: str) -> str:
    """Return the text of a shipped rule set; raise BadValue for a name that is none."""
    if name not in (*SHIPPED, DRIVE_HEALTH):
        raise BadValue(
            Sentence(fr="Ce jeu de règles n'existe pas.", en="There is no such rule set.")
        )
    return rule_text(name)


def adopt_rules(work: Work, text: str, since: date, reason: str) -> RuleSetRow:
    """Adopt these rules from this day on. Grades that stand keep theirs until graded again.

    Raises BadRules for a text that is no rule file, BadValue for a day that is past or no reason.
    """
    work.require(Permission.MANAGE_RULES)
    given, rules = reason_given(reason), read_proposed(text)
    if since < work.now.date():
        raise BadValue(
            Sentence(
                fr="Des règles ne s'adoptent pas dans le passé.",
                en="Rules cannot be adopted in the past.",
            )
        )
    edition = rules.edition
    row = RuleSetRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        name=edition.name,
        version=edition.version,
        sha256=edition.sha256,
        text=text.replace("\r\n", "\n"),
        since=since,
        adopted=work.now,
        by=work.person(),
        reason=given,
    )
    work.session.add(row)
    tell(
        work,
        "adopt_rules",
        ("site", work.site_id),
        old=_now(work, rules).edition.sha256[:12],
        new=f"{edition.name} {edition.version} {edition.sha256[:12]}",
        reason=given,
    )
    return row


def adoptions(work: Work) -> tuple[Adoption, ...]:
    """Return every rule set that was adopted, the newest day first."""
    work.require(Permission.MANAGE_RULES)
    rows = work.session.scalars(
        select(RuleSetRow)
        .where(RuleSetRow.site_id == work.site_id)
        .order_by(RuleSetRow.since.desc(), RuleSetRow.adopted.desc())
    )
    return tuple(
        Adoption(
            name=row.name,
            version=row.version,
            sha256=row.sha256,
            since=row.since,
            adopted=row.adopted,
            by=row.by,
            reason=row.reason,
        )
        for row in rows
    )


def _now(work: Work, other: RuleSet | HealthRules) -> RuleSet | HealthRules:
    """Return the rules in force of the same kind."""
    return work.rules.health if isinstance(other, HealthRules) else work.rules.grading


@lru_cache(maxsize=16)
def _read(text: str) -> RuleSet | HealthRules:
    rules = read_rule_file(text)
    if isinstance(rules, SuitabilityRules):
        raise BadValue(
            Sentence(
                fr="Ce que demandent dispositifs, systèmes et loi ne se change pas ici.",
                en="What programmes, systems and the law ask is not changed here.",
            )
        )
    return rules
