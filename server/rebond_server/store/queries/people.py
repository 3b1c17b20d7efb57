"""Accounts and sticks, for the pages of the administrator and the lead."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rebond_server.domain.role import Role
from rebond_server.store.people import Account
from rebond_server.store.stick import Doubt, Stick


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """One person who may log in, or who could once."""

    account_id: UUID
    login: str
    name: str
    role: Role
    active: bool
    second_factor: bool
    created: datetime


@dataclass(frozen=True, kw_only=True)
class StickLine:
    """One stick; `seen` is when it last delivered a statement."""

    stick_id: UUID
    name: str
    enrolled: datetime
    seen: datetime | None
    revoked: datetime | None
    revoked_reason: str | None
    words: str | None
    compared: datetime | None
    forked: datetime | None
    doubtful_since: datetime | None
    agent: str | None
    """Version and day of the agent that it told to run last."""


def sticks_to_look_at(session: Session, site_id: UUID) -> tuple[int, int]:
    """Return how many sticks wait for their words to be compared, and how many statements are in doubt."""
    sticks_waiting = select(func.count()).where(
        Stick.site_id == site_id, Stick.compared.is_(None), Stick.revoked.is_(None)
    )
    doubted = select(func.count()).where(Doubt.site_id == site_id, Doubt.decision.is_(None))
    return session.scalar(sticks_waiting) or 0, session.scalar(doubted) or 0


def accounts(session: Session, site_id: UUID) -> tuple[AccountLine, ...]:
    """Return all accounts of the workshop by login."""
    query = select(Account).where(Account.site_id == site_id).order_by(Account.login)
    return tuple(
        AccountLine(
            account_id=account.id,
            login=account.login,
            name=account.name,
            role=account.role,
            active=account.active,
            second_factor=account.totp_secret is not None,
            created=account.created,
        )
        for account in session.scalars(query)
    )


def _agent(told: dict[str, Any]) -> str:
    day = datetime.fromtimestamp(int(told["built"]), UTC).date()
    return f"{told['version']} ({day.isoformat()})"


def sticks(session: Session, site_id: UUID) -> tuple[StickLine, ...]:
    """Return all sticks of the workshop, the newest first."""
    query = (
        select(Stick)
        .where(Stick.site_id == site_id)
        .order_by(Stick.enrolled.desc(), Stick.id.desc())
    )
    return tuple(
        StickLine(
            stick_id=stick.id,
            name=stick.name,
            enrolled=stick.enrolled,
            seen=stick.seen,
            revoked=stick.revoked,
            revoked_reason=stick.revoked_reason,
            words=stick.words,
            compared=stick.compared,
            forked=stick.forked,
            doubtful_since=stick.doubtful_since,
            agent=None if stick.agent is None else _agent(stick.agent),
        )
        for stick in session.scalars(query)
    )
