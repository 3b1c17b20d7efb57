"""Making a stick known: the one-time code, and the proof that it holds its own key."""

import hmac
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest
from rebond_schemas.sealing import derived_key, public_half
from rebond_schemas.signing import ENROLMENT_TYPE, public_key, sign, verified
from rebond_schemas.six_words import six_words
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.answers import Accepted, Declined, Status
from rebond_server.operations.doubt import doubt_since, stick_of
from rebond_server.operations.history import tell
from rebond_server.operations.issue_enrolment_code import secret_hash, taken_apart
from rebond_server.operations.work import Work, by_stick
from rebond_server.store.database import take_turns
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


def enrol_stick(
    work: Work, raw: bytes, signature: str, authority: bytes = b""
) -> Accepted | Declined:
    """Make the stick known that signed these bytes; a wrong code costs that code one of its tries.

    The same request again (its answer was lost) gets the same stick. `authority` is the SHA-256 of this
    server's certificate authority; the stick's six words stand for what it saw, ours for this.
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
    if stick is None:
        return _WRONG_CODE
    answer = _answer(work, stick)
    if stick.compared is None or code.issued_by is None:
        stick.words = " ".join(six_words(raw, answer.body, authority))
    return answer


def revoke_stick(work: Work, stick_id: UUID, reason: str, since: datetime | None = None) -> int:
    """Refuse everything from this stick from now on; a second time changes nothing.

    What it said since it was last surely in our hands goes into quarantine; return how much that is.
    """
    work.require(Permission.REVOKE_STICK)
    stick = stick_of(work, stick_id)
    if stick.revoked is not None:
        return 0
    take_turns(work.session, f"statements {work.site_id}")
    stick.revoked, stick.revoked_reason = work.now, clean(reason)
    stick.doubtful_since = since
    tell(work, "revoke_stick", ("stick", stick.id), reason=clean(reason))
    return 0 if since is None else doubt_since(work, stick, since)


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
        # Whoever asks for a code on the server's own command line has nobody's screen to compare with.
        compared=work.now if code.issued_by is None else None,
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
            sealing_key=public_half(derived_key(work.server_key)).hex(),
            at=work.now,
        )
    )
    return Accepted(
        status=Status.CREATED, body=body, signature=sign(work.server_key, ENROLMENT_TYPE, body)
    )
