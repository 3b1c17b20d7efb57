"""Making a stick known: the one-time code, and the proof that it holds its own key."""

import hmac
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest
from rebond_schemas.signing import ENROLMENT_TYPE, public_key, sign, verified
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.answers import Accepted, Declined, Status
from rebond_server.operations.history import tell
from rebond_server.operations.issue_enrolment_code import secret_hash, taken_apart
from rebond_server.operations.work import Work, by_stick
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Site
from rebond_server.store.stick import EnrolmentCode, Stick

LARGEST = 4096
"""Bytes of an enrolment request: this is the one body that is read before anybody is known."""

_WRONG_CODE = Declined(
    status=Status.NOT_KNOWN,
    sentence=Sentence(
        fr="Code inconnu, périmé ou déjà utilisé : demandez un nouveau code.",
        en="Unknown, expired or used code: ask for a new code.",
    ),
)


def enrol_stick(work: Work, raw: bytes, signature: str) -> Accepted | Declined:
    """Make the stick known that signed these bytes; a wrong code costs that code one of its tries.

    The same request again (its answer was lost) gets the same stick.
    """
    request = _read(raw)
    if isinstance(request, Declined):
        return request
    if not verified(request.public_key, ENROLMENT_TYPE, raw, signature):
        return Declined(
            status=Status.NOT_KNOWN,
            sentence=Sentence(
                fr="La signature ne vient pas de cette clé : recommencez l'enrôlement.",
                en="The signature is not from this key: enrol again.",
            ),
        )
    selector, secret = taken_apart(request.code)
    code = work.session.scalars(
        select(EnrolmentCode)
        .where(EnrolmentCode.site_id == work.site_id, EnrolmentCode.selector == selector)
        .with_for_update()
    ).one_or_none()
    if code is None or code.tries_left == 0 or work.now >= code.ends:
        return _WRONG_CODE
    if not hmac.compare_digest(code.secret_sha256, secret_hash(secret)):
        code.tries_left -= 1
        if code.tries_left == 0:
            tell(work, "lock_enrolment_code", ("enrolment_code", code.id))
        return _WRONG_CODE
    stick = _stick(work, code, request)
    return _WRONG_CODE if stick is None else _answer(work, stick)


def revoke_stick(work: Work, stick_id: UUID, reason: str) -> None:
    """Refuse everything from this stick from now on; a second time changes nothing."""
    work.require(Permission.REVOKE_STICK)
    stick = work.session.get(Stick, (work.site_id, stick_id))
    if stick is None:
        raise NotFound(Sentence(fr="Cette clé n'existe pas.", en="There is no such stick."))
    if stick.revoked is None:
        stick.revoked, stick.revoked_reason = work.now, clean(reason)
        tell(work, "revoke_stick", ("stick", stick.id), reason=clean(reason))


def _read(raw: bytes) -> EnrolmentRequest | Declined:
    if len(raw) > LARGEST:
        return Declined(
            status=Status.TOO_LARGE,
            sentence=Sentence(
                fr=f"Demande de plus de {LARGEST} octets.", en=f"Request over {LARGEST} bytes."
            ),
        )
    try:
        request: EnrolmentRequest = decode_as(raw, EnrolmentRequest)
    except Unreadable as error:
        return Declined(
            status=Status.BAD_REQUEST,
            sentence=Sentence(
                fr=f"Demande illisible : {clean(str(error))}",
                en=f"Unreadable request: {clean(str(error))}",
            ),
        )
    return request


def _stick(work: Work, code: EnrolmentCode, request: EnrolmentRequest) -> Stick | None:
    """Return the new stick, or the one that this very request has made before; None for a used code."""
    known = work.session.scalars(
        select(Stick).where(Stick.public_key == request.public_key)
    ).one_or_none()
    if code.stick_id is not None or known is not None:
        again = known is not None and known.id == code.stick_id and known.revoked is None
        return known if again else None
    stick = Stick(
        site_id=work.site_id,
        id=uuid7(work.now),
        name=request.name[:120],
        public_key=request.public_key,
        enrolled=work.now,
    )
    work.session.add(stick)
    work.session.flush()
    code.stick_id = stick.id
    tell(by_stick(work, stick.id), "enrol_stick", ("stick", stick.id), new=stick.name)
    return stick


def _answer(work: Work, stick: Stick) -> Accepted:
    site = work.session.get_one(Site, work.site_id)
    body = encode(
        EnrolmentAnswer(
            stick=stick.id,
            site=work.site_id,
            site_name=site.name,
            server_public_key=public_key(work.server_key),
            at=work.now,
        )
    )
    return Accepted(
        status=Status.CREATED, body=body, signature=sign(work.server_key, ENROLMENT_TYPE, body)
    )
