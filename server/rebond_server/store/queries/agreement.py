"""The agreement that a request's programme rests on, for the sheet."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.domain.lot import review_day
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


class Review(NamedTuple):
    """An agreement whose partners are to meet before it ends."""

    number: str
    title: str
    review: date
    ends: date


def reviews_due(session: Session, site_id: UUID, today: date) -> tuple[Review, ...]:
    """Return the agreements that still run and whose day of review has come, the first to end first."""
    rows = session.scalars(
        select(Agreement)
        .where(Agreement.site_id == site_id, Agreement.ends >= today)
        .order_by(Agreement.ends, Agreement.number)
    )
    found = ((row, row.review or review_day(row.ends)) for row in rows)
    return tuple(
        Review(row.number, row.title, day, row.ends)
        for row, day in found
        if day is not None and row.ends is not None and day <= today
    )
