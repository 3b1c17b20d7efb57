"""The frozen document from which a plan is made: what the tables say at one moment."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from rebond_schemas.plan import (
    Cap,
    Device,
    Grade,
    Hold,
    Lot,
    Pin,
    PlanInput,
    Programme,
    Proposed,
    Request,
    Share,
    Target,
    Territory,
)
from rebond_schemas.plan_law import Kind
from rebond_schemas.plan_output import PlanOutput
from rebond_server.domain.allocation.rules import cap_key
from rebond_server.domain.lifecycle import State
from rebond_server.domain.programme import open_on
from rebond_server.operations.reconcile_lot import unit_values
from rebond_server.operations.work import Work
from rebond_server.store import demand
from rebond_server.store.allocation import Assignment, Handover, PlanRow
from rebond_server.store.device import Device as DeviceRow
from rebond_server.store.device import GradeRow
from rebond_server.store.guards import DEVICE_SANITISATION
from rebond_server.store.people import Site

Medium = Literal["hdd", "ssd", "nvme", "emmc"]
MEDIA: dict[str, Medium] = {"hdd": "hdd", "ssd": "ssd", "nvme": "nvme", "emmc": "emmc"}
LARGEST = 10_000_000
"""The largest number that a plan takes."""
GRADES = {grade.value: grade for grade in Grade}


Row = TypeVar("Row", demand.Lot, demand.Programme, demand.Request)


@dataclass(frozen=True, kw_only=True)
class Given:
    """One device that has left for a request and did not come back."""

    request: Request
    lot: str | None
    kind: Kind
    day: date


def plan_source(work: Work) -> PlanInput:
    """Return everything the plan may know. Devices without a lot are left out: no law is known."""
    terms = work.session.get_one(Site, work.site_id).terms
    lots = _rows(work, demand.Lot)
    requests = _rows(work, demand.Request)
    wishes = {row.id: msgspec.convert(row.terms, Request) for row in requests}
    given = _given(work, wishes, {lot.id: lot.code for lot in lots})
    locked = _locked(work)
    values = unit_values(work)
    devices = tuple(
        replace(device, unit_value_eur=values[device.id] / 100) if device.id in values else device
        for device in _stock(work, {lot.id: lot.code for lot in lots})
    )
    here = {device.id for device in devices}
    return PlanInput(
        rules=terms.get("rules", "demonstration"),
        territories=msgspec.convert(tuple(terms.get("territories", ())), tuple[Territory, ...]),
        lots=tuple(_lot(work, row, given) for row in lots),
        programmes=tuple(_programme(row, given) for row in _rows(work, demand.Programme)),
        requests=tuple(_owed(row, wishes[row.id], given) for row in requests),
        devices=devices,
        pins=tuple(
            Pin(hold=Hold.LOCK, reason="confirmed", device=device, request=wishes[request].id)
            for device, request in locked.items()
            if device in here
        ),
        proposal=tuple(_proposal(work, here - set(locked), {one.id for one in wishes.values()})),
    )


def _rows(work: Work, table: type[Row]) -> list[Row]:
    return list(
        work.session.scalars(
            select(table).where(table.site_id == work.site_id).order_by(table.code)
        )
    )


def _given(work: Work, wishes: dict[UUID, Request], lots: dict[UUID, str]) -> tuple[Given, ...]:
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


def _locked(work: Work) -> dict[str, UUID]:
    """Return the devices that a person has allocated and that are still here, with their request."""
    rows = work.session.execute(
        select(Assignment.device_id, Assignment.request_id).where(
            Assignment.site_id == work.site_id,
            Assignment.closed.is_(None),
            Assignment.handover_id.is_(None),
        )
    )
    return {str(row.device_id): row.request_id for row in rows}


def _stock(work: Work, lots: dict[UUID, str]) -> Iterator[Device]:
    rows = work.session.execute(
        select(DeviceRow, GradeRow, DEVICE_SANITISATION.c.sanitised)
        .join(
            GradeRow,
            (GradeRow.site_id == DeviceRow.site_id) & (GradeRow.id == DeviceRow.grade_id),
        )
        .join(
            DEVICE_SANITISATION,
            (DEVICE_SANITISATION.c.site_id == DeviceRow.site_id)
            & (DEVICE_SANITISATION.c.device_id == DeviceRow.id),
        )
        .where(
            DeviceRow.site_id == work.site_id,
            DeviceRow.state.in_((State.GRADED, State.ALLOCATED)),
            DeviceRow.lot_id.is_not(None),
            GradeRow.overall.in_(GRADES),
        )
        .order_by(DeviceRow.tag)
    )
    for device, grade, sanitised in rows:
        if device.lot_id is not None:
            yield _device(device, grade, lots[device.lot_id], sanitised=sanitised == 1)


def _device(row: DeviceRow, grade: GradeRow, lot: str, *, sanitised: bool) -> Device:
    values = {name: fact.get("value") for name, fact in grade.facts.items()}
    return Device(
        id=str(row.id),
        tag=row.tag,
        kind=kind_of(row.kind),
        lot=lot,
        received=row.received,
        sanitised=sanitised,
        grade=GRADES[grade.overall],
        ram_mib=_whole(values.get("memory_installed")),
        disk_gb=_whole(values.get("drive_size")),
        disk_kind=MEDIA.get(str(values.get("drive_medium"))),
        cpu_year=_whole(values.get("processor_year")),
        battery_percent=_whole(values.get("battery_health")),
    )


def kind_of(kind: str) -> Kind:
    """Return the kind as a request may ask for it."""
    return Kind(kind) if kind in {one.value for one in Kind} else Kind.OTHER


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(int(value), LARGEST)


def _lot(work: Work, row: demand.Lot, given: Sequence[Given]) -> Lot:
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


def _programme(row: demand.Programme, given: Sequence[Given]) -> Programme:
    """Return the programme's terms, its caps and targets with what was given until now."""
    programme = msgspec.convert(row.terms, Programme)
    to_it = [one for one in given if one.request.programme == row.code]
    return replace(
        programme,
        caps=tuple(_cap(cap, to_it) for cap in programme.caps),
        targets=tuple(_target(target, to_it) for target in programme.targets),
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


def _target(target: Target, to_it: Sequence[Given]) -> Target:
    reached = sum(
        (not target.kinds or one.kind in target.kinds) and one.day <= target.ends for one in to_it
    )
    return replace(target, reached=target.reached + reached)


def _owed(row: demand.Request, wish: Request, given: Sequence[Given]) -> Request:
    """Return the request with the units that are still owed; none when it is closed."""
    units = sum(one.request.id == wish.id for one in given) // len(wish.parts)
    owed = 0 if row.closed is not None else max(0, row.quantity - units)
    return replace(wish, quantity=owed, completed=row.completed)


def _proposal(work: Work, free: set[str], known: set[str]) -> Iterator[Proposed]:
    """Yield what the newest plan proposed and nobody has confirmed, for as few changes as can be."""
    output = work.session.scalars(
        select(PlanRow.output)
        .where(PlanRow.site_id == work.site_id)
        .order_by(PlanRow.made.desc(), PlanRow.id.desc())
        .limit(1)
    ).one_or_none()
    if output is None:
        return
    for line in msgspec.convert(output, PlanOutput).assignments:
        if line.device in free and line.request in known and not line.locked:
            yield Proposed(device=line.device, request=line.request)
