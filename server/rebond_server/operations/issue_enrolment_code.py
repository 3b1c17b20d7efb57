"""A one-time code by which one new stick becomes known."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete

from rebond_server.domain.policy import Permission
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import EnrolmentCode

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 O 1 I L U: read aloud and typed on an AZERTY keyboard without doubt."""
SELECTOR, SECRET = 4, 6
VALID = timedelta(minutes=10)
TRIES = 5


def issue_enrolment_code(work: Work) -> str:
    """Return a code of ten characters: valid ten minutes, for one stick, five tries."""
    work.require(Permission.ENROL_STICK)
    work.session.execute(
        delete(EnrolmentCode).where(
            EnrolmentCode.site_id == work.site_id,
            EnrolmentCode.ends < work.now - VALID,
            EnrolmentCode.stick_id.is_(None),
        )
    )
    selector, secret = _letters(SELECTOR), _letters(SECRET)
    code = EnrolmentCode(
        site_id=work.site_id,
        id=uuid7(work.now),
        selector=selector,
        secret_sha256=secret_hash(secret),
        issued=work.now,
        issued_by=work.actor.id,
        ends=work.now + VALID,
        tries_left=TRIES,
    )
    work.session.add(code)
    tell(work, "issue_enrolment_code", ("enrolment_code", code.id))
    return selector + secret


def taken_apart(code: str) -> tuple[str, str]:
    """Return selector and secret of a code as a person may have typed it."""
    plain = "".join(sign for sign in code.upper() if sign not in " -")
    return plain[:SELECTOR], plain[SELECTOR:]


def secret_hash(secret: str) -> str:
    """Return what is kept of a secret; ten minutes and five tries make a slow hash needless."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
