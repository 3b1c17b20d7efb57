"""Lots: the list with what came of each, and the page of one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import DonorKind, ErasurePolicy, LotKind, review_day
from rebond_server.store.demand import Agreement, Lot
from rebond_server.store.device import Device
from rebond_server.store.intake import CollectionPoint, Donation, Donor, Intake, ListedItem

READY = frozenset({State.GRADED, State.ALLOCATED, State.RELEASED})
"""Devices that proved fit to leave, those that have left included."""


@dataclass(frozen=True, kw_only=True)
class Yield:
    """What came of a number of devices."""

    received: int = 0
    ready: int = 0
    released: int = 0
    held: int = 0
    scrapped: int = 0


@dataclass(frozen=True, kw_only=True)
class LotName:
    """A lot as a person chooses it."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LotLine:
    """One lot in one line."""

    lot_id: UUID
    code: str
    name: str
    kind: LotKind | None
    donor: str | None
    agreement: str | None
    review: date | None
    regime: str
    expected: int
    came: Yield


@dataclass(frozen=True, kw_only=True)
class LotPage:
    """One lot, whole; `by_point` and `by_kind` are what a campaign's report asks for."""

    lot_id: UUID
    line: LotLine
    terms: dict[str, Any]
    starts: date | None = None
    ends: date | None = None
    population: int | None = None
    acquired: date | None = None
    erasure_policy: ErasurePolicy | None = None
    agreement_id: UUID | None = None
    donor_kind: DonorKind | None = None
    parties: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    by_kind: dict[str, Yield] = field(default_factory=dict)
    by_point: dict[str, Yield] = field(default_factory=dict)


def lot_list(
    session: Session, site_id: UUID, *, after: str = "", most: int | None = None
) -> tuple[LotLine, ...]:
    """Return the lots of the workshop by code: all, or so many of those that follow a code."""
    rows = session.execute(
        _lots(site_id).where(Lot.code > after).order_by(Lot.code).limit(most)
    ).all()
    ids = None if most is None else [lot.id for lot, *_ in rows]
    states, expected = _states(session, site_id, ids), _expected(session, site_id, ids)
    return tuple(
        _line(lot, origin, donor, agreement, expected.get(lot.id, 0), states.get(lot.id, Counter()))
        for lot, origin, donor, agreement in rows
    )


def lot_page(session: Session, site_id: UUID, code: str) -> LotPage | None:
    """Return the page of a lot; None when this workshop has no such lot."""
    row = session.execute(_lots(site_id).where(Lot.code == code)).one_or_none()
    if row is None:
        return None
    lot, origin, donor, agreement = row
    expected = session.scalar(
        select(func.count()).where(ListedItem.site_id == site_id, ListedItem.lot_id == lot.id)
    )
    by_kind, by_point = _yields(session, site_id, lot.id)
    points = session.scalars(
        select(CollectionPoint.name)
        .where(CollectionPoint.site_id == site_id, CollectionPoint.lot_id == lot.id)
        .order_by(CollectionPoint.name)
    )
    states = _states(session, site_id, [lot.id]).get(lot.id, Counter())
    return LotPage(
        lot_id=lot.id,
        line=_line(lot, origin, donor, agreement, expected or 0, states),
        terms=lot.terms,
        starts=None if origin is None else origin.starts,
        ends=None if origin is None else origin.ends,
        population=None if origin is None else origin.population,
        acquired=None if origin is None else origin.acquired,
        erasure_policy=None if origin is None else origin.erasure_policy,
        donor_kind=None if donor is None else donor.kind,
        agreement_id=None if agreement is None else agreement.id,
        parties=() if agreement is None else tuple(agreement.parties or ()),
        duties=() if agreement is None else tuple(agreement.duties or ()),
        points=tuple(points),
        by_kind=by_kind,
        by_point=by_point,
    )


def _lots(site_id: UUID) -> Any:  # noqa: ANN401 - SQLAlchemy's type of four columns helps nobody
    return (
        select(Lot, Donation, Donor, Agreement)
        .outerjoin(Donation, and_(Donation.site_id == Lot.site_id, Donation.lot_id == Lot.id))
        .outerjoin(Donor, and_(Donor.site_id == Lot.site_id, Donor.id == Donation.donor_id))
        .outerjoin(
            Agreement, and_(Agreement.site_id == Lot.site_id, Agreement.id == Lot.agreement_id)
        )
        .where(Lot.site_id == site_id)
    )


def _line(
    lot: Lot,
    origin: Donation | None,
    donor: Donor | None,
    agreement: Agreement | None,
    expected: int,
    states: Counter[State],
) -> LotLine:
    return LotLine(
        lot_id=lot.id,
        code=lot.code,
        name=lot.name,
        kind=None if origin is None else origin.kind,
        donor=None if donor is None else donor.name or donor.code,
        agreement=None if agreement is None else agreement.number,
        review=None if agreement is None else agreement.review or review_day(agreement.ends),
        regime=lot.terms["regime"],
        expected=expected,
        came=_yield(states),
    )


def lot_names(session: Session, site_id: UUID) -> tuple[LotName, ...]:
    """Return what a person chooses a lot by, of every lot; nothing is counted."""
    rows = session.execute(
        select(Lot.code, Lot.name).where(Lot.site_id == site_id).order_by(Lot.code)
    )
    return tuple(LotName(code=row.code, name=row.name) for row in rows)


def _expected(session: Session, site_id: UUID, ids: list[UUID] | None) -> dict[UUID, int]:
    query = select(ListedItem.lot_id, func.count()).where(ListedItem.site_id == site_id)
    if ids is not None:
        query = query.where(ListedItem.lot_id.in_(ids))
    rows = session.execute(query.group_by(ListedItem.lot_id))
    return {lot_id: count for lot_id, count in rows}  # noqa: C416 - rows are no pairs to dict()


def _states(
    session: Session, site_id: UUID, ids: list[UUID] | None
) -> dict[UUID | None, Counter[State]]:
    found: dict[UUID | None, Counter[State]] = {}
    query = select(Device.lot_id, Device.state, func.count()).where(Device.site_id == site_id)
    if ids is not None:
        query = query.where(Device.lot_id.in_(ids))
    for lot_id, state, count in session.execute(query.group_by(Device.lot_id, Device.state)):
        found.setdefault(lot_id, Counter())[state] = count
    return found


def _yields(
    session: Session, site_id: UUID, lot_id: UUID
) -> tuple[dict[str, Yield], dict[str, Yield]]:
    """Return the yield by kind and by collection point; devices of no point count for none."""
    rows = session.execute(
        select(Device.kind, CollectionPoint.name, Device.state, func.count())
        .outerjoin(Intake, and_(Intake.site_id == Device.site_id, Intake.device_id == Device.id))
        .outerjoin(
            CollectionPoint,
            and_(CollectionPoint.site_id == Device.site_id, CollectionPoint.id == Intake.point_id),
        )
        .where(Device.site_id == site_id, Device.lot_id == lot_id)
        .group_by(Device.kind, CollectionPoint.name, Device.state)
    )
    kinds: dict[str, Counter[State]] = {}
    points: dict[str, Counter[State]] = {}
    for kind, point, state, count in rows:
        kinds.setdefault(kind, Counter())[state] += count
        if point is not None:
            points.setdefault(point, Counter())[state] += count
    return (
        {kind: _yield(kinds[kind]) for kind in sorted(kinds)},
        {point: _yield(points[point]) for point in sorted(points)},
    )


def _yield(states: Counter[State]) -> Yield:
    return Yield(
        received=states.total(),
        ready=sum(states[state] for state in READY),
        released=states[State.RELEASED],
        held=states[State.HELD],
        scrapped=states[State.SCRAPPED],
    )
