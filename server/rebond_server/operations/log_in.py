"""Logging in: the password, the session, and its end."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.operations import second_factor, throttle
from rebond_server.operations.create_account import LONGEST
from rebond_server.operations.history import tell
from rebond_server.operations.work import Actor, ActorKind, Work
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Account, LoginSession

IDLE = timedelta(minutes=30)
SHIFT = timedelta(hours=10)
TOUCH = timedelta(minutes=1)
"""A session is marked as used at most once a minute: a page view should not cost a write."""

# What an unknown login is compared with, so that it takes as long as a known one.
_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$9eAXHZiYYEYQ5r1gkRheYQ$"
    "w2vNS9BWJ9bSgm2Oua8OZ8Gg0vug2J70bgMGo09p9Zw"
)


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """The password fits."""

    account: Account


@dataclass(frozen=True, kw_only=True)
class NotWelcome:
    """It does not, or too many guesses came in the last minute; never which of login or password."""

    sentence: Sentence
    too_fast: bool


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    """Who is behind a session's token."""

    account_id: UUID
    name: str
    role: Role
    language: str
    second_factor: bool = False
    """Whether the account is opened with a code, too."""
    to_touch: bool
    """The session was last marked as used over a minute ago: call `touch_login`."""

    @property
    def actor(self) -> Actor:
        """The person as the one who acts."""
        return Actor(kind=ActorKind.ACCOUNT, id=self.account_id, role=self.role)


_WRONG = Sentence(fr="Identifiant ou mot de passe inconnu.", en="Unknown login or password.")
_CODE = Sentence(
    fr="Il manque le code à six chiffres de votre téléphone, ou ce n'est pas le bon.",
    en="The six-digit code of your telephone is missing, or does not fit.",
)
_WAIT = Sentence(
    fr="Trop d'essais : attendez une minute, puis recommencez.",
    en="Too many attempts: wait a minute, then try again.",
)


def authenticate(
    work: Work, login: str, password: str, origin: str, code: str = ""
) -> Welcome | NotWelcome:
    """Check a password, and the code of the second factor where there is one. A refusal is a value, not an error: the failed attempt must be kept."""
    wanted = login.strip().casefold()
    guesses = (throttle.key("login", f"{work.site_id}/{wanted}"), throttle.key("origin", origin))
    if throttle.too_fast(work, *guesses):
        return NotWelcome(sentence=_WAIT, too_fast=True)
    account = work.session.scalars(
        select(Account).where(
            Account.site_id == work.site_id, Account.login == wanted, Account.active
        )
    ).one_or_none()
    fits = _fits(_NOBODYS if account is None else account.password_hash, password)
    if account is None or not fits:
        throttle.remember_failure(work, *guesses)
        return NotWelcome(sentence=_WRONG, too_fast=False)
    if not second_factor.takes(work, account, code):
        throttle.remember_failure(work, *guesses)
        return NotWelcome(sentence=_CODE, too_fast=False)
    return Welcome(account=account)


def open_login(work: Work, account: Account) -> str:
    """Open a session for this account and return its token; only the token's hash is kept."""
    token = secrets.token_urlsafe(32)
    work.session.execute(delete(LoginSession).where(LoginSession.ends < work.now))
    work.session.add(
        LoginSession(
            site_id=work.site_id,
            id=uuid7(work.now),
            token_sha256=_hash(token),
            account_id=account.id,
            created=work.now,
            seen=work.now,
            ends=work.now + SHIFT,
        )
    )
    tell(work, "log_in", ("account", account.id))
    return token


def find_login(work: Work, token: str) -> LoggedIn | None:
    """Return who is behind a token; None when there is no such session or it has ended. Only reads."""
    found = work.session.execute(
        select(LoginSession, Account)
        .join(
            Account,
            (Account.site_id == LoginSession.site_id) & (Account.id == LoginSession.account_id),
        )
        .where(LoginSession.site_id == work.site_id, LoginSession.token_sha256 == _hash(token))
    ).one_or_none()
    if found is None:
        return None
    login, account = found
    if not account.active or work.now >= login.ends or work.now >= login.seen + IDLE:
        return None
    return LoggedIn(
        account_id=account.id,
        name=account.name,
        role=account.role,
        language=account.language,
        second_factor=account.totp_secret is not None,
        to_touch=work.now >= login.seen + TOUCH,
    )


def touch_login(work: Work, token: str) -> None:
    """Note that a session is in use (a writing transaction; at most one write a minute)."""
    login = _login(work, token)
    if login is not None and work.now >= login.seen + TOUCH:
        login.seen = work.now


def close_login(work: Work, token: str) -> None:
    """End a session; nothing happens when there is none."""
    login = _login(work, token)
    if login is not None:
        tell(work, "log_out", ("account", login.account_id))
        work.session.delete(login)


def _login(work: Work, token: str) -> LoginSession | None:
    return work.session.scalars(
        select(LoginSession).where(
            LoginSession.site_id == work.site_id, LoginSession.token_sha256 == _hash(token)
        )
    ).one_or_none()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _fits(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password[:LONGEST])
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
