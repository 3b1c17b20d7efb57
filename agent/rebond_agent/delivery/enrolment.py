"""Making a stick known to a server with the one-time code that the workshop lead was shown."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rebond_agent.delivery import refusal_sentence, trust
from rebond_agent.delivery.server import Answer, HttpServer, Server, address
from rebond_agent.errors import (
    AlreadyEnrolled,
    AuthorityStrange,
    BadFingerprint,
    EnrolmentRefused,
    StrangeAnswer,
)
from rebond_agent.stick import Settings, Stick, candidate_key, enrolled, is_enrolled, open_stick
from rebond_agent.stick.durable import Durable
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest
from rebond_schemas.signing import ENROLMENT_TYPE, public_key, sign
from rebond_schemas.six_words import six_words

_CREATED = 201


@dataclass(frozen=True, kw_only=True)
class Link:
    """What the lead's screen shows: where, with which code, and whom to believe there."""

    url: str
    code: str
    fingerprint: str | None
    """SHA-256 of the server's certificate authority; None: people compare the six words."""


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """The stick, and the six words that both screens must show."""

    stick: Stick
    words: tuple[str, ...]


def link(text: str, code: str | None, fingerprint: str | None) -> Link:
    """Return what was typed or scanned: `ADDRESS/cles#CODE.FINGERPRINT` is the text of the QR code."""
    front, _, scanned = text.strip().partition("#")
    scanned_code, _, scanned_fingerprint = scanned.partition(".")
    if scanned:
        front = front.rstrip("/").removesuffix("/cles")
    given = fingerprint or scanned_fingerprint
    plain = trust.typed_fingerprint(given) if given else None
    if given and plain is None:
        raise BadFingerprint(text=given)
    return Link(url=address(front), code=code or scanned_code, fingerprint=plain)


def find_server(asked: Link) -> HttpServer:
    """Return the server with the authority that will be believed from now on.

    Raise AuthorityStrange when it is not the one on the lead's screen: then nothing was sent.
    """
    pem = HttpServer(url=asked.url).find_authority()
    found = None if pem is None else trust.fingerprint_of(pem)
    if asked.fingerprint is not None and found != asked.fingerprint:
        raise AuthorityStrange(url=asked.url)
    if pem is None:
        return HttpServer(url=asked.url)
    if found is None:
        raise StrangeAnswer(url=asked.url, reason="its authority is no certificate")
    return HttpServer(url=asked.url, authority=pem.decode("ascii"))


def enrol(
    folder: Path,
    server: Server,
    *,
    code: str,
    name: str,
    language: Literal["fr", "en"],
    disk: Durable,
    authority: str | None = None,
) -> Enrolled:
    """Return the stick, enrolled; raise EnrolmentRefused, AlreadyEnrolled or a ServerError.

    The caller holds the folder. The private key never leaves it: only its public half is sent.
    """
    if is_enrolled(folder):
        settings = open_stick(folder, disk).settings
        raise AlreadyEnrolled(site=settings.site_name, server=settings.server)
    key = candidate_key(folder, disk)
    request = encode(EnrolmentRequest(code=code, name=name, public_key=public_key(key)))
    said = server.enrol(request, sign(key, ENROLMENT_TYPE, request))
    answer = _accepted(server, said)
    settings = Settings(
        server=server.url,
        server_public_key=answer.server_public_key,
        sealing_key=answer.sealing_key,
        authority=authority,
        public_key=public_key(key),
        stick=answer.stick,
        name=name,
        site=answer.site,
        site_name=answer.site_name,
        language=language,
        anchor=answer.at,
    )
    pinned = None if authority is None else trust.fingerprint_of(authority.encode())
    words = six_words(request, said.body, bytes.fromhex(pinned or ""))
    return Enrolled(stick=enrolled(folder, disk, settings), words=words)


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
