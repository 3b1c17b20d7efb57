"""What only the lead can settle, cause by cause: which devices, since when, why, and the one thing to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from rebond_server.domain.health import Health
from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow
from rebond_server.store.history import (
    COMPONENT_LOST,
    EVIDENCE_AFTER_END,
    LOOKED_AFTER_END,
    HistoryEvent,
)
from rebond_server.store.queries.counting import Counted
from rebond_server.store.queries.queue import count_states
from rebond_server.store.queries.triage_reasons import VERDICTS, Cause, reasons_of

MOST = 20
"""Devices listed under one cause, the longest waiting first."""
LOOKED_AT = 500
"""Devices of each state that are looked through for causes, the longest waiting first.

In a stock of a million tens of thousands wait, and what a cause asks of each is no index's to answer.
"""
OVERDUE = timedelta(days=14)
"""So long without a step, a device is forgotten on a shelf. [Rebond's proposal]"""
HERE = (State.RECEIVED, State.EXAMINED, State.WIPED, State.HELD)
IN_DOUBT = (Health.REVIEW.value, Health.UNKNOWN.value)
GONE = (State.RELEASED, State.SCRAPPED)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One device under one cause."""

    tag: str
    maker: str | None
    model: str | None
    since: datetime
    reason: Sentence | None


@dataclass(frozen=True, kw_only=True)
class Heap:
    """All that waits for one cause: how many, and the first of them."""

    cause: Cause
    count: Counted
    matters: tuple[Matter, ...]


def triage(session: Session, site_id: UUID, now: datetime) -> tuple[Heap, ...]:
    """Return every cause with its devices; a cause without devices has none."""
    found: dict[Cause, list[UUID]] = {cause: [] for cause in Cause}
    for device, causes in _causes(session, site_id, now).items():
        for cause in causes:
            found[cause].append(device)
    gone = _seen_after_end(session, site_id)
    found[Cause.SEEN_AFTER_END] = gone[:LOOKED_AT]
    much = dict.fromkeys(Cause, _more_wait(session, site_id))
    much[Cause.SEEN_AFTER_END] = len(gone) > LOOKED_AT
    return tuple(
        _heap(session, site_id, cause, ids, more=much[cause]) for cause, ids in found.items()
    )


def count_matters(session: Session, site_id: UUID, now: datetime) -> Counted:
    """Return how many devices wait for the lead, each counted once whatever its causes."""
    here = _longest_waiting(site_id)
    # of what is overdue nothing more need be asked
    overdue = select(func.count()).select_from(here).where(here.c.changed < now - OVERDUE)
    others = _causes(session, site_id, now, since=now - OVERDUE)
    gone = _seen_after_end(session, site_id)
    more = len(gone) > LOOKED_AT or _more_wait(session, site_id)
    count = (session.scalar(overdue) or 0) + sum(bool(causes) for causes in others.values())
    return Counted(count=count + len(gone[:LOOKED_AT]), more=more)


def waits_after_end(session: Session, device: Device) -> bool:
    """Say whether a report came of this device after it had left, and nobody has explained it."""
    waits = _late(device.site_id).where(Device.id == device.id)
    return session.execute(waits.limit(1)).first() is not None


def _seen_after_end(session: Session, site_id: UUID) -> list[UUID]:
    """Return at most LOOKED_AT + 1 devices that were seen although they had left, the oldest first."""
    asked = _late(site_id).distinct().order_by(Device.changed, Device.id)
    return [row.id for row in session.execute(asked.limit(LOOKED_AT + 1))]


def _heap(session: Session, site_id: UUID, cause: Cause, ids: list[UUID], *, more: bool) -> Heap:
    first = ids[:MOST]
    rows = session.scalars(select(Device).where(Device.site_id == site_id, Device.id.in_(first)))
    devices = sorted(rows, key=lambda device: (device.changed, device.id))
    reasons = reasons_of(session, site_id, cause, devices)
    return Heap(
        cause=cause,
        count=Counted(count=len(ids), more=more),
        matters=tuple(
            Matter(
                tag=device.tag,
                maker=device.maker,
                model=device.model,
                since=device.changed,
                reason=reasons.get(device.id),
            )
            for device in devices
        ),
    )


def _longest_waiting(site_id: UUID) -> Subquery:
    """Select the longest waiting of each state, with what says why they wait."""
    columns = (Device.id, Device.state, Device.changed, Device.grade, Device.inventory_id)
    return union_all(
        *(
            select(
                select(*columns)
                .where(Device.site_id == site_id, Device.state == state)
                .order_by(Device.changed)
                .limit(LOOKED_AT)
                .subquery()
            )
            for state in HERE
        )
    ).subquery()


def _more_wait(session: Session, site_id: UUID) -> bool:
    """Say whether some state holds more devices than are looked through."""
    return any(one.more for one in count_states(session, site_id, HERE, LOOKED_AT).values())


def _causes(
    session: Session, site_id: UUID, now: datetime, *, since: datetime | None = None
) -> dict[UUID, set[Cause]]:
    """Return why each of the longest waiting waits, the longest first; with `since`, of those changed since.

    Each row is read once, whatever is asked of it.
    """
    here = _longest_waiting(site_id)
    rows = _with_drives(here, site_id).order_by(here.c.changed, here.c.id)
    lost = _lost(here, site_id)
    if since is not None:
        rows, lost = rows.where(here.c.changed >= since), lost.where(here.c.changed >= since)
    found: dict[UUID, set[Cause]] = {}
    latest: dict[UUID, UUID | None] = {}
    for key, state, changed, grade, inventory, health, verdict in session.execute(rows):
        causes, latest[key] = found.setdefault(key, set()), inventory
        if health in IN_DOUBT:
            causes.add(Cause.DRIVE_IN_DOUBT)
        if state is not State.WIPED:
            causes.update(cause for cause, told in VERDICTS.items() if verdict in told)
        elif grade == "REVIEW":
            causes.add(Cause.DOUBTFUL_FACT)
        if changed < now - OVERDUE:
            causes.add(Cause.OVERDUE)
    for key, said in session.execute(lost):
        if UUID(said["inventory"]) == latest[key]:
            found[key].add(Cause.COMPONENT_LOST)
    return found


def _with_drives(here: Subquery, site_id: UUID) -> Any:  # noqa: ANN401 - SQLAlchemy's type of seven columns helps nobody
    """Select these devices, once for each drive of the latest inventory that holds data."""
    latest = and_(
        DeviceDrive.site_id == site_id,
        DeviceDrive.device_id == here.c.id,
        DeviceDrive.inventory_id == here.c.inventory_id,
        DeviceDrive.holds_data,
    )
    judged = and_(
        JudgementRow.site_id == DriveRow.site_id,
        JudgementRow.id == DriveRow.judgement_id,
        JudgementRow.epoch == DriveRow.epoch,
    )
    return (
        select(here, DeviceDrive.health, JudgementRow.verdict)
        .outerjoin(DeviceDrive, latest)
        .outerjoin(DriveRow, and_(DriveRow.site_id == site_id, DriveRow.id == DeviceDrive.drive_id))
        .outerjoin(JudgementRow, judged)
    )


def _lost(here: Subquery, site_id: UUID) -> Select[UUID, dict[str, Any]]:
    """Select what history tells of parts that a report of these devices no longer saw."""
    told = and_(
        HistoryEvent.site_id == site_id,
        HistoryEvent.subject_kind == "device",
        HistoryEvent.subject_id == here.c.id,
        HistoryEvent.verb == _spelt(COMPONENT_LOST),
    )
    return select(HistoryEvent.subject_id, HistoryEvent.details).join_from(here, HistoryEvent, told)


def _spelt(verb: str) -> ColumnElement[str]:
    """Return a verb in the statement itself: SQLite takes a partial index for no value that is bound."""
    return literal_column(f"'{verb}'")


def _late(site_id: UUID) -> Select[UUID, datetime]:
    """Select the devices of which a report came since they left, and no person explained the last.

    It begins with these reports, which are few: devices that left are nearly all of a stock.
    """
    report, told = aliased(HistoryEvent), aliased(HistoryEvent)
    explained = (
        select(told.id)
        .where(
            told.site_id == report.site_id,
            told.subject_kind == "device",
            told.subject_id == report.subject_id,
            told.verb == LOOKED_AFTER_END,
            told.at >= report.at,
        )
        .exists()
    )
    left = and_(Device.site_id == report.site_id, Device.id == report.subject_id)
    return (
        select(Device.id, Device.changed)
        .join_from(report, Device, left)
        .where(
            report.site_id == site_id,
            report.verb == _spelt(EVIDENCE_AFTER_END),
            report.at >= Device.changed,
            Device.state.in_(GONE),
            ~explained,
        )
    )
