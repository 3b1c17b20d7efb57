"""Grading stored devices again by the rules in force, without a new probe.

The facts stand beside every grade. A batch is weighed first, which only reads, and written then, in one transaction;
a device whose latest grade already has these rules is passed over: so the work can be stopped at any time and taken
up again. Over the whole stock one batch is weighed while the one before is written. What changed in between is
weighed anew.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from rebond_server.domain.grading import Grade
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_file import HEALTH
from rebond_server.domain.rule_set import grader_by
from rebond_server.operations.drive_verdict import Rejudged, judge_again, keep_again
from rebond_server.operations.grade_device import (
    CONFIRMED,
    both,
    fingerprint,
    names_of,
    row_values,
)
from rebond_server.operations.history import tell_all, told
from rebond_server.operations.latest_grades import (
    BATCH,
    Latest,
    grades_by,
    latest_grades,
    next_devices,
    with_health,
)
from rebond_server.operations.work import Actor, Work
from rebond_server.operations.workshop import Workshop
from rebond_server.rules.load import health_rules
from rebond_server.store.base import as_it_is
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.ids import uuid7
from rebond_server.store.regraded import NEWEST, replace_grades
from rebond_server.store.rule_set import RuleSetRow


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One batch: `last` is where the next one begins, None when no device is left."""

    graded: int
    changed: int
    last: UUID | None


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What the rules in force say of one batch of devices; nothing of it is written yet."""

    after: UUID | None
    size: int
    versions: dict[UUID, int]
    """Of every device of the batch, as it was when it was read."""
    mark: str
    """Fingerprint of the rules that spoke."""
    drives: Rejudged
    grades: dict[UUID, dict[str, Any]]
    """Columns of the new grade, by device."""
    events: dict[UUID, dict[str, Any]]
    """What history will tell of the devices whose grade is another."""

    @property
    def last(self) -> UUID | None:
        """Where the next batch begins, None when no device is left."""
        return list(self.versions)[-1] if len(self.versions) == self.size else None


def regrade_all(
    workshop: Workshop, actor: Actor, now: Callable[[], datetime]
) -> Iterator[Progress]:
    """Grade the whole stock by the rules in force, a transaction a batch; ending early loses no batch."""
    with ThreadPoolExecutor(1) as ahead:
        batch = _read(workshop, actor, now(), None)
        while True:
            last = batch.last
            coming = None if last is None else ahead.submit(_read, workshop, actor, now(), last)
            with workshop.work(actor, now()) as work:
                progress = _write(work, batch)
            yield progress
            if coming is None:
                return
            batch = coming.result()


def regrade_batch(work: Work, after: UUID | None = None, size: int = BATCH) -> Progress:
    """Grade the next devices by the rules in force, from their stored facts; commit after each batch.

    Drives that other health rules judged are judged again first. What a person has confirmed stays;
    history tells where the rules would now say otherwise.
    """
    return _write(work, _weigh(work, after, size))


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


def _read(workshop: Workshop, actor: Actor, now: datetime, after: UUID | None) -> Weighed:
    with workshop.work(actor, now, reading=True) as work:
        return _weigh(work, after, BATCH)


def _weigh(work: Work, after: UUID | None, size: int) -> Weighed:
    work.require(Permission.MANAGE_RULES)
    # first of all the versions: whatever changes from here on is seen when the batch is written
    versions = next_devices(work, after, size=size)
    drives = judge_again(work, versions, work.rules.health)
    mark = fingerprint(work.rules)
    batch = Weighed(
        after=after, size=size, versions=versions, mark=mark, drives=drives, grades={}, events={}
    )
    batch.grades.update(_as_before(work, batch))
    graded = grader_by(work.rules.grading)
    for one in latest_grades(work, versions.keys() - batch.grades.keys(), mark):
        latest = with_health(one, drives.facts)
        found = graded(latest.facts)
        row = row_values(work, latest.device_id, found, latest.facts, as_it_is)
        if not latest.changed:
            row["facts"] = None
        batch.grades[latest.device_id] = row | {"source_id": latest.grade_id}
        if found.label != latest.overall:
            batch.events[latest.device_id] = _told(work, latest, found)
    return batch


def _as_before(work: Work, batch: Weighed) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Yield the new grade of each device that other rules of drive health leave as it is.

    The grading rules are those that gave it, and the health of its drives is what it was: there is nothing to
    weigh, and the database copies everything from the grade before.
    """
    shared = names_of(work) | {"axes": None, "reasons": None, "facts": None}
    for one in grades_by(work, batch.versions, _other_health(work) - {batch.mark}):
        if batch.drives.facts.get(one.device_id, one.health) == one.health:
            own = {"id": uuid7(work.now), "device_id": one.device_id, "overall": one.overall}
            yield one.device_id, shared | own | {"source_id": one.grade_id}


def _other_health(work: Work) -> set[str]:
    """Return the fingerprints of the grading rules in force with any rules of drive health that ever were."""
    adopted = work.session.scalars(
        select(RuleSetRow.sha256).where(
            RuleSetRow.site_id == work.site_id, RuleSetRow.name == HEALTH
        )
    )
    shipped = health_rules().edition.sha256
    return {both(work.rules.grading.edition.sha256, health) for health in {shipped, *adopted}}


def _write(work: Work, batch: Weighed) -> Progress:
    """Write what was weighed; what was changed since is weighed again, now that nobody else can change it."""
    work.require(Permission.MANAGE_RULES)
    overtaken = _overtaken(work, batch)
    for device in overtaken:
        batch.grades.pop(device, None)
        batch.events.pop(device, None)
    keep_again(work, batch.drives, overtaken)
    replace_grades(work.session, work.site_id, list(batch.grades.values()), CONFIRMED)
    progress = Progress(graded=len(batch.grades), changed=len(batch.events), last=batch.last)
    if overtaken:
        again = _write(work, _weigh(work, batch.after, batch.size))
        progress = replace(
            progress,
            graded=progress.graded + again.graded,
            changed=progress.changed + again.changed,
        )
    tell_all(work, batch.events.values())
    return progress


def _overtaken(work: Work, batch: Weighed) -> set[UUID]:
    """Return the devices that are no longer as they were weighed; all are kept from changing until the end."""
    if batch.mark != fingerprint(work.rules):
        return set(batch.versions)
    if not batch.versions:
        return set()
    ids = list(batch.versions)
    query = (
        select(Device.id, Device.version, NEWEST)
        .where(Device.site_id == work.site_id, Device.id.between(ids[0], ids[-1]))
        .order_by(Device.id)
        .with_for_update(key_share=True, of=Device)
    )
    same = {
        device
        for device, version, newest in work.session.execute(query)
        if version == batch.versions.get(device)
        and (device not in batch.grades or newest == batch.grades[device]["source_id"])
    }
    return set(ids) - same


def _told(work: Work, latest: Latest, found: Grade) -> dict[str, Any]:
    return told(
        work,
        "grade_differs" if latest.state in CONFIRMED else "grade",
        ("device", latest.device_id),
        old=latest.overall,
        new=found.label,
        reason=found.reasons[0].sentence.en if found.reasons else None,
    )
