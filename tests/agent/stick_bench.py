"""What the tests of stick, outbox and session put on the bench."""

import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self

from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.server import SIGNATURE_HEADER, Answer, Server
from rebond_agent.stick import Stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import Place
from rebond_schemas.inspection import Check, Result
from rebond_schemas.parcel import Parcel
from rebond_schemas.sealing import derived_key, unseal
from rebond_schemas.statement import Agent, Clock, Inspection

FAKE = FakeServer()
"""The server of tests that never send; only it can open what its sticks keep."""

WALL = datetime(2002, 1, 1, tzinfo=UTC)


def enrolled_stick(folder: Path, server: Server, disk: Durable | None = None) -> Stick:
    return enrol(
        folder, server, code="GOOD-CODE", name="Essai", language="fr", disk=disk or Durable()
    ).stick


def raw_of(parcel: Parcel, fake: FakeServer = FAKE) -> bytes:
    """Open a parcel, as only its server can."""
    return unseal(derived_key(fake.key), parcel.sealed)


def inspection(stick: Stick, place: Place) -> Inspection:
    return Inspection(
        format=1,
        id=uuid.uuid4(),
        run=uuid.uuid4(),
        site=stick.settings.site,
        stick=stick.settings.stick,
        sequence=place.sequence,
        previous=place.previous,
        made=Clock(wall=WALL, monotonic_ns=1, boot_id="boot"),
        agent=Agent(name="rebond-agent", version="0.1.0"),
        checks=(Check(name="keyboard", result=Result.PASS),),
    )


TYPES = {
    "/api/v1/enrol": {"application/json"},
    "/api/v1/parts": {"application/vnd.rebond.part.v1"},
    "/api/v1/parcels": {"application/vnd.rebond.parcel.v2"},
    "/api/v1/orders": {"application/octet-stream"},
    "/api/v1/read-orders": {"application/octet-stream"},
    "/api/v1/progress": {"application/octet-stream"},
}


class HttpFake:
    """A FakeServer behind real HTTP on a free local port."""

    def __init__(self, fake: FakeServer, authority: bytes | None = None) -> None:
        self.fake = fake
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake, authority))
        self._thread = Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler(fake: FakeServer, authority: bytes | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/api/v1/authority"
            status = 404 if authority is None else 200
            self._reply(Answer(status=status, body=authority or b"{}"))

        def do_POST(self) -> None:
            try:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._reply(self._answer(body))
            except OSError:
                self.close_connection = True  # the agent was killed while we spoke

        def _answer(self, body: bytes) -> Answer:
            signature = self.headers[SIGNATURE_HEADER]
            stick = uuid.UUID(self.headers.get("Rebond-Stick", "0" * 32))
            routes = {
                "/api/v1/enrol": lambda: fake.enrol(body, signature),
                "/api/v1/parts": lambda: fake.take_part(body),
                "/api/v1/parcels": lambda: fake.take(body),
                "/api/v1/orders": lambda: fake.ask_order(body, stick, signature),
                "/api/v1/read-orders": lambda: fake.ask_read_order(body, stick, signature),
                "/api/v1/progress": lambda: fake.hear(body, stick, signature),
            }
            assert self.headers["Content-Type"] in TYPES[self.path]
            return routes[self.path]()

        def _reply(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.status == 302:
                self.send_header("Location", "/elsewhere")
            if answer.signature:
                self.send_header(SIGNATURE_HEADER, answer.signature)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *words: object) -> None:
            """Say nothing: the test reads the statements instead."""

    return Handler
