"""The register of outgoing waste, line by line."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.store.device import Device
from rebond_server.store.record import Waste


class WasteLine(NamedTuple):
    """One line and the tag of its device; None for parts."""

    row: Waste
    tag: str | None


def register(
    session: Session, site_id: UUID, year: int | None = None, most: int | None = None
) -> Iterator[WasteLine]:
    """Yield the lines of a year, or all, the latest first; withdrawn ones are among them."""
    query = (
        select(Waste, Device.tag)
        .outerjoin(Device, and_(Device.site_id == Waste.site_id, Device.id == Waste.device_id))
        .where(Waste.site_id == site_id)
        .order_by(Waste.left.desc(), Waste.at.desc(), Waste.id.desc())
    )
    if year is not None:
        query = query.where(Waste.left >= date(year, 1, 1), Waste.left <= date(year, 12, 31))
    rows = session.execute(query if most is None else query.limit(most))
    yield from (WasteLine(row, tag) for row, tag in rows)


def waits_for_waste(session: Session, site_id: UUID, most: int) -> tuple[str, ...]:
    """Return the tags of scrapped devices that are not in the register."""
    line = and_(
        Waste.site_id == Device.site_id, Waste.device_id == Device.id, Waste.withdrawn.is_(None)
    )
    rows = session.scalars(
        select(Device.tag)
        .outerjoin(Waste, line)
        .where(Device.site_id == site_id, Device.state == "scrapped", Waste.id.is_(None))
        .order_by(Device.tag)
        .limit(most)
    )
    return tuple(rows)
