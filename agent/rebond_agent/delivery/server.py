"""The server as the stick sees it: questions over HTTP, no redirects, no proxy, a time limit."""

import http
import http.client
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import IO, Protocol
from uuid import UUID

from rebond_agent.delivery import trust
from rebond_agent.errors import BadAddress, ClockWrong, Unreachable
from rebond_schemas.agent_build import PART_BYTES
from rebond_schemas.signing import PARCEL_TYPE, PART_TYPE

ANSWER_LIMIT = PART_BYTES + 64 * 1024
"""Bytes read of an answer: a receipt has about 400, a part of a newer agent the most."""

TIME_LIMIT = 20.0
"""Seconds without a byte before a connection is given up."""

SIGNATURE_HEADER = "Rebond-Signature"
STICK_HEADER = "Rebond-Stick"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, unjudged."""

    status: int
    body: bytes
    signature: str | None = None


class Server(Protocol):
    """Whoever takes statements; every method raises Unreachable when nobody answers."""

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        ...

    def enrol(self, request: bytes, signature: str) -> Answer:
        """Ask to be known."""
        ...

    def take(self, parcel: bytes) -> Answer:
        """Hand over one parcel, byte for byte."""
        ...

    def take_part(self, part: bytes) -> Answer:
        """Hand over some bytes of a longer parcel, or ask how many have arrived."""
        ...

    def ask_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Ask how the drives of this machine are to be erased."""
        ...

    def ask_read_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Ask which drives of this machine are to be read once more."""
        ...


@dataclass(frozen=True, kw_only=True)
class HttpServer:
    """The server at an address."""

    url: str
    authority: str | None = None
    """The certificate authority (PEM) that is believed; None: the system's."""
    time_limit: float = TIME_LIMIT

    def find_authority(self) -> bytes | None:
        """Ask whoever answers for the certificate of its authority, believing nothing yet.

        None: a server that is known to the world, or one without TLS.
        """
        if not self.url.startswith("https:"):
            return None
        answer = self._ask("GET", "/api/v1/authority", None, {}, trust.unchecked())
        return answer.body if answer.status == http.HTTPStatus.OK else None

    def proves_authority(self) -> bool:
        """Say whether whoever answers here holds a certificate of the pinned authority."""
        if self.authority is None or not self.url.startswith("https:"):
            return False
        try:
            self._ask("GET", "/api/v1/authority", None, {}, trust.context(self.authority))
        except Unreachable:
            return False
        return True

    def enrol(self, request: bytes, signature: str) -> Answer:
        """Ask to be known."""
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
        return self._post("/api/v1/enrol", request, headers)

    def take(self, parcel: bytes) -> Answer:
        """Hand over one parcel, byte for byte."""
        return self._post("/api/v1/parcels", parcel, {"Content-Type": PARCEL_TYPE})

    def take_part(self, part: bytes) -> Answer:
        """Hand over some bytes of a longer parcel, or ask how many have arrived."""
        return self._post("/api/v1/parts", part, {"Content-Type": PART_TYPE})

    def ask_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Ask how the drives of this machine are to be erased."""
        return self._signed("/api/v1/orders", request, stick, signature)

    def ask_agent(self, question: bytes, stick: UUID, signature: str) -> Answer:
        """Ask for a newer agent, or for a part of it."""
        return self._signed("/api/v1/agent", question, stick, signature)

    def ask_read_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Ask which drives of this machine are to be read once more."""
        return self._signed("/api/v1/read-orders", request, stick, signature)

    def hear(self, sealed: bytes, stick: UUID, signature: str) -> Answer:
        """Tell what the bench does."""
        return self._signed("/api/v1/progress", sealed, stick, signature)

    def _signed(self, path: str, body: bytes, stick: UUID, signature: str) -> Answer:
        headers = {
            "Content-Type": "application/octet-stream",
            STICK_HEADER: str(stick),
            SIGNATURE_HEADER: signature,
        }
        return self._post(path, body, headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self._ask("POST", path, body, headers, trust.context(self.authority))

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
        believed: ssl.SSLContext,
    ) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - `address` let only http and https through
            self.url + path, data=body, headers=headers, method=method
        )
        # No proxy: the environment of a donated computer does not choose where evidence goes.
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=believed),
            _StayHere,
        )
        try:
            with opener.open(request, timeout=self.time_limit) as reply:
                return _answer(reply)
        except urllib.error.HTTPError as reply:
            with reply:
                return self._refusal(reply)
        except urllib.error.URLError as error:
            if _is_about_time(error.reason):
                raise ClockWrong(url=self.url) from error
            raise Unreachable(url=self.url, reason=error.reason) from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(url=self.url, reason=error or type(error).__name__) from error

    def _refusal(self, reply: urllib.error.HTTPError) -> Answer:
        try:
            return _answer(reply)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(url=self.url, reason=error or type(error).__name__) from error


def _is_about_time(reason: object) -> bool:
    """Say whether only the dates of a certificate were wrong: then it is this computer's clock."""
    return isinstance(reason, ssl.SSLCertVerificationError) and reason.verify_code in _DATES


_DATES = frozenset({9, 10})
"""X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED."""


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A workshop's server does not send sticks elsewhere; a captive portal does."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002 - the library's signature
        fp: IO[bytes],  # noqa: ARG002 - likewise
        code: int,  # noqa: ARG002 - likewise
        msg: str,  # noqa: ARG002 - likewise
        headers: http.client.HTTPMessage,  # noqa: ARG002 - likewise
        newurl: str,  # noqa: ARG002 - likewise
    ) -> None:
        return None


def address(text: str) -> str:
    """Return a server's address without a slash at its end, or raise BadAddress."""
    cut = text.strip().rstrip("/")
    try:
        parts = urllib.parse.urlsplit(cut)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise BadAddress(url=text)
    return cut


def _answer(reply: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    return Answer(
        status=reply.status or 0,
        body=reply.read(ANSWER_LIMIT),
        signature=reply.headers.get(SIGNATURE_HEADER),
    )
