"""What other rules would make of the live stock, before they are adopted. Nothing is written."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from rebond_server.domain.grading import Grade
from rebond_server.domain.health import HealthRules
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_set import RuleSet, grader_by
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.drive_verdict import judge_again
from rebond_server.operations.latest_grades import (
    Latest,
    latest_grades,
    next_devices,
    with_health,
)
from rebond_server.operations.work import Work

MOST_LISTED = 500


@dataclass(frozen=True, kw_only=True)
class Change:
    """One device whose grade would be another: from, to, and the reason that weighs most."""

    tag: str
    old: str
    new: str
    reason: Sentence | None


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What rules would do to the live stock: every pair (old, new) counted, the first ones named."""

    devices: int
    pairs: dict[tuple[str, str], int]
    changes: tuple[Change, ...]

    @property
    def changed(self) -> int:
        """How many devices would get another grade."""
        return sum(count for (old, new), count in self.pairs.items() if old != new)


def simulate(work: Work, rules: RuleSet | HealthRules) -> Simulation:
    """Return what these rules would make of the live stock. Writes nothing.

    Rules of drive health are tried on the stored drives, and the grades in force on what comes out.
    """
    work.require(Permission.MANAGE_RULES)
    pairs: Counter[tuple[str, str]] = Counter()
    changes: list[Change] = []
    after: UUID | None = None
    health = rules if isinstance(rules, HealthRules) else None
    graded = grader_by(work.rules.grading if isinstance(rules, HealthRules) else rules)
    while True:
        devices = next_devices(work, after, live=True)
        if not devices:
            break
        anew = {} if health is None else judge_again(work, devices, health).facts
        for one in latest_grades(work, devices):
            latest = with_health(one, anew)
            found = graded(latest.facts)
            pairs[latest.overall, found.label] += 1
            if found.label != latest.overall and len(changes) < MOST_LISTED:
                changes.append(_change(latest, found))
        after = max(devices)
    return Simulation(devices=pairs.total(), pairs=dict(pairs), changes=tuple(changes))


def _change(latest: Latest, found: Grade) -> Change:
    return Change(
        tag=latest.tag,
        old=latest.overall,
        new=found.label,
        reason=found.reasons[0].sentence if found.reasons else None,
    )
