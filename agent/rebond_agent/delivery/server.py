"""The server as the stick sees it: two questions over HTTP, no redirects, no proxy, a time limit."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import IO, Protocol
from uuid import UUID

from rebond_agent.errors import BadAddress, Unreachable
from rebond_schemas.signing import STATEMENT_TYPE

ANSWER_LIMIT = 64 * 1024
"""Bytes read of an answer: a receipt has about 400."""

TIME_LIMIT = 20.0
"""Seconds without a byte before a connection is given up."""

SIGNATURE_HEADER = "Rebond-Signature"


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

    def take(self, statement: bytes, stick: UUID, signature: str) -> Answer:
        """Hand over one statement, byte for byte."""
        ...


@dataclass(frozen=True, kw_only=True)
class HttpServer:
    """The server at an address."""

    url: str
    time_limit: float = TIME_LIMIT

    def enrol(self, request: bytes, signature: str) -> Answer:
        """Ask to be known."""
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
        return self._post("/api/v1/enrol", request, headers)

    def take(self, statement: bytes, stick: UUID, signature: str) -> Answer:
        """Hand over one statement, byte for byte."""
        headers = {
            "Content-Type": STATEMENT_TYPE,
            "Rebond-Stick": str(stick),
            SIGNATURE_HEADER: signature,
        }
        return self._post("/api/v1/statements", statement, headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - `address` let only http and https through
            self.url + path, data=body, headers=headers, method="POST"
        )
        # No proxy: the environment of a donated computer does not choose where evidence goes.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _StayHere)
        try:
            with opener.open(request, timeout=self.time_limit) as reply:
                return _answer(reply)
        except urllib.error.HTTPError as reply:
            with reply:
                return self._refusal(reply)
        except urllib.error.URLError as error:
            raise Unreachable(url=self.url, reason=error.reason) from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(url=self.url, reason=error or type(error).__name__) from error

    def _refusal(self, reply: urllib.error.HTTPError) -> Answer:
        try:
            return _answer(reply)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(url=self.url, reason=error or type(error).__name__) from error


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
