"""Spare parts: how many of each kind lie where, the list, and one with its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from rebond_server.domain.part import PartKind
from rebond_server.store.device import Device
from rebond_server.store.part import PartRow, PartState
from rebond_server.store.queries.device_page import HistoryLine, history_of

MOST = 200
"""Parts on one page, the latest changed first."""


@dataclass(frozen=True, kw_only=True)
class PartLine:
    """One part: what it is, where it lies, in which device it is."""

    part_id: UUID
    kind: PartKind
    spec: dict[str, Any]
    state: PartState
    place: str
    device: str | None
    source: str | None
    serial: str | None
    changed: datetime


@dataclass(frozen=True, kw_only=True)
class PartPage:
    """One part and what was done with it."""

    line: PartLine
    history: tuple[HistoryLine, ...]


def stock_counts(session: Session, site_id: UUID) -> dict[PartKind, dict[PartState, int]]:
    """Return how many parts of each kind are on the shelf, in a device, thrown away."""
    found: dict[PartKind, dict[PartState, int]] = {
        kind: dict.fromkeys(PartState, 0) for kind in PartKind
    }
    rows = session.execute(
        select(PartRow.kind, PartRow.state, func.count())
        .where(PartRow.site_id == site_id)
        .group_by(PartRow.kind, PartRow.state)
    )
    for kind, state, count in rows:
        found[kind][state] = count
    return found


def part_list(
    session: Session,
    site_id: UUID,
    *,
    kind: PartKind | None = None,
    state: PartState | None = PartState.STOCK,
    text: str | None = None,
) -> tuple[PartLine, ...]:
    """Return the parts that are wanted; a text is looked for in place, number, origin and device."""
    query = _lines(site_id)
    if kind is not None:
        query = query.where(PartRow.kind == kind)
    if state is not None:
        query = query.where(PartRow.state == state)
    if text:
        asked = (PartRow.place, PartRow.serial, PartRow.source, Device.tag)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in asked)))
    rows = session.execute(query.order_by(PartRow.changed.desc(), PartRow.id).limit(MOST))
    return tuple(_line(row, tag) for row, tag in rows)


def parts_in(session: Session, site_id: UUID, device_id: UUID) -> tuple[PartLine, ...]:
    """Return the parts that were put into a device."""
    rows = session.execute(_lines(site_id).where(PartRow.device_id == device_id))
    return tuple(_line(row, tag) for row, tag in rows)


def part_page(session: Session, site_id: UUID, part_id: UUID) -> PartPage | None:
    """Return one part; None when this workshop has no such part."""
    found = session.execute(_lines(site_id).where(PartRow.id == part_id)).one_or_none()
    if found is None:
        return None
    row, tag = found
    return PartPage(line=_line(row, tag), history=history_of(session, site_id, "part", part_id))


def _lines(site_id: UUID) -> Any:  # noqa: ANN401 - SQLAlchemy's type of two columns helps nobody
    return (
        select(PartRow, Device.tag)
        .outerjoin(Device, and_(Device.site_id == PartRow.site_id, Device.id == PartRow.device_id))
        .where(PartRow.site_id == site_id)
    )


def _line(row: PartRow, tag: str | None) -> PartLine:
    return PartLine(
        part_id=row.id,
        kind=row.kind,
        spec=row.spec,
        state=row.state,
        place=row.place,
        device=tag,
        source=row.source,
        serial=row.serial,
        changed=row.changed,
    )
