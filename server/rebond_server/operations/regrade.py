"""Grading stored devices again by other rules, without a new probe: tried first, then for good.

The facts stand beside every grade. A batch is one transaction; a device whose latest grade already
has these rules is passed over: so the work can be stopped at any time and taken up again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Subquery,
    Text,
    and_,
    cast,
    func,
    insert,
    select,
    update,
)

from rebond_server.domain.facts import Fact, unknown_facts
from rebond_server.domain.grading import Grade
from rebond_server.domain.health import HealthRules
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_set import RuleSet, grader_by
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.drive_verdict import judge_again
from rebond_server.operations.grade_device import CONFIRMED, as_it_is, fingerprint, row_values
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, GradeRow

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
    overall: str
    facts: dict[str, Fact]
    kept: msgspec.Raw | None
    """The facts as they stand in the table, so that nobody writes them anew; None: they changed."""


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
    rows: list[dict[str, object]] = []
    changed = 0
    graded = grader_by(work.rules.grading)
    for one in _latest(work, ids, mark):
        latest = _with_health(one, anew)
        found = graded(latest.facts)
        row = row_values(work, latest.device_id, found, latest.facts, as_it_is)
        row["facts"] = latest.kept or latest.facts
        rows.append(row)
        if found.label != latest.overall:
            changed += 1
            _tell(work, latest, found)
    _write(work, rows)
    return Progress(graded=len(rows), changed=changed, last=ids[-1] if len(ids) == size else None)


def _write(work: Work, rows: list[dict[str, object]]) -> None:
    """Keep the new grades, and let them stand on the devices that nobody has confirmed."""
    if not rows:
        return
    grades, devices = GradeRow.__table__, Device.__table__
    connection = work.session.connection()
    connection.execute(insert(grades), rows)  # type: ignore[arg-type]  # a declared table is a Table
    new = (
        select(grades.c.id)
        .where(
            grades.c.site_id == devices.c.site_id,
            grades.c.device_id == devices.c.id,
            grades.c.graded == work.now,
            grades.c.rules_sha256 == fingerprint(work.rules),
            grades.c.given_by.is_(None),
        )
        .scalar_subquery()
    )
    # One statement for the whole batch: databases are slow at thousands of small ones.
    connection.execute(
        update(devices)  # type: ignore[arg-type]  # likewise
        .where(
            devices.c.site_id == work.site_id,
            devices.c.id.between(rows[0]["device_id"], rows[-1]["device_id"]),
            devices.c.state.not_in(CONFIRMED),
            new.is_not(None),
        )
        .values(grade_id=new, version=devices.c.version + 1)
    )
    work.session.expire_all()


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
    newest = _newest(work)
    other = _of_other_rules(newest, fingerprint(work.rules))
    return work.session.scalar(select(func.count()).select_from(newest).where(other)) or 0


def _newest(work: Work, first: UUID | None = None, last: UUID | None = None) -> Subquery:
    """Return the computed grades of this range of devices, numbered from each device's newest.

    Ids in a row, not a list of thousands: databases limit what one statement may carry.
    """
    turn = func.row_number().over(
        partition_by=GradeRow.device_id, order_by=(GradeRow.graded.desc(), GradeRow.id.desc())
    )
    query = select(
        GradeRow.device_id,
        GradeRow.overall,
        cast(GradeRow.facts, Text).label("facts"),
        GradeRow.rules_sha256,
        turn.label("turn"),
    ).where(GradeRow.site_id == work.site_id, GradeRow.given_by.is_(None))
    if first is not None:
        query = query.where(GradeRow.device_id >= first)
    if last is not None:
        query = query.where(GradeRow.device_id <= last)
    return query.subquery()


def _of_other_rules(newest: Subquery, mark: str | None) -> ColumnElement[bool]:
    """Say which rows are a device's newest and, where a mark is given, by other rules than these."""
    first = newest.c.turn == 1
    return first if mark is None else and_(first, newest.c.rules_sha256 != mark)


def _latest(work: Work, ids: list[UUID], mark: str | None = None) -> Iterator[Latest]:
    """Yield the latest computed grade of each device that has one, with facts of today's registry.

    With a mark, what these rules gave is passed over.
    """
    if not ids:
        return
    newest = _newest(work, ids[0], ids[-1])
    wanted = set(ids)
    # Devices are found by their key, one by one: a database without statistics must not guess.
    query = (
        select(Device.id, Device.tag, Device.state, newest.c.overall, newest.c.facts)
        .join(newest, newest.c.device_id == Device.id)
        .where(Device.site_id == work.site_id, _of_other_rules(newest, mark))
        .order_by(Device.id)
    )
    nothing = unknown_facts()
    for device_id, tag, state, overall, facts in work.session.execute(query):
        if device_id in wanted:
            yield Latest(
                device_id=device_id,
                tag=tag,
                state=state,
                overall=overall,
                # A fact that the registry learned later was not known then.
                facts=nothing | _FACTS.decode(facts),
                kept=msgspec.Raw(facts.encode()),
            )


def _with_health(latest: Latest, anew: Mapping[UUID, Fact]) -> Latest:
    """Return the same with its drives' new health, where they were judged again and it differs."""
    health = anew.get(latest.device_id)
    if health is None or health == latest.facts["drive_health"]:
        return latest
    return replace(latest, facts=latest.facts | {"drive_health": health}, kept=None)


def _change(latest: Latest, found: Grade) -> Change:
    return Change(
        tag=latest.tag,
        old=latest.overall,
        new=found.label,
        reason=found.reasons[0].sentence if found.reasons else None,
    )


def _tell(work: Work, latest: Latest, found: Grade) -> None:
    tell(
        work,
        "grade_differs" if latest.state in CONFIRMED else "grade",
        ("device", latest.device_id),
        old=latest.overall,
        new=found.label,
        reason=found.reasons[0].sentence.en if found.reasons else None,
    )
