"""The server that a stick belongs to: at the address it knows, or where mDNS finds it today.

Only a stick with a pinned authority looks around: whoever cannot prove to be that very server over TLS
is told nothing at all.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from rebond_agent.delivery.nearby import nearby
from rebond_agent.delivery.server import TIME_LIMIT, Answer, HttpServer
from rebond_agent.errors import Unreachable
from rebond_agent.stick import Stick

REST_SECONDS = 60.0
"""Between two looks around: a bench without a network is not to be kept waiting each time."""
PROOF_SECONDS = 3.0
"""Within which somebody who was heard of must prove who it is."""


@dataclass
class Place:
    """Where the server is, as all who talk to it know: found by one, found for all."""

    url: str
    looked: float | None = None
    """When somebody looked around last (monotonic seconds)."""
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, kw_only=True)
class Home:
    """The stick's own server, wherever it is. It takes what `Server` and `Listener` take."""

    place: Place
    site: UUID
    authority: str | None
    time_limit: float = TIME_LIMIT
    look: Callable[[UUID], Iterator[str]] = nearby

    @property
    def url(self) -> str:
        """Address where it was last."""
        return self.place.url

    def within(self, seconds: float) -> Self:
        """Return the same server, given up sooner or later."""
        return replace(self, time_limit=seconds)

    def enrol(self, request: bytes, signature: str) -> Answer:
        """Ask to be known."""
        return self._ask(lambda server: server.enrol(request, signature))

    def take(self, parcel: bytes) -> Answer:
        """Hand over one parcel, byte for byte."""
        return self._ask(lambda server: server.take(parcel))

    def take_part(self, part: bytes) -> Answer:
        """Hand over some bytes of a longer parcel, or ask how many have arrived."""
        return self._ask(lambda server: server.take_part(part))

    def ask_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Ask how the drives of this machine are to be erased."""
        return self._ask(lambda server: server.ask_order(request, stick, signature))

    def ask_read_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Ask which drives of this machine are to be read once more."""
        return self._ask(lambda server: server.ask_read_order(request, stick, signature))

    def ask_agent(self, question: bytes, stick: UUID, signature: str) -> Answer:
        """Ask for a newer agent, or for a part of it."""
        return self._ask(lambda server: server.ask_agent(question, stick, signature))

    def hear(self, sealed: bytes, stick: UUID, signature: str) -> Answer:
        """Tell what the bench does."""
        return self._ask(lambda server: server.hear(sealed, stick, signature))

    def _ask(self, question: Callable[[HttpServer], Answer]) -> Answer:
        here = self.place.url
        try:
            return question(self._at(here, self.time_limit))
        except Unreachable:
            if not self._moved(here):
                raise
        return question(self._at(self.place.url, self.time_limit))

    def _at(self, url: str, seconds: float) -> HttpServer:
        return HttpServer(url=url, authority=self.authority, time_limit=seconds)

    def _moved(self, from_here: str) -> bool:
        """Look around, unless somebody just did; say whether the server is known elsewhere now."""
        if self.authority is None:
            return False
        with self.place.turn:
            if self.place.url != from_here:
                return True
            looked = self.place.looked
            if looked is not None and time.monotonic() - looked < REST_SECONDS:
                return False
            for url in self.look(self.site):
                if url != from_here and self._at(url, PROOF_SECONDS).proves_authority():
                    self.place.url = url
                    break
            self.place.looked = time.monotonic()
            return self.place.url != from_here


def server_of(stick: Stick, time_limit: float = TIME_LIMIT) -> Home:
    """Return the server that this stick was enrolled with, believing the authority of that day."""
    known = stick.settings
    return Home(
        place=Place(url=known.server),
        site=known.site,
        authority=known.authority,
        time_limit=time_limit,
    )
