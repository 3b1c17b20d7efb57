"""Grading stored devices again by other rules, without a new probe: tried first, then for good.

The facts stand beside every grade. A batch is one transaction; a device whose latest grade already
has these rules is passed over: so the work can be stopped at any time and taken up again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, and_, cast, func, select

from rebond_server.domain.facts import Fact, unknown_facts
from rebond_server.domain.grading import Grade
from rebond_server.domain.health import HealthRules
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_set import RuleSet, grader_by
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.drive_verdict import judge_again
from rebond_server.operations.grade_device import CONFIRMED, fingerprint, row_values
from rebond_server.operations.history import tell_all, told
from rebond_server.operations.work import Work
from rebond_server.store.base import as_it_is
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.regraded import NEWEST, replace_grades

BATCH = 2000
MOST_LISTED = 500
GONE = frozenset({State.RELEASED, State.SCRAPPED})
_FACTS = msgspec.json.Decoder(dict[str, Fact])


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


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One batch: `last` is where the next one begins, None when no device is left."""

    graded: int
    changed: int
    last: UUID | None


@dataclass(frozen=True, kw_only=True)
class Latest:
    """The latest grade that rules gave to one device."""

    device_id: UUID
    tag: str
    state: State
    grade_id: UUID
    overall: str
    facts: dict[str, Fact]
    changed: bool = False
    """These facts are no longer those of the grade: they must be written anew."""


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
        ids = _ids(work, after, live=True)
        if not ids:
            break
        anew = {} if health is None else judge_again(work, ids[0], ids[-1], health, keep=False)
        for one in _latest(work, ids):
            latest = _with_health(one, anew)
            found = graded(latest.facts)
            pairs[latest.overall, found.label] += 1
            if found.label != latest.overall and len(changes) < MOST_LISTED:
                changes.append(_change(latest, found))
        after = ids[-1]
    return Simulation(devices=pairs.total(), pairs=dict(pairs), changes=tuple(changes))


def regrade_batch(work: Work, after: UUID | None = None, size: int = BATCH) -> Progress:
    """Grade the next devices by the rules in force, from their stored facts; commit after each batch.

    Drives that other health rules judged are judged again first. What a person has confirmed stays;
    history tells where the rules would now say otherwise.
    """
    work.require(Permission.MANAGE_RULES)
    ids = _ids(work, after, size=size)
    anew = judge_again(work, ids[0], ids[-1], work.rules.health, keep=True) if ids else {}
    mark = fingerprint(work.rules)
    rows: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    graded = grader_by(work.rules.grading)
    for one in _latest(work, ids, mark):
        latest = _with_health(one, anew)
        found = graded(latest.facts)
        row = row_values(work, latest.device_id, found, latest.facts, as_it_is)
        row["facts"] = latest.facts if latest.changed else None
        rows.append(row | {"source_id": latest.grade_id})
        if found.label != latest.overall:
            events.append(_told(work, latest, found))
    replace_grades(work.session, work.site_id, rows, CONFIRMED)
    tell_all(work, events)
    return Progress(
        graded=len(rows), changed=len(events), last=ids[-1] if len(ids) == size else None
    )


def _ids(work: Work, after: UUID | None, *, size: int = BATCH, live: bool = False) -> list[UUID]:
    query = select(Device.id).where(Device.site_id == work.site_id)
    if after is not None:
        query = query.where(Device.id > after)
    if live:
        query = query.where(Device.state.not_in(GONE))
    return list(work.session.scalars(query.order_by(Device.id).limit(size)))


def remaining(work: Work) -> int:
    """Return how many devices carry a computed grade that other rules than those in force gave."""
    work.require(Permission.MANAGE_RULES)
    return (
        work.session.scalar(
            select(func.count())
            .select_from(Device)
            .join(GradeRow, and_(GradeRow.site_id == Device.site_id, GradeRow.id == NEWEST))
            .where(Device.site_id == work.site_id, GradeRow.rules_sha256 != fingerprint(work.rules))
        )
        or 0
    )


def _latest(work: Work, ids: list[UUID], mark: str | None = None) -> Iterator[Latest]:
    """Yield the latest computed grade of each device that has one, with facts of today's registry.

    With a mark, what these rules gave is passed over.
    """
    if not ids:
        return
    query = (
        select(
            Device.id,
            Device.tag,
            Device.state,
            GradeRow.id,
            GradeRow.overall,
            cast(GradeRow.facts, Text),
        )
        .join(GradeRow, and_(GradeRow.site_id == Device.site_id, GradeRow.id == NEWEST))
        # Ids in a row, not a list of thousands: databases limit what one statement may carry.
        .where(Device.site_id == work.site_id, Device.id.between(ids[0], ids[-1]))
        .order_by(Device.id)
    )
    if mark is not None:
        query = query.where(GradeRow.rules_sha256 != mark)
    wanted = set(ids)
    nothing = unknown_facts()
    for device_id, tag, state, grade_id, overall, facts in work.session.execute(query):
        if device_id in wanted:
            yield Latest(
                device_id=device_id,
                tag=tag,
                state=state,
                grade_id=grade_id,
                overall=overall,
                # A fact that the registry learned later was not known then.
                facts=nothing | _FACTS.decode(facts),
            )


def _with_health(latest: Latest, anew: Mapping[UUID, Fact]) -> Latest:
    """Return the same with its drives' new health, where they were judged again and it differs."""
    health = anew.get(latest.device_id)
    if health is None or health == latest.facts["drive_health"]:
        return latest
    return replace(latest, facts=latest.facts | {"drive_health": health}, changed=True)


def _change(latest: Latest, found: Grade) -> Change:
    return Change(
        tag=latest.tag,
        old=latest.overall,
        new=found.label,
        reason=found.reasons[0].sentence if found.reasons else None,
    )


def _told(work: Work, latest: Latest, found: Grade) -> dict[str, Any]:
    return told(
        work,
        "grade_differs" if latest.state in CONFIRMED else "grade",
        ("device", latest.device_id),
        old=latest.overall,
        new=found.label,
        reason=found.reasons[0].sentence.en if found.reasons else None,
    )
