"""The chain of history: each workshop's events numbered and hashed in the transaction that tells them.

Links are made once, as the last thing before the commit: the lock is then held shortly, no other lock
is taken after it, and what a savepoint rolled back was never linked.
"""

from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session, UOWTransaction, sessionmaker

from rebond_server.domain.history_chain import Record, link
from rebond_server.store.history import HistoryEvent
from rebond_server.store.many import add_rows

_TOLD = "rebond_told"

Turns = Callable[[Session, str], None]


def chain_history(make: sessionmaker[Session], take_turns: Turns) -> None:
    """Let every session of this maker link what it told when it commits."""

    def before_commit(session: Session) -> None:
        if session.in_nested_transaction():
            return  # only a savepoint ends; its events are linked with all others
        session.flush()
        if session.info.pop(_TOLD, False):
            link_new(session, take_turns)

    event.listen(make, "after_flush", _notice)
    event.listen(make, "before_commit", before_commit)


def _notice(session: Session, context: UOWTransaction) -> None:
    del context
    if any(isinstance(one, HistoryEvent) for one in session.new):
        session.info[_TOLD] = True


def link_new(session: Session, take_turns: Turns) -> None:
    """Link every event that has no place in its workshop's chain yet."""
    unlinked = select(HistoryEvent.site_id).where(HistoryEvent.sha256.is_(None)).distinct()
    for site_id in sorted(session.scalars(unlinked)):
        take_turns(session, f"history {site_id}")
        _link_site(session, site_id)


def add_linked(
    session: Session, site_id: UUID, rows: Iterable[dict[str, Any]], take_turns: Turns
) -> None:
    """Insert events of one workshop with their place in its chain: thousands at once.

    The turn is held until the commit, so this comes last in its transaction. Each row has every
    column of an event but the three of the chain, as the database will give it back.
    """
    take_turns(session, f"history {site_id}")
    sequence, previous = _head(session, site_id)
    linked = []
    for row in rows:
        sequence += 1
        sha256 = link(Record(sequence=sequence, previous_sha256=previous, **row))
        linked.append(row | {"sequence": sequence, "previous_sha256": previous, "sha256": sha256})
        previous = sha256
    add_rows(session, HistoryEvent.__table__, linked)  # type: ignore[arg-type]  # a declared table is a Table


def _head(session: Session, site_id: UUID) -> tuple[int, str | None]:
    found = session.execute(
        select(HistoryEvent.sequence, HistoryEvent.sha256)
        .where(HistoryEvent.site_id == site_id, HistoryEvent.sequence.is_not(None))
        .order_by(HistoryEvent.sequence.desc())
        .limit(1)
    ).one_or_none()
    return (0, None) if found is None else (found.sequence or 0, found.sha256)


def _link_site(session: Session, site_id: UUID) -> None:
    head = _head(session, site_id)
    # read back what the database holds: that is what a later check will read
    new = session.scalars(
        select(HistoryEvent)
        .where(HistoryEvent.site_id == site_id, HistoryEvent.sha256.is_(None))
        .order_by(HistoryEvent.id)
        .execution_options(populate_existing=True)
    ).all()
    _link(new, *head)
    session.flush()


def _link(new: Iterable[HistoryEvent], sequence: int, previous: str | None) -> None:
    for told in new:
        sequence += 1
        told.sequence, told.previous_sha256 = sequence, previous
        told.sha256 = previous = link(record(told, sequence, previous))


def record(told: Any, sequence: int, previous: str | None) -> Record:  # noqa: ANN401 - an event, or a row of its columns in a migration
    """Return what the hash of this event covers, in this place of the chain."""
    return Record(
        site_id=told.site_id,
        sequence=sequence,
        previous_sha256=previous,
        id=told.id,
        at=told.at.astimezone(UTC),  # PostgreSQL gives it in the zone of the session
        actor_kind=told.actor_kind,
        actor_id=told.actor_id,
        verb=told.verb,
        subject_kind=told.subject_kind,
        subject_id=told.subject_id,
        old=told.old,
        new=told.new,
        reason=told.reason,
        details=told.details,
    )
