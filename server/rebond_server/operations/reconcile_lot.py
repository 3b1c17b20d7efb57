"""Setting the annex of a lot against the devices that are filed under it."""

from sqlalchemy import select

from rebond_schemas.plan_law import Law, Regime
from rebond_server.domain.intake.reconciliation import (
    Announced,
    Arrived,
    Reconciliation,
    reconcile,
)
from rebond_server.domain.lot import too_dear
from rebond_server.operations.lots import lot_by_code
from rebond_server.operations.work import Work
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.intake import Intake, ListedItem


def reconcile_lot(work: Work, code: str) -> Reconciliation:
    """Return every line of the annex and every device of the lot, matched where a number says so."""
    lot = lot_by_code(work, code)
    regime, law = Regime(lot.terms["regime"]), Law()
    listed = work.session.scalars(
        select(ListedItem)
        .where(ListedItem.site_id == work.site_id, ListedItem.lot_id == lot.id)
        .order_by(ListedItem.line, ListedItem.id)
    )
    devices = work.session.execute(
        select(Device, Intake.donor_tag)
        .outerjoin(Intake, (Intake.site_id == Device.site_id) & (Intake.device_id == Device.id))
        .where(Device.site_id == work.site_id, Device.lot_id == lot.id)
        .order_by(Device.tag)
    )
    return reconcile(
        [
            Announced(
                id=str(one.id),
                line=one.line,
                kind=one.kind,
                name=_name(one.maker, one.model),
                serial=one.serial,
                donor_tag=one.donor_tag,
                blocked=too_dear(regime, one.value_cents, law),
            )
            for one in listed
        ],
        [
            Arrived(
                id=str(device.id),
                tag=device.tag,
                kind=device.kind,
                name=_name(device.maker, device.model),
                serial=device.serial,
                donor_tag=donor_tag,
            )
            for device, donor_tag in devices
        ],
    )


def unit_values(work: Work) -> dict[str, int]:
    """Return the value in cents of each device of which one is known: noted, or in its annex.

    Of two the higher one counts, so that no rule is passed by noting less.
    """
    noted = work.session.execute(
        select(Intake.device_id, Intake.value_cents).where(
            Intake.site_id == work.site_id, Intake.value_cents.is_not(None)
        )
    )
    values = {str(device_id): cents for device_id, cents in noted if cents is not None}
    valued = work.session.execute(
        select(ListedItem.id, ListedItem.value_cents, Lot.code)
        .join(Lot, (Lot.site_id == ListedItem.site_id) & (Lot.id == ListedItem.lot_id))
        .where(ListedItem.site_id == work.site_id, ListedItem.value_cents.is_not(None))
    ).all()
    listed = {str(item_id): cents for item_id, cents, _ in valued}
    for code in {code for _, _, code in valued}:
        for pair in reconcile_lot(work, code).pairs:
            if pair.announced is not None and pair.arrived is not None:
                cents = listed.get(pair.announced.id)
                if cents is not None:
                    values[pair.arrived.id] = max(cents, values.get(pair.arrived.id, 0))
    return values


def _name(maker: str | None, model: str | None) -> str | None:
    return " ".join(text for text in (maker, model) if text) or None
