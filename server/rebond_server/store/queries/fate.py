"""What became of the devices of a lot, one by one."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.domain.fate import Fate
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Lot, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.guards import DEVICE_SANITISATION
from rebond_server.store.intake import CollectionPoint, Intake
from rebond_server.store.stick import StatementRow


def fates(session: Session, site_id: UUID, lot_code: str, zone: ZoneInfo) -> tuple[Fate, ...]:
    """Return the fate of every device that is filed under a lot, by tag; days are the zone's."""
    return tuple(_fate(row, zone) for row in session.execute(_query(site_id, lot_code)))


def _query(site_id: UUID, lot_code: str) -> Any:  # noqa: ANN401 - SQLAlchemy's type of eight columns helps nobody
    here = Device.site_id
    view = DEVICE_SANITISATION.c
    return (
        select(
            Device,
            view.sanitised,
            CollectionPoint.name,
            Programme,
            Request,
            Handover.number,
            Handover.at,
            StatementRow.received,
        )
        .join(Lot, and_(Lot.site_id == here, Lot.id == Device.lot_id))
        .join(DEVICE_SANITISATION, and_(view.site_id == here, view.device_id == Device.id))
        .outerjoin(Intake, and_(Intake.site_id == here, Intake.device_id == Device.id))
        .outerjoin(
            CollectionPoint,
            and_(CollectionPoint.site_id == here, CollectionPoint.id == Intake.point_id),
        )
        .outerjoin(
            Assignment,
            and_(
                Assignment.site_id == here,
                Assignment.device_id == Device.id,
                Assignment.closed.is_(None),
            ),
        )
        .outerjoin(Request, and_(Request.site_id == here, Request.id == Assignment.request_id))
        .outerjoin(Programme, and_(Programme.site_id == here, Programme.id == Request.programme_id))
        .outerjoin(Handover, and_(Handover.site_id == here, Handover.id == Assignment.handover_id))
        .outerjoin(
            StatementRow, and_(StatementRow.site_id == here, StatementRow.id == Device.inventory_id)
        )
        .where(here == site_id, Lot.code == lot_code)
        .order_by(Device.tag)
    )


def _fate(row: Any, zone: ZoneInfo) -> Fate:  # noqa: ANN401 - likewise
    device, sanitised, point, programme, request, number, at, seen = row
    wish = {} if request is None else request.terms
    return Fate(
        id=str(device.id),
        tag=device.tag,
        kind=device.kind,
        state=device.state,
        examined=seen is not None and (device.cycle_began or seen) <= seen,
        sanitised=sanitised == 1,
        grade=device.grade,
        point=point,
        name=" ".join(text for text in (device.maker, device.model) if text) or None,
        serial=device.serial,
        programme=None if programme is None else programme.code,
        programme_name=None if programme is None else programme.name,
        organisation=None if request is None or wish.get("person") else request.organisation,
        territory=wish.get("territory"),
        public=wish.get("public"),
        handover=number,
        day=None if at is None else at.astimezone(zone).date(),
        priced=programme is not None and _price(programme.terms, device.kind) > 0,
    )


def _price(terms: dict[str, Any], kind: str) -> float:
    """Return what the programme asks for this kind in euros; 0 where it names no price."""
    asked: float = ((terms.get("price") or {}).get("eur") or {}).get(kind, 0.0)
    return asked


def report_lots(session: Session, site_id: UUID) -> dict[UUID, str]:
    """Return the code of every lot, by id."""
    rows = session.execute(select(Lot.id, Lot.code).where(Lot.site_id == site_id))
    return {row.id: row.code for row in rows}
