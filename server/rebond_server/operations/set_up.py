"""Making a workshop and its first people, on the server's own command line."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from rebond_server.config import Config
from rebond_server.operations.work import ActorKind
from rebond_server.store.database import migrate, open_database, sessions, transaction
from rebond_server.store.history import HistoryEvent
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Site


def set_up(config: Config, site_name: str, now: datetime) -> UUID:
    """Bring the schema up to date and make the workshop, once; return its id."""
    config.var.mkdir(parents=True, exist_ok=True)
    engine = open_database(config.database_url)
    try:
        migrate(engine)
        with transaction(sessions(engine)) as session:
            site = session.scalars(select(Site).order_by(Site.created).limit(1)).one_or_none()
            if site is None:
                site = Site(id=uuid7(now), name=site_name, created=now)
                session.add(site)
                session.flush()
                session.add(
                    HistoryEvent(
                        site_id=site.id,
                        id=uuid7(now),
                        at=now,
                        actor_kind=ActorKind.SYSTEM.value,
                        verb="create_site",
                        subject_kind="site",
                        subject_id=site.id,
                        new=site_name,
                    )
                )
            return site.id
    finally:
        engine.dispose()
