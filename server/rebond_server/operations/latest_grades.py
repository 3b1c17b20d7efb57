"""The latest grade that rules gave to each stored device, range after range: what is graded again starts from it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, select

from rebond_server.domain.facts import Fact, unknown_facts
from rebond_server.domain.lifecycle import State
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.regraded import NEWEST

BATCH = 2000
FEW = 500
"""So many devices are named one by one in a statement; more are read by the range they lie in."""
GONE = frozenset({State.RELEASED, State.SCRAPPED})
_FACTS = msgspec.json.Decoder(dict[str, Fact])


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


def next_devices(
    work: Work, after: UUID | None, *, size: int = BATCH, live: bool = False
) -> dict[UUID, int]:
    """Return the version of the next devices behind this one, by their ids in order; `live` leaves out what is gone."""
    query = select(Device.id, Device.version).where(Device.site_id == work.site_id)
    if after is not None:
        query = query.where(Device.id > after)
    if live:
        query = query.where(Device.state.not_in(GONE))
    return {
        row.id: row.version for row in work.session.execute(query.order_by(Device.id).limit(size))
    }


def latest_grades(work: Work, ids: Collection[UUID], mark: str | None = None) -> Iterator[Latest]:
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
        .where(Device.site_id == work.site_id, _among(ids))
        .order_by(Device.id)
    )
    if mark is not None:
        query = query.where(GradeRow.rules_sha256 != mark)
    nothing = unknown_facts()
    for device_id, tag, state, grade_id, overall, facts in work.session.execute(query):
        if device_id in ids:
            yield Latest(
                device_id=device_id,
                tag=tag,
                state=state,
                grade_id=grade_id,
                overall=overall,
                # A fact that the registry learned later was not known then.
                facts=nothing | _FACTS.decode(facts),
            )


def _among(ids: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition for these devices, or for the range they lie in: databases limit what one statement carries."""
    return Device.id.in_(ids) if len(ids) <= FEW else Device.id.between(min(ids), max(ids))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The latest grade that rules gave to one device, without what it rests on but the health of its drives."""

    device_id: UUID
    grade_id: UUID
    overall: str
    health: Fact


def grades_by(work: Work, ids: Collection[UUID], marks: Collection[str]) -> Iterator[Standing]:
    """Yield the latest computed grade of each of these devices where rules with one of these marks gave it."""
    if not ids or not marks:
        return
    health = GradeRow.facts["drive_health"]
    query = (
        select(Device.id, GradeRow.id, GradeRow.overall, health)
        .join(GradeRow, and_(GradeRow.site_id == Device.site_id, GradeRow.id == NEWEST))
        .where(
            Device.site_id == work.site_id,
            Device.id.between(min(ids), max(ids)),
            GradeRow.rules_sha256.in_(marks),
        )
    )
    for device_id, grade_id, overall, fact in work.session.execute(query):
        if device_id in ids and fact is not None:
            yield Standing(
                device_id=device_id,
                grade_id=grade_id,
                overall=overall,
                health=msgspec.convert(fact, Fact),
            )


def with_health(latest: Latest, anew: Mapping[UUID, Fact]) -> Latest:
    """Return the same with its drives' new health, where they were judged again and it differs."""
    health = anew.get(latest.device_id)
    if health is None or health == latest.facts["drive_health"]:
        return latest
    return replace(latest, facts=latest.facts | {"drive_health": health}, changed=True)
