"""Pairs of devices that may be one: those that wait, those that a person kept apart, and what was joined."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rebond_server.domain.identity import Sign
from rebond_server.store.people import Account
from rebond_server.store.queries.find import Found, devices_by_id
from rebond_server.store.sameness import Doubt, Join

MOST = 40
"""Pairs on one page, the likeliest first."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two devices side by side, and what speaks for and against their being one."""

    doubt_id: UUID
    one: Found
    other: Found
    score: int
    signs: tuple[Sign, ...]
    found: datetime
    settled: datetime | None
    settled_by: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Joined:
    """One record that went up into another; `by` is None when a report showed that they are one."""

    join_id: UUID
    kept: str | None
    gone: str
    at: datetime
    by: str | None
    reason: str


def count_doubts(session: Session, site_id: UUID) -> int:
    """Return how many pairs wait for the lead."""
    waiting = (Doubt.site_id == site_id) & Doubt.settled.is_(None)
    return session.scalar(select(func.count()).select_from(Doubt).where(waiting)) or 0


def doubts(session: Session, site_id: UUID, *, settled: bool = False) -> tuple[Pair, ...]:
    """Return the pairs that wait, or those that a person kept apart."""
    which = Doubt.settled.is_not(None) if settled else Doubt.settled.is_(None)
    query = select(Doubt).where(Doubt.site_id == site_id, which)
    order = (Doubt.settled_at.desc(),) if settled else (Doubt.score.desc(), Doubt.found)
    rows = session.scalars(query.order_by(*order, Doubt.id).limit(MOST)).all()
    return _pairs(session, site_id, rows)


def doubts_of(session: Session, site_id: UUID, device_id: UUID) -> tuple[Pair, ...]:
    """Return the pairs that wait in which this device is one."""
    rows = session.scalars(
        select(Doubt)
        .where(
            Doubt.site_id == site_id,
            Doubt.settled.is_(None),
            or_(Doubt.one_id == device_id, Doubt.other_id == device_id),
        )
        .order_by(Doubt.score.desc(), Doubt.id)
        .limit(MOST)
    ).all()
    return _pairs(session, site_id, rows)


def joined(session: Session, site_id: UUID) -> tuple[Joined, ...]:
    """Return the records that went up into others and still stand so, the latest first."""
    rows = session.scalars(
        select(Join)
        .where(Join.site_id == site_id, Join.undone.is_(None))
        .order_by(Join.at.desc(), Join.id.desc())
        .limit(MOST)
    ).all()
    devices = devices_by_id(session, site_id, {row.kept_id for row in rows})
    logins = _logins(session, site_id, (row.joined_by for row in rows))
    return tuple(
        Joined(
            join_id=row.id,
            kept=devices[row.kept_id].tag if row.kept_id in devices else None,
            gone=row.gone_tag,
            at=row.at,
            by=None if row.joined_by is None else logins.get(row.joined_by),
            reason=row.reason,
        )
        for row in rows
    )


def gone_ids(session: Session, site_id: UUID, device_id: UUID) -> tuple[UUID, ...]:
    """Return the numbers of the records that went up into this device: their history is its own."""
    rows = session.scalars(
        select(Join.gone_id).where(
            Join.site_id == site_id, Join.kept_id == device_id, Join.undone.is_(None)
        )
    )
    return tuple(rows)


def _pairs(session: Session, site_id: UUID, rows: Iterable[Doubt]) -> tuple[Pair, ...]:
    rows = list(rows)
    ids = {row.one_id for row in rows} | {row.other_id for row in rows}
    devices = devices_by_id(session, site_id, ids)
    logins = _logins(session, site_id, (row.settled_by for row in rows))
    return tuple(
        Pair(
            doubt_id=row.id,
            one=devices[row.one_id],
            other=devices[row.other_id],
            score=row.score,
            signs=msgspec.convert(row.signs, tuple[Sign, ...]),
            found=row.found,
            settled=row.settled_at,
            settled_by=None if row.settled_by is None else logins.get(row.settled_by),
            reason=row.reason,
        )
        for row in rows
    )


def _logins(session: Session, site_id: UUID, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in ids if one is not None}
    rows = session.execute(
        select(Account.id, Account.login).where(Account.site_id == site_id, Account.id.in_(wanted))
    )
    return {row.id: row.login for row in rows}
