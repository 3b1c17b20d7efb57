"""The open workshop: database, evidence and keys, from which every transaction begins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from rebond_server.config import Config
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotSetUp
from rebond_server.operations.rules_in_force import rules_in_force
from rebond_server.operations.types_met import meet_types
from rebond_server.operations.work import Actor, Rules, Work
from rebond_server.rules.load import grading_rules, health_rules
from rebond_server.store.database import open_database, refresh_statistics, sessions, transaction
from rebond_server.store.evidence import EvidenceStore
from rebond_server.store.people import Site

Answer = TypeVar("Answer")

TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """One workshop, open. Holds no state of its own: several processes may have it open."""

    site_id: UUID
    site_name: str
    engine: Engine
    make: sessionmaker[Session]
    evidence: EvidenceStore
    rules: Rules
    server_key: bytes

    @contextmanager
    def work(self, actor: Actor, now: datetime, *, reading: bool = False) -> Iterator[Work]:
        """Give one transaction; its end commits, an exception rolls back.

        A reading one must not write: on SQLite it takes no write lock.
        """
        with transaction(self.make, reading=reading) as session:
            yield Work(
                session=session,
                site_id=self.site_id,
                actor=actor,
                now=now,
                evidence=self.evidence,
                rules=rules_in_force(session, self.site_id, self.rules, now),
                server_key=self.server_key,
            )

    def persist(self, actor: Actor, now: datetime, act: Callable[[Work], Answer]) -> Answer:
        """Do this in a transaction of its own, and again when another one came between.

        For what no person waits at: a stick. People are told that somebody was faster.
        """
        for _ in range(TRIES - 1):
            try:
                with self.work(actor, now) as work:
                    return act(work)
            except (IntegrityError, OperationalError, StaleDataError):
                continue
        with self.work(actor, now) as work:
            return act(work)

    def refresh_statistics(self) -> None:
        """Let the database look at what it holds; every night, for what grew since."""
        refresh_statistics(self.engine)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_workshop(config: Config) -> Workshop:
    """Open the workshop that `rebond init` made, or raise NotSetUp."""
    meet_types()
    engine = open_database(config.database_url)
    make = sessions(engine)
    if not inspect(engine).has_table("site"):
        raise _not_set_up()
    with transaction(make, reading=True) as session:
        site = session.scalars(select(Site).order_by(Site.created).limit(1)).one_or_none()
    if site is None:
        raise _not_set_up()
    return Workshop(
        site_id=site.id,
        site_name=site.name,
        engine=engine,
        make=make,
        evidence=EvidenceStore(folder=config.evidence_folder),
        rules=Rules(health=health_rules(), grading=grading_rules()),
        server_key=config.server_key(),
    )


def _not_set_up() -> NotSetUp:
    return NotSetUp(
        Sentence(
            fr="La base est vide : lancez d'abord « rebond init ».",
            en="The database is empty: run `rebond init` first.",
        )
    )
