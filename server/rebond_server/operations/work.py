"""What every operation is given: the transaction, the workshop, who asks, and the time."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from rebond_server.domain.health import HealthRules
from rebond_server.domain.policy import Permission, require
from rebond_server.domain.role import Role
from rebond_server.domain.rule_set import RuleSet
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotLoggedIn
from rebond_server.store.evidence import EvidenceStore
from rebond_server.store.people import Account


class ActorKind(StrEnum):
    """Whoever stands behind an event."""

    ACCOUNT = "account"
    STICK = "stick"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. `role` is None for whoever is not logged in: then nothing is permitted."""

    kind: ActorKind
    id: UUID | None = None
    role: Role | None = None


NOBODY = Actor(kind=ActorKind.SYSTEM)
"""A person before the log-in, or a stick before its signature was checked."""


def person(account: Account) -> Actor:
    """Return this account as the one who acts."""
    return Actor(kind=ActorKind.ACCOUNT, id=account.id, role=account.role)


def command_line(role: Role) -> Actor:
    """Return the server's own command line, acting in this role."""
    return Actor(kind=ActorKind.SYSTEM, role=role)


def by_stick(work: "Work", stick_id: UUID) -> "Work":
    """Return the same work with this stick as the one who acts."""
    return replace(work, actor=Actor(kind=ActorKind.STICK, id=stick_id, role=Role.AGENT))


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rule files in force."""

    health: HealthRules
    grading: RuleSet


@dataclass(frozen=True, kw_only=True)
class Work:
    """One transaction of one workshop. Its end commits, an exception rolls everything back."""

    session: Session
    site_id: UUID
    actor: Actor
    now: datetime
    evidence: EvidenceStore
    rules: Rules
    server_key: bytes
    """Private Ed25519 key that signs receipts."""

    def person(self) -> UUID:
        """Return the account of the person who acts, or raise NotLoggedIn: no program decides this."""
        if self.actor.kind is not ActorKind.ACCOUNT or self.actor.id is None:
            raise NotLoggedIn(
                Sentence(
                    fr="Ceci demande une personne connectée.", en="This needs a person, logged in."
                )
            )
        return self.actor.id

    def require(self, permission: Permission) -> None:
        """Raise Forbidden with the reason, or NotLoggedIn, when the actor may not do this."""
        if self.actor.role is None:
            raise NotLoggedIn(Sentence(fr="Connectez-vous d'abord.", en="Log in first."))
        require(self.actor.role, permission)
