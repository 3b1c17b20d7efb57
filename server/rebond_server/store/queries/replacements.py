"""What is offered to a request in the place of what came back under warranty."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from rebond_server.store.allocation import Assignment
from rebond_server.store.device import Device
from rebond_server.store.hold import HoldRow, Replacement


@dataclass(frozen=True, kw_only=True)
class Offered:
    """One offer: which device, in whose place, and whether it has been allocated."""

    replacement_id: UUID
    returned: str
    offered: str
    reason: str
    allocated: bool


def replacements(session: Session, site_id: UUID, request_id: UUID) -> tuple[Offered, ...]:
    """Return the offers to a request that stand or were allocated, newest first."""
    back, new = aliased(Device), aliased(Device)
    rows = session.execute(
        select(Replacement, back.tag, new.tag, HoldRow.reason)
        .join(
            Assignment,
            and_(Assignment.site_id == site_id, Assignment.id == Replacement.returned_id),
        )
        .join(back, and_(back.site_id == site_id, back.id == Assignment.device_id))
        .join(HoldRow, and_(HoldRow.site_id == site_id, HoldRow.id == Replacement.hold_id))
        .join(new, and_(new.site_id == site_id, new.id == HoldRow.device_id))
        .where(
            Replacement.site_id == site_id,
            Assignment.request_id == request_id,
            HoldRow.lifted.is_(None) | Replacement.assignment_id.is_not(None),
        )
        .order_by(Replacement.id.desc())
    )
    return tuple(
        Offered(
            replacement_id=row.id,
            returned=returned,
            offered=offered,
            reason=reason,
            allocated=row.assignment_id is not None,
        )
        for row, returned, offered, reason in rows
    )
