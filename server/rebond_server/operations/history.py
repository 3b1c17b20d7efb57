"""Writing one line of history, in the transaction of what it tells."""

from uuid import UUID

from rebond_server.operations.work import Work
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
    kind, subject_id = subject
    event = HistoryEvent(
        site_id=work.site_id,
        id=uuid7(work.now),
        at=work.now,
        actor_kind=work.actor.kind.value,
        actor_id=work.actor.id,
        verb=verb,
        subject_kind=kind,
        subject_id=subject_id,
        old=old,
        new=new,
        reason=None if reason is None else reason[:MOST_REASON],
        details=details or {},
    )
    work.session.add(event)
    return event
