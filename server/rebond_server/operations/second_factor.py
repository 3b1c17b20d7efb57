"""The second factor: a code of six digits from a telephone, each taken once (RFC 6238)."""

import base64
import hmac
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from rebond_server.domain.policy import Permission
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.create_account import end_all_logins
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.people import Account

ASKED_OF = frozenset({Role.LEAD, Role.OFFICER, Role.ADMIN})
"""Roles whose account opens more than the bench (issue: TOTP for lead, officer, administrator)."""
STEP = 30
"""Seconds of one code."""
AROUND = 1
"""Codes before and after that are taken, too: a telephone's clock is never quite right."""
_BYTES = 20


def new_secret() -> str:
    """Return a fresh secret, as telephones take it."""
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode()


def address_of(secret: str, login: str, site: str) -> str:
    """Return what the QR code says."""
    return _totp(secret).get_provisioning_uri(login, f"Rebond {site}")


def enrol(work: Work, secret: str, code: str) -> None:
    """Ask for a code at each log-in of the one who acts from now on; her sessions end."""
    account = _account(work, work.person())
    try:
        _totp(secret)
    except ValueError:
        raise BadValue(
            Sentence(fr="Rechargez la page : ce secret n'en est pas un.", en="Reload the page.")
        ) from None
    step = fitting_step(secret, code, work)
    if step is None:
        raise BadValue(
            Sentence(
                fr="Ce code n'est pas le bon : attendez le suivant, vérifiez l'heure du téléphone.",
                en="This code does not fit: wait for the next, check the telephone's clock.",
            )
        )
    account.totp_secret, account.totp_step = secret, step
    end_all_logins(work, account.id)
    tell(work, "enrol_second_factor", ("account", account.id))


def remove(work: Work, account_id: UUID) -> None:
    """Ask for no code any more, when a telephone is lost; the account's sessions end."""
    work.require(Permission.MANAGE_USERS)
    account = _account(work, account_id)
    account.totp_secret = account.totp_step = None
    end_all_logins(work, account_id)
    tell(work, "remove_second_factor", ("account", account_id))


def takes(work: Work, account: Account, code: str) -> bool:
    """Say whether this code opens the account now, and take it: nobody enters with it again."""
    if account.totp_secret is None:
        return True
    step = fitting_step(account.totp_secret, code, work, after=account.totp_step)
    if step is None:
        return False
    account.totp_step = step
    return True


def fitting_step(secret: str, code: str, work: Work, after: int | None = None) -> int | None:
    """Return the half-minute whose code this is, later than one that was taken; None when none is."""
    told = "".join(code.split()).encode()
    now = int(work.now.timestamp()) // STEP
    for step in range(now - AROUND, now + AROUND + 1):
        fits = hmac.compare_digest(_totp(secret).generate(step * STEP), told)
        if fits and (after is None or step > after):
            return step
    return None


def _totp(secret: str) -> TOTP:
    key = base64.b32decode(secret)  # binascii.Error is a ValueError
    return TOTP(key, 6, SHA1(), STEP)  # noqa: S303 - RFC 6238; telephones know nothing else


def _account(work: Work, account_id: UUID) -> Account:
    account = work.session.get(Account, (work.site_id, account_id))
    if account is None:
        raise NotFound(Sentence(fr="Ce compte n'existe pas.", en="There is no such account."))
    return account
