"""Signed orders: how the drives of one machine, or of any that a stick meets offline, are to be erased."""

from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.order import OrderRequest, WipeOrder
from rebond_schemas.signing import ORDER_REQUEST_TYPE, ORDER_TYPE, sign, verified
from rebond_server.domain.lifecycle import State
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.doubt import doubt_of
from rebond_server.operations.erasure_policy import policy_for, row_of
from rebond_server.operations.work import Work
from rebond_server.store.database import take_turns
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.order import OrderRow
from rebond_server.store.stick import StatementKind, StatementRow, Stick

MAY_BE_ERASED = frozenset({State.RECEIVED, State.EXAMINED})
"""A device that went further holds nothing of a donor, or is somebody else's: no machine erases it alone."""


def give_order(work: Work, raw: bytes, stick_id: UUID, signature: str) -> Accepted | Declined:
    """Answer a stick that asks what to do; the same run gets the same order until its policy changes."""
    found = asked_by(work, raw, stick_id, signature, ORDER_REQUEST_TYPE)
    if found is None:
        return NOT_KNOWN
    stick, asked = found
    take_turns(work.session, f"orders {work.site_id}")
    return _signed(work, _order(work, stick, asked.run))


def asked_by(
    work: Work, raw: bytes, stick_id: UUID, signature: str, payload_type: str
) -> tuple[Stick, OrderRequest] | None:
    """Return the stick that asks, and what; None unless it is ours and signed these very bytes."""
    stick = work.session.get(Stick, (work.site_id, stick_id))
    if stick is None or stick.revoked is not None:
        return None
    if not verified(stick.public_key, payload_type, raw, signature):
        return None
    try:
        asked: OrderRequest = decode_as(raw, OrderRequest)
    except Unreadable:
        return None
    return (stick, asked) if asked.stick == stick.id else None


def _order(work: Work, stick: Stick, run: UUID | None) -> OrderRow:
    device = None if run is None else device_of_run(work, stick, run)
    lot = None if device is None or device.lot_id is None else _lot(work, device.lot_id)
    row = None if lot is None else row_of(work, lot)
    alone = (
        row is not None
        and row.unattended
        and device is not None
        and device.state in MAY_BE_ERASED
        and doubt_of(stick, work.now) is None
    )
    order = WipeOrder(
        id=uuid7(work.now),
        site=work.site_id,
        policy=policy_for(work, lot),
        issued=work.now,
        stick=None if device is None else stick.id,
        run=None if device is None else run,
        device=None if device is None else device.tag,
        lot=None if lot is None else lot.code,
        unattended=alone,
    )
    return _given_before(work, order) or _kept(work, order)


def _lot(work: Work, lot_id: UUID) -> Lot:
    return work.session.get_one(Lot, (work.site_id, lot_id))


def device_of_run(work: Work, stick: Stick, run: UUID) -> Device | None:
    """Return the one device that the inventories of this run were filed under."""
    found = work.session.scalars(
        select(Device)
        .join(
            StatementRow,
            (StatementRow.site_id == Device.site_id) & (StatementRow.device_id == Device.id),
        )
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.stick_id == stick.id,
            StatementRow.run == run,
            StatementRow.kind == StatementKind.INVENTORY,
            StatementRow.quarantined.is_(False),
        )
        .distinct()
    ).all()
    return found[0] if len(found) == 1 else None


def _given_before(work: Work, order: WipeOrder) -> OrderRow | None:
    """Return the latest order of this run when it says the same."""
    row = work.session.scalars(
        select(OrderRow)
        .where(
            OrderRow.site_id == work.site_id,
            OrderRow.stick_id == order.stick
            if order.stick is not None
            else OrderRow.stick_id.is_(None),
            OrderRow.run == order.run if order.run is not None else OrderRow.run.is_(None),
        )
        .order_by(OrderRow.issued.desc(), OrderRow.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    before: WipeOrder = decode_as(row.body, WipeOrder)
    same = msgspec.structs.replace(order, id=before.id, issued=before.issued) == before
    return row if same else None


def _kept(work: Work, order: WipeOrder) -> OrderRow:
    row = OrderRow(
        site_id=work.site_id,
        id=order.id,
        stick_id=order.stick,
        run=order.run,
        body=encode(order),
        issued=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _signed(work: Work, row: OrderRow) -> Accepted:
    return Accepted(
        status=Status.KNOWN,
        body=row.body,
        signature=sign(work.server_key, ORDER_TYPE, row.body),
    )
