"""Writing lines of history, in the transaction of what it tells."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rebond_server.operations.work import Work
from rebond_server.store.chain import add_linked
from rebond_server.store.database import take_turns
from rebond_server.store.history import HistoryEvent
from rebond_server.store.ids import uuid7

MOST_REASON = 500


def tell(
    work: Work,
    verb: str,
    subject: tuple[str, UUID],
    *,
    old: str | None = None,
    new: str | None = None,
    reason: str | None = None,
    details: dict[str, object] | None = None,
) -> HistoryEvent:
    """Add one event about a subject (kind, id). Never hand personal data to it."""
    event = HistoryEvent(**told(work, verb, subject, old=old, new=new, reason=reason))
    event.details = details or {}
    work.session.add(event)
    return event


def told(
    work: Work,
    verb: str,
    subject: tuple[str, UUID],
    *,
    old: str | None = None,
    new: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Return the columns of one event without details, for `tell_all`."""
    kind, subject_id = subject
    return {
        "site_id": work.site_id,
        "id": uuid7(work.now),
        "at": work.now,
        "actor_kind": work.actor.kind.value,
        "actor_id": work.actor.id,
        "verb": verb,
        "subject_kind": kind,
        "subject_id": subject_id,
        "old": old,
        "new": new,
        "reason": None if reason is None else reason[:MOST_REASON],
        "details": {},
    }


def tell_all(work: Work, events: Iterable[dict[str, Any]]) -> None:
    """Add many events at once; the last thing that a transaction does, for the chain is then held."""
    add_linked(work.session, work.site_id, events, take_turns)
