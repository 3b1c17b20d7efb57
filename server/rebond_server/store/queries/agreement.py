"""The agreement that a request's programme rests on, for the sheet."""

from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.store.demand import Agreement, Programme, Request


def agreement_of(session: Session, site_id: UUID, request_id: UUID) -> str | None:
    """Return number and title of the agreement behind a request; None when none is named."""
    row = session.execute(
        select(Agreement.number, Agreement.title)
        .join(
            Programme,
            and_(Programme.site_id == Agreement.site_id, Programme.agreement_id == Agreement.id),
        )
        .join(Request, and_(Request.site_id == site_id, Request.programme_id == Programme.id))
        .where(Agreement.site_id == site_id, Request.id == request_id)
    ).one_or_none()
    return None if row is None else f"{row.number}, {row.title}"
