"""Making a stick known to a server with the one-time code that the workshop lead was shown."""

from pathlib import Path
from typing import Literal

from rebond_agent.delivery import refusal_sentence
from rebond_agent.delivery.server import Answer, Server
from rebond_agent.errors import AlreadyEnrolled, EnrolmentRefused, StrangeAnswer
from rebond_agent.stick import Settings, Stick, candidate_key, enrolled, is_enrolled, open_stick
from rebond_agent.stick.durable import Durable
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest
from rebond_schemas.signing import ENROLMENT_TYPE, public_key, sign

_CREATED = 201


def enrol(
    folder: Path,
    server: Server,
    *,
    code: str,
    name: str,
    language: Literal["fr", "en"],
    disk: Durable,
) -> Stick:
    """Return the stick, enrolled; raise EnrolmentRefused, AlreadyEnrolled or a ServerError.

    The caller holds the folder. The private key never leaves it: only its public half is sent.
    """
    if is_enrolled(folder):
        settings = open_stick(folder, disk).settings
        raise AlreadyEnrolled(site=settings.site_name, server=settings.server)
    key = candidate_key(folder, disk)
    request = encode(EnrolmentRequest(code=code, name=name, public_key=public_key(key)))
    answer = _accepted(server, server.enrol(request, sign(key, ENROLMENT_TYPE, request)))
    settings = Settings(
        server=server.url,
        server_public_key=answer.server_public_key,
        public_key=public_key(key),
        stick=answer.stick,
        name=name,
        site=answer.site,
        site_name=answer.site_name,
        language=language,
        anchor=answer.at,
    )
    return enrolled(folder, disk, settings)


def _accepted(server: Server, answer: Answer) -> EnrolmentAnswer:
    message = refusal_sentence(answer)
    if message is not None:
        raise EnrolmentRefused(message=message)
    if answer.status != _CREATED:
        raise StrangeAnswer(url=server.url, reason=f"HTTP {answer.status}")
    try:
        accepted: EnrolmentAnswer = decode_as(answer.body, EnrolmentAnswer)
    except Unreadable as error:
        raise StrangeAnswer(url=server.url, reason=str(error)) from error
    return accepted
