"""The organisations of the workshop."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_server.store.organisation import Organisation


def organisations(session: Session, site_id: UUID) -> tuple[Organisation, ...]:
    """Return every organisation by name."""
    query = (
        select(Organisation)
        .where(Organisation.site_id == site_id)
        .order_by(Organisation.name, Organisation.code)
    )
    return tuple(session.scalars(query))
