"""Slowing down guesses by time, never by locking an account: a visitor must not lock the shop."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, select

from rebond_server.operations.work import Work
from rebond_server.store.database import take_turns
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Attempt

MINUTE = timedelta(minutes=1)
MOST_PER_MINUTE = 5
"""SecureDrop's figure: five failed guesses in a minute."""


def key(kind: str, value: str) -> str:
    """Return the throttle's name for a login or an origin: no name and no address is kept."""
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"


def too_fast(work: Work, *what: str) -> bool:
    """Say whether any of these has failed too often within the last minute.

    Takes turns by name, so that guesses sent at the same moment are counted one after the other.
    """
    for name in sorted(what):
        take_turns(work.session, name)
    counts = work.session.execute(
        select(Attempt.what, func.count())
        .where(Attempt.what.in_(what), Attempt.at > work.now - MINUTE)
        .group_by(Attempt.what)
    )
    return any(count >= MOST_PER_MINUTE for _, count in counts)


def remember_failure(work: Work, *what: str) -> None:
    """Keep one failed guess for each of these, and forget those older than an hour."""
    work.session.execute(delete(Attempt).where(Attempt.at < work.now - 60 * MINUTE))
    work.session.add_all(Attempt(id=uuid7(work.now), what=name, at=work.now) for name in what)
