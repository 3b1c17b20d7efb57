"""Grading stored devices again by other rules, without a new probe: tried first, then for good.

The facts stand beside every grade. A batch is one transaction; a device whose latest grade already
has these rules is passed over: so the work can be stopped at any time and taken up again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, cast, func, insert, select, update

from rebond_server.domain.facts import Fact, unknown_facts
from rebond_server.domain.grading import Grade
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_set import RuleSet, grade_by
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.grade_device import CONFIRMED, fingerprint, row_values
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
    rules_sha256: str
    facts: dict[str, Fact]


def simulate(work: Work, rules: RuleSet) -> Simulation:
    """Return what these rules would make of the live stock. Writes nothing."""
    work.require(Permission.MANAGE_RULES)
    pairs: Counter[tuple[str, str]] = Counter()
    changes: list[Change] = []
    after: UUID | None = None
    while True:
        ids = _ids(work, after, live=True)
        if not ids:
            break
        for latest in _latest(work, ids):
            found = grade_by(latest.facts, rules)
            pairs[latest.overall, found.label] += 1
            if found.label != latest.overall and len(changes) < MOST_LISTED:
                changes.append(_change(latest, found))
        after = ids[-1]
    return Simulation(devices=pairs.total(), pairs=dict(pairs), changes=tuple(changes))


def regrade_batch(work: Work, after: UUID | None = None, size: int = BATCH) -> Progress:
    """Grade the next devices by the rules in force, from their stored facts; commit after each batch.

    What a person has confirmed stays; history tells where the rules would now say otherwise.
    """
    work.require(Permission.MANAGE_RULES)
    ids = _ids(work, after, size=size)
    mark = fingerprint(work.rules)
    rows: list[dict[str, object]] = []
    moved: list[dict[str, object]] = []
    changed = 0
    for latest in _latest(work, ids):
        if latest.rules_sha256 == mark:
            continue
        found = grade_by(latest.facts, work.rules.grading)
        row = row_values(work, latest.device_id, found, latest.facts, msgspec.to_builtins)
        rows.append(row)
        if latest.state not in CONFIRMED:
            moved.append({"device": latest.device_id, "grade": row["id"]})
        if found.label != latest.overall:
            changed += 1
            _tell(work, latest, found)
    _write(work, rows, moved)
    return Progress(graded=len(rows), changed=changed, last=ids[-1] if len(ids) == size else None)


def _write(work: Work, rows: list[dict[str, object]], moved: list[dict[str, object]]) -> None:
    if rows:
        work.session.execute(insert(GradeRow), rows)
    if moved:
        devices = Device.__table__
        work.session.connection().execute(
            update(devices)  # type: ignore[arg-type]  # a declared table is a Table
            .where(devices.c.site_id == work.site_id, devices.c.id == bindparam("device"))
            .values(grade_id=bindparam("grade"), version=devices.c.version + 1),
            moved,
        )
    work.session.expire_all()


def _ids(work: Work, after: UUID | None, *, size: int = BATCH, live: bool = False) -> list[UUID]:
    query = select(Device.id).where(Device.site_id == work.site_id)
    if after is not None:
        query = query.where(Device.id > after)
    if live:
        query = query.where(Device.state.not_in(GONE))
    return list(work.session.scalars(query.order_by(Device.id).limit(size)))


def _latest(work: Work, ids: list[UUID]) -> Iterator[Latest]:
    """Yield the latest computed grade of each device that has one, with facts of today's registry."""
    if not ids:
        return
    turn = (
        func.row_number()
        .over(
            partition_by=GradeRow.device_id,
            order_by=(GradeRow.graded.desc(), GradeRow.id.desc()),
        )
        .label("turn")
    )
    newest = (
        select(GradeRow.id, turn)
        .where(
            GradeRow.site_id == work.site_id,
            # Ids in a row, not a list of thousands: databases limit what one statement may carry.
            GradeRow.device_id >= ids[0],
            GradeRow.device_id <= ids[-1],
            GradeRow.given_by.is_(None),
        )
        .subquery()
    )
    wanted = set(ids)
    rows = work.session.execute(
        select(
            Device.id,
            Device.tag,
            Device.state,
            GradeRow.overall,
            GradeRow.rules_sha256,
            cast(GradeRow.facts, Text),
        )
        .join(GradeRow, (GradeRow.site_id == Device.site_id) & (GradeRow.device_id == Device.id))
        .join(newest, (newest.c.id == GradeRow.id) & (newest.c.turn == 1))
        .where(Device.site_id == work.site_id)
        .order_by(Device.id)
    )
    nothing = unknown_facts()
    for device_id, tag, state, overall, sha256, facts in rows:
        if device_id in wanted:
            yield Latest(
                device_id=device_id,
                tag=tag,
                state=state,
                overall=overall,
                rules_sha256=sha256,
                # A fact that the registry learned later was not known then.
                facts=nothing | _FACTS.decode(facts),
            )


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
