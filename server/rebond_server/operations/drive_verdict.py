"""The health of a stored drive: judged from its stored facts and its erasure, now or again by other rules."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Text, cast, or_, select

from rebond_schemas.facts import Drive
from rebond_server.domain.condition import Plain
from rebond_server.domain.facts import Fact, health_fact
from rebond_server.domain.health import (
    DriveHealth,
    Health,
    HealthRules,
    drive_health,
    health_judge,
)
from rebond_server.domain.health_facts import SCALES, Medium
from rebond_server.domain.verdict import judge
from rebond_server.operations.evidence_of import erasure_of
from rebond_server.operations.work import Work
from rebond_server.store.base import as_it_is, plain
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow
from rebond_server.store.many import change_rows
from rebond_server.store.stick import StatementRow


def health_of(
    work: Work, rules: HealthRules, one: DeviceDrive, erased: StatementRow | None
) -> DriveHealth:
    """Return the health of this drive by these rules, with what its erasure showed if there was one."""
    drive = msgspec.convert(one.facts, Drive)
    if erased is None:
        return drive_health(drive, rules)
    erasure = erasure_of(work, erased)
    return drive_health(
        drive,
        rules,
        before=erasure.smart_before,
        after=erasure.smart_after,
        judgement=judge(erasure, drive),
    )


class Kept(Struct, frozen=True, kw_only=True, gc=False):
    """What a verdict rests on, as it stands beside the drive; facts that are not known are left out."""

    medium: Medium
    names: str
    """Mark of all the facts that there were then: with more of them the evidence is asked."""
    facts: dict[str, Plain]


_NAMES = hashlib.sha256(" ".join(sorted(SCALES)).encode()).hexdigest()[:16]
_KEPT = msgspec.json.Decoder(Kept)


def keep_health(one: DeviceDrive, found: DriveHealth) -> None:
    """Write the verdict beside the drive, with the rules that gave it and what it rests on."""
    for name, value in _columns(found).items():
        setattr(one, name, value)


def _columns(found: DriveHealth, shaped: Callable[[object], object] = plain) -> dict[str, object]:
    known = {name: value for name, value in found.facts.items() if value is not None}
    return {
        "health": found.health.value,
        "health_reasons": [shaped(spoken.sentence) for spoken in found.spoken],
        "health_sha256": found.edition.sha256,
        "health_facts": shaped(Kept(medium=found.medium, names=_NAMES, facts=known)),
    }


@dataclass(frozen=True, kw_only=True)
class Rejudged:
    """Drives that other rules had judged; nothing of it is written yet."""

    facts: dict[UUID, Fact]
    """Of each device with such a drive: the health of all its drives, as a grading fact."""
    rows: list[tuple[UUID, dict[str, object]]]
    """Device, and the columns of the new verdict."""


def judge_again(work: Work, devices: Collection[UUID], rules: HealthRules) -> Rejudged:
    """Judge the drives of these devices that other rules judged; nothing is probed or written."""
    if not devices:
        return Rejudged(facts={}, rows=[])
    first, last = min(devices), max(devices)
    anew: dict[UUID, str] = {}
    rows: list[tuple[UUID, dict[str, object]]] = []
    judged = health_judge(rules)
    for key, device, kept in _of_other_rules(work, first, last, rules):
        if device not in devices:
            continue
        found = (
            _from_evidence(work, rules, key)
            if kept is None
            else judged(kept.medium, dict.fromkeys(SCALES) | kept.facts)
        )
        anew[key] = found.health.value
        row = {"site_id": work.site_id, "id": key} | _columns(found, as_it_is)
        rows.append((device, row))
    if not rows:
        return Rejudged(facts={}, rows=[])
    healths: dict[UUID, list[Health]] = {device: [] for device, _ in rows}
    for device, drive, health in _holding(work, first, last):
        told = anew.get(drive, health)
        if device in healths and told is not None:
            healths[device].append(Health(told))
    return Rejudged(facts={one: health_fact(found) for one, found in healths.items()}, rows=rows)


def keep_again(work: Work, judged: Rejudged, but: Collection[UUID]) -> None:
    """Write these verdicts, without those of some devices."""
    rows = [row for device, row in judged.rows if device not in but]
    change_rows(work.session, DeviceDrive.__table__, rows)  # type: ignore[arg-type]  # a declared table is a Table


def _of_other_rules(
    work: Work, first: UUID, last: UUID, rules: HealthRules
) -> Iterator[tuple[UUID, UUID, Kept | None]]:
    """Yield drive and device of each drive of a latest inventory, and what its verdict rests on."""
    query = (
        select(DeviceDrive.id, DeviceDrive.device_id, cast(DeviceDrive.health_facts, Text))
        .join(
            Device, (Device.site_id == DeviceDrive.site_id) & (Device.id == DeviceDrive.device_id)
        )
        .where(
            DeviceDrive.site_id == work.site_id,
            DeviceDrive.device_id.between(first, last),
            DeviceDrive.inventory_id == Device.inventory_id,
            or_(
                DeviceDrive.health_sha256.is_(None),
                DeviceDrive.health_sha256 != rules.edition.sha256,
            ),
        )
        .order_by(DeviceDrive.device_id, DeviceDrive.position)
    )
    for drive, device, text in work.session.execute(query).all():
        kept = None if text in (None, "null") else _KEPT.decode(text)
        yield drive, device, kept if kept is not None and kept.names == _NAMES else None


def _from_evidence(work: Work, rules: HealthRules, key: UUID) -> DriveHealth:
    """Judge a drive from its report and the erasure that counts for it: nothing is kept of it yet."""
    query = (
        select(DeviceDrive, StatementRow)
        .join(
            DriveRow,
            (DriveRow.site_id == DeviceDrive.site_id) & (DriveRow.id == DeviceDrive.drive_id),
        )
        .outerjoin(
            JudgementRow,
            (JudgementRow.site_id == DriveRow.site_id) & (JudgementRow.id == DriveRow.judgement_id),
        )
        .outerjoin(
            StatementRow,
            (StatementRow.site_id == JudgementRow.site_id)
            & (StatementRow.id == JudgementRow.statement_id),
        )
        .where(DeviceDrive.site_id == work.site_id, DeviceDrive.id == key)
    )
    one, erased = work.session.execute(query).one()
    return health_of(work, rules, one, erased)


def _holding(work: Work, first: UUID, last: UUID) -> Iterator[tuple[UUID, UUID, str | None]]:
    """Yield device, drive and stored health of every drive that may hold data, in their order."""
    query = (
        select(DeviceDrive.device_id, DeviceDrive.id, DeviceDrive.health)
        .join(
            Device, (Device.site_id == DeviceDrive.site_id) & (Device.id == DeviceDrive.device_id)
        )
        .where(
            DeviceDrive.site_id == work.site_id,
            DeviceDrive.device_id.between(first, last),
            DeviceDrive.inventory_id == Device.inventory_id,
            DeviceDrive.holds_data,
        )
        .order_by(DeviceDrive.device_id, DeviceDrive.position)
    )
    yield from work.session.execute(query)
