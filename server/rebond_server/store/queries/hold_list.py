"""The instructions that stand, in names instead of ids."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from rebond_schemas.plan import Hold
from rebond_server.store.demand import Request
from rebond_server.store.device import Device
from rebond_server.store.hold import HoldRow
from rebond_server.store.people import Account


@dataclass(frozen=True, kw_only=True)
class HoldLine:
    """One instruction: which device, which request, why, by whom, until when."""

    hold_id: UUID
    kind: Hold
    tag: str | None
    request: str | None
    reason: str
    by: str
    made: datetime
    expires: date | None


def hold_list(session: Session, site_id: UUID, today: date) -> tuple[HoldLine, ...]:
    """Return the instructions that count today, newest first."""
    rows = session.execute(
        select(HoldRow, Device.tag, Request.code, Account.name)
        .outerjoin(Device, and_(Device.site_id == site_id, Device.id == HoldRow.device_id))
        .outerjoin(Request, and_(Request.site_id == site_id, Request.id == HoldRow.request_id))
        .join(Account, and_(Account.site_id == site_id, Account.id == HoldRow.made_by))
        .where(
            HoldRow.site_id == site_id,
            HoldRow.lifted.is_(None),
            or_(HoldRow.expires.is_(None), HoldRow.expires >= today),
        )
        .order_by(HoldRow.made.desc(), HoldRow.id.desc())
    )
    return tuple(
        HoldLine(
            hold_id=row.id,
            kind=row.kind,
            tag=tag,
            request=code,
            reason=row.reason,
            by=by,
            made=row.made,
            expires=row.expires,
        )
        for row, tag, code, by in rows
    )


def request_id_of(session: Session, site_id: UUID, code: str) -> UUID | None:
    """Return the id of the request with this code."""
    return session.scalar(
        select(Request.id).where(Request.site_id == site_id, Request.code == code)
    )
