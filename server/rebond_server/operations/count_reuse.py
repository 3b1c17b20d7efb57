"""The donor's figure of reuse for a year: what of a lot has a new holder, by signed handover."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, select

from rebond_schemas.facts import Facts
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot_paper import PaperKind, Reuse
from rebond_server.domain.policy import Permission
from rebond_server.domain.reuse import Item, reuse
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.lot_papers import head_of, keep_paper
from rebond_server.operations.lots import lot_by_code
from rebond_server.operations.reconcile_lot import reconcile_lot
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.intake import Donation, Intake, ListedItem
from rebond_server.store.paper import PaperRow

FIRST_YEAR = 2000


def count_reuse(work: Work, code: str, year: int, zone: ZoneInfo) -> PaperRow:
    """Issue the figure of a year; days are the zone's. Raises BadValue for a year to come."""
    work.require(Permission.VIEW_REPORTS)
    lot = lot_by_code(work, code)
    today = work.now.astimezone(zone).date()
    if not FIRST_YEAR <= year <= today.year:
        raise BadValue(
            Sentence(fr=f"Aucun chiffre pour {year}.", en=f"There is no figure for {year}.")
        )
    said = Reuse(
        head=head_of(work, lot, PaperKind.REUSE),
        year=year,
        until=min(today, today.replace(year=year, month=12, day=31)),
        rows=reuse(_items(work, lot, zone), year),
    )
    return keep_paper(work, PaperKind.REUSE, lot, said)


def _items(work: Work, lot: Lot, zone: ZoneInfo) -> list[Item]:
    rows = work.session.execute(
        select(Device, Intake.acquired, Handover.at, Donation.acquired)
        .outerjoin(Intake, and_(Intake.site_id == Device.site_id, Intake.device_id == Device.id))
        .outerjoin(
            Donation, and_(Donation.site_id == Device.site_id, Donation.lot_id == Device.lot_id)
        )
        .outerjoin(
            Assignment,
            and_(
                Assignment.site_id == Device.site_id,
                Assignment.device_id == Device.id,
                Assignment.closed.is_(None),
            ),
        )
        .outerjoin(
            Handover,
            and_(Handover.site_id == Assignment.site_id, Handover.id == Assignment.handover_id),
        )
        .where(Device.site_id == work.site_id, Device.lot_id == lot.id)
    ).all()
    listed = _listed(work, lot)
    return [
        Item(
            kind=device.kind,
            retired=device.received.astimezone(zone).date(),
            acquired=noted or listed.get(str(device.id)) or of_lot,
            processor_year=_year(device),
            left=at.astimezone(zone).date()
            if at is not None and device.state is State.RELEASED
            else None,
        )
        for device, noted, at, of_lot in rows
    ]


def _listed(work: Work, lot: Lot) -> dict[str, date]:
    """Return when the annex says that each device was bought."""
    rows = work.session.execute(
        select(ListedItem.id, ListedItem.acquired).where(
            ListedItem.site_id == work.site_id,
            ListedItem.lot_id == lot.id,
            ListedItem.acquired.is_not(None),
        )
    )
    told = {str(item_id): day for item_id, day in rows if day is not None}
    return {
        pair.arrived.id: told[pair.announced.id]
        for pair in (reconcile_lot(work, lot.code).pairs if told else ())
        if pair.arrived is not None and pair.announced is not None and pair.announced.id in told
    }


def _year(device: Device) -> int | None:
    if device.facts is None:
        return None
    processor = msgspec.convert(device.facts, Facts).processor
    return None if processor is None else processor.year
