"""Lots, programmes and requests as a plan sees them, with what was given until now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from rebond_schemas.plan import Cap, Lot, Programme, Request, Share, Target
from rebond_schemas.plan_law import Kind
from rebond_server.domain.allocation.rules import cap_key
from rebond_server.domain.programme import open_on
from rebond_server.operations.plan_stock import kind_of
from rebond_server.operations.work import Work
from rebond_server.store import demand
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.device import Device as DeviceRow
from rebond_server.store.organisation import GivenBefore


@dataclass(frozen=True, kw_only=True)
class Given:
    """One device that has left for a request and did not come back."""

    request: Request
    lot: str | None
    kind: Kind
    day: date


def given_devices(
    work: Work, wishes: dict[UUID, Request], lots: dict[UUID, str]
) -> tuple[Given, ...]:
    """Return what has left and did not come back, one entry a device."""
    rows = work.session.execute(
        select(Assignment.request_id, DeviceRow.lot_id, DeviceRow.kind, Handover.at)
        .join(
            DeviceRow,
            (DeviceRow.site_id == Assignment.site_id) & (DeviceRow.id == Assignment.device_id),
        )
        .join(
            Handover,
            (Handover.site_id == Assignment.site_id) & (Handover.id == Assignment.handover_id),
        )
        .where(Assignment.site_id == work.site_id, Assignment.closed.is_(None))
    )
    return tuple(
        Given(
            request=wishes[request_id],
            lot=None if lot_id is None else lots[lot_id],
            kind=kind_of(kind),
            day=at.date(),
        )
        for request_id, lot_id, kind, at in rows
    )


def plan_lot(work: Work, row: demand.Lot, given: Sequence[Given]) -> Lot:
    """Return the lot's terms, its shares with what has come in and gone out until now."""
    lot = msgspec.convert(row.terms, Lot)
    left = [one for one in given if one.lot == row.code]
    came = [
        kind_of(kind)
        for kind in work.session.scalars(
            select(DeviceRow.kind).where(
                DeviceRow.site_id == work.site_id, DeviceRow.lot_id == row.id
            )
        )
    ]
    return replace(lot, shares=tuple(_share(share, came, left) for share in lot.shares))


def _share(share: Share, came: Sequence[Kind], left: Sequence[Given]) -> Share:
    counted = [one for one in left if not share.kinds or one.kind in share.kinds]
    collected = sum(not share.kinds or kind in share.kinds for kind in came)
    return replace(
        share,
        collected=max(share.collected or 0, collected),
        released=share.released + len(counted),
        given=share.given + sum(one.request.programme == share.programme for one in counted),
    )


def plan_programme(work: Work, row: demand.Programme, given: Sequence[Given]) -> Programme:
    """Return the programme's terms, its caps and targets with what was given until now."""
    programme = msgspec.convert(row.terms, Programme)
    to_it = [one for one in given if one.request.programme == row.code]
    before = work.session.scalars(
        select(GivenBefore).where(
            GivenBefore.site_id == work.site_id, GivenBefore.programme_id == row.id
        )
    ).all()
    return replace(
        programme,
        caps=tuple(_cap(cap, to_it) for cap in programme.caps),
        targets=tuple(_target(target, to_it, before) for target in programme.targets),
    )


def _cap(cap: Cap, to_it: Sequence[Given]) -> Cap:
    counts = Counter(
        key
        for one in to_it
        if (not cap.kinds or one.kind in cap.kinds)
        and open_on(one.day, cap.starts, cap.ends)
        and (key := cap_key(cap, one.request)) is not None
    )
    return replace(cap, used=dict(Counter(cap.used) + counts))


def _target(target: Target, to_it: Sequence[Given], before: Sequence[GivenBefore]) -> Target:
    reached = sum(
        (not target.kinds or one.kind in target.kinds) and one.day <= target.ends for one in to_it
    )
    earlier = sum(
        one.count
        for one in before
        if (not target.kinds or kind_of(one.kind) in target.kinds) and one.ends <= target.ends
    )
    return replace(target, reached=target.reached + reached + earlier)


def plan_request(row: demand.Request, wish: Request, given: Sequence[Given]) -> Request:
    """Return the request with the units that are still owed; none when it is closed."""
    units = sum(one.request.id == wish.id for one in given) // len(wish.parts)
    owed = 0 if row.closed is not None else max(0, row.quantity - units)
    return replace(wish, quantity=owed, completed=row.completed)
