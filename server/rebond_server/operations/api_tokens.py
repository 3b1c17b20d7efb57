"""Tokens by which programs act for an account: made once, shown once, limited to scopes, revocable."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.create_account import account_by_login
from rebond_server.operations.history import tell
from rebond_server.operations.log_in import LoggedIn
from rebond_server.operations.work import Work
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Account
from rebond_server.store.record import ApiToken

PREFIX = "rebond_"
"""By which a leaked token is recognised as one."""
LIFE = timedelta(days=365)
TOUCH = timedelta(hours=1)


class Scope(StrEnum):
    """What a token may be used for, never more than its account may."""

    READ_DEVICES = "devices:read"
    WRITE_DEVICES = "devices:write"
    READ_LOTS = "lots:read"


@dataclass(frozen=True, kw_only=True)
class Program:
    """Who is behind a token, and what for."""

    person: LoggedIn
    scopes: frozenset[Scope]
    token_id: UUID


def make_token(work: Work, login: str, name: str, scopes: Sequence[Scope]) -> str:
    """Make a token for an account and return it; it can't be read again."""
    work.require(Permission.MANAGE_USERS)
    account = account_by_login(work, login)
    if not scopes or not name.strip():
        raise BadValue(
            Sentence(
                fr="Donnez un nom et au moins un droit.", en="Give a name and at least one scope."
            )
        )
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    row = ApiToken(
        site_id=work.site_id,
        id=uuid7(work.now),
        account_id=account.id,
        name=name.strip()[:80],
        secret_sha256=_hash(token),
        scopes=sorted({scope.value for scope in scopes}),
        made=work.now,
        ends=work.now + LIFE,
    )
    work.session.add(row)
    work.session.flush()
    tell(work, "make_token", ("account", account.id), new=row.name)
    return token


def revoke_token(work: Work, token_id: UUID) -> None:
    """Let a token open nothing any more, from the next request on."""
    work.require(Permission.MANAGE_USERS)
    row = work.session.get(ApiToken, (work.site_id, token_id))
    if row is None:
        raise NotFound(Sentence(fr="Ce jeton n'existe pas.", en="There is no such token."))
    if row.revoked is None:
        row.revoked = work.now
        tell(work, "revoke_token", ("account", row.account_id), old=row.name)


def find_program(work: Work, token: str) -> Program | None:
    """Return who is behind a token; None when it was never made, has ended or was revoked. Only reads."""
    found = work.session.execute(
        select(ApiToken, Account)
        .join(Account, (Account.site_id == ApiToken.site_id) & (Account.id == ApiToken.account_id))
        .where(ApiToken.site_id == work.site_id, ApiToken.secret_sha256 == _hash(token))
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    if row.revoked is not None or work.now >= row.ends or not account.active:
        return None
    person = LoggedIn(
        account_id=account.id,
        name=account.name,
        role=account.role,
        language=account.language,
        to_touch=row.seen is None or work.now >= row.seen + TOUCH,
    )
    known = frozenset(Scope(one) for one in row.scopes if one in set(Scope))
    return Program(person=person, scopes=known, token_id=row.id)


def touch_token(work: Work, token_id: UUID) -> None:
    """Note that a token is in use, at most once an hour."""
    row = work.session.get(ApiToken, (work.site_id, token_id))
    if row is not None:
        row.seen = work.now


def tokens(work: Work) -> list[tuple[ApiToken, str]]:
    """Return every token with the login that it acts for, newest first."""
    work.require(Permission.MANAGE_USERS)
    rows = work.session.execute(
        select(ApiToken, Account.login)
        .join(Account, (Account.site_id == ApiToken.site_id) & (Account.id == ApiToken.account_id))
        .where(ApiToken.site_id == work.site_id)
        .order_by(ApiToken.made.desc(), ApiToken.id.desc())
    )
    return [(row, login) for row, login in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
