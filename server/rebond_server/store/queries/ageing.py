"""How long devices have been here, and which agreement's end they run against."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rebond_server.domain.ageing import Deadline, Stay, Step, deadline, stays
from rebond_server.domain.lifecycle import State
from rebond_server.store.demand import Agreement, Lot
from rebond_server.store.device import Device
from rebond_server.store.history import HistoryEvent

HERE = tuple(state for state in State if state not in {State.RELEASED, State.SCRAPPED})


class LotAges(NamedTuple):
    """How many devices of a lot are still here, and since when the oldest is."""

    here: int
    oldest: datetime | None


def lot_ages(session: Session, site_id: UUID, lot_id: UUID) -> LotAges:
    """Return how a lot ages."""
    here, oldest = session.execute(
        select(func.count(), func.min(Device.received)).where(
            Device.site_id == site_id, Device.lot_id == lot_id, Device.state.in_(HERE)
        )
    ).one()
    return LotAges(here, oldest)


def deadline_of(session: Session, site_id: UUID, lot_id: UUID | None) -> Deadline | None:
    """Return the end of a lot's agreement; None when there is none."""
    row = session.execute(
        select(Agreement.number, Agreement.ends, Agreement.review)
        .join(Lot, and_(Lot.site_id == Agreement.site_id, Lot.agreement_id == Agreement.id))
        .where(Lot.site_id == site_id, Lot.id == lot_id)
    ).one_or_none()
    return None if row is None else deadline(*row)


def deadlines(session: Session, site_id: UUID, device_ids: Iterable[UUID]) -> dict[UUID, Deadline]:
    """Return the end that each of these devices runs against; one without an end is left out."""
    rows = session.execute(
        select(Device.id, Agreement.number, Agreement.ends, Agreement.review)
        .join(Lot, and_(Lot.site_id == Device.site_id, Lot.id == Device.lot_id))
        .join(Agreement, and_(Agreement.site_id == Lot.site_id, Agreement.id == Lot.agreement_id))
        .where(Device.site_id == site_id, Device.id.in_([*device_ids]))
    )
    return {
        device_id: found
        for device_id, number, ends, review in rows
        if (found := deadline(number, ends, review)) is not None
    }


def stays_of(session: Session, device: Device, now: datetime) -> tuple[Stay, ...]:
    """Return how long the device was in each state, as its history tells."""
    rows = session.execute(
        select(HistoryEvent.at, HistoryEvent.new)
        .where(
            HistoryEvent.site_id == device.site_id,
            HistoryEvent.subject_kind == "device",
            HistoryEvent.subject_id == device.id,
            HistoryEvent.old.in_([state.value for state in State]),
            HistoryEvent.new.in_([state.value for state in State]),
        )
        .order_by(HistoryEvent.at, HistoryEvent.id)
    )
    return stays(device.received, (Step(at=at, to=State(new)) for at, new in rows if new), now)
