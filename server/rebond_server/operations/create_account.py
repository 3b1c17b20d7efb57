"""Accounts: making one, giving it another password or role, and closing it."""

from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import Select, delete, select

from rebond_server.domain.policy import Permission
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Account, LoginSession

SHORTEST = 12
"""CNIL délibération 2022-100: 12 characters, with the throttle of `authenticate` behind them."""
LONGEST = 1024
"""A longer password only makes the hash expensive."""


def create_account(work: Work, login: str, name: str, role: Role, password: str) -> Account:
    """Make an account; raise Taken when the login is in use, BadValue for a weak password."""
    work.require(Permission.MANAGE_USERS)
    wanted = login.strip().casefold()
    if not wanted or len(wanted) > 64 or role is Role.AGENT:  # noqa: PLR2004 - width of the column
        raise BadValue(
            Sentence(fr="Identifiant ou rôle impossible.", en="Impossible login or role.")
        )
    if work.session.scalar(_by_login(work, wanted)) is not None:
        raise Taken(
            Sentence(fr=f"L'identifiant « {wanted} » est déjà pris.", en=f"{wanted!r} is in use.")
        )
    account = Account(
        site_id=work.site_id,
        id=uuid7(work.now),
        login=wanted,
        name=name.strip()[:120] or wanted,
        role=role,
        password_hash=hashed(password),
        created=work.now,
    )
    work.session.add(account)
    work.session.flush()
    tell(work, "create_account", ("account", account.id), new=role.value)
    return account


def account_by_login(work: Work, login: str) -> Account:
    """Return the active account with this login, or raise NotFound."""
    account = work.session.scalars(
        select(Account).where(
            Account.site_id == work.site_id,
            Account.login == login.strip().casefold(),
            Account.active,
        )
    ).one_or_none()
    if account is None:
        raise NotFound(
            Sentence(
                fr=f"Le compte « {login} » n'existe pas.", en=f"There is no account {login!r}."
            )
        )
    return account


def change_password(work: Work, account_id: UUID, password: str) -> None:
    """Give an account another password (one's own, or by the administrator); ends its sessions."""
    if work.actor.id != account_id:
        work.require(Permission.MANAGE_USERS)
    account = _account(work, account_id)
    account.password_hash = hashed(password)
    end_all_logins(work, account_id)
    tell(work, "change_password", ("account", account_id))


def change_role(work: Work, account_id: UUID, role: Role) -> None:
    """Give an account another role; ends its sessions."""
    work.require(Permission.MANAGE_USERS)
    account = _account(work, account_id)
    old, account.role = account.role, role
    end_all_logins(work, account_id)
    tell(work, "change_role", ("account", account_id), old=old.value, new=role.value)


def close_account(work: Work, account_id: UUID) -> None:
    """Let nobody log in with this account any more; ends its sessions."""
    work.require(Permission.MANAGE_USERS)
    _account(work, account_id).active = False
    end_all_logins(work, account_id)
    tell(work, "close_account", ("account", account_id))


def hashed(password: str) -> str:
    """Return the argon2id hash, or raise BadValue for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadValue(
            Sentence(
                fr=f"Le mot de passe doit avoir au moins {SHORTEST} caractères.",
                en=f"The password must have at least {SHORTEST} characters.",
            )
        )
    return PasswordHasher().hash(password)


def end_all_logins(work: Work, account_id: UUID) -> None:
    """End every open session of an account."""
    work.session.execute(
        delete(LoginSession).where(
            LoginSession.site_id == work.site_id, LoginSession.account_id == account_id
        )
    )


def _by_login(work: Work, login: str) -> Select[UUID]:
    return select(Account.id).where(Account.site_id == work.site_id, Account.login == login)


def _account(work: Work, account_id: UUID) -> Account:
    account = work.session.get(Account, (work.site_id, account_id))
    if account is None:
        raise NotFound(Sentence(fr="Ce compte n'existe pas.", en="There is no such account."))
    return account
