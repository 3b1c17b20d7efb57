"""Asking the server for a newer agent beside the work, and marking that the present one came up."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from rebond_agent.delivery.server import Answer
from rebond_agent.errors import AgentError, ServerError
from rebond_agent.renewal import Renewal, Unfit, read_offer
from rebond_agent.stick import Stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import Outbox
from rebond_schemas.agent_build import AgentBuild, AgentOffer, AgentQuestion
from rebond_schemas.codec import encode
from rebond_schemas.signing import AGENT_PART_TYPE, AGENT_QUESTION_TYPE, sign, verified

SPARE_BYTES = 16 * 2**20
"""Stay free for statements: those come first."""
WAIT_SECONDS = 20.0
"""Between two tries, until the server has answered once; and between two looks at the outbox."""
_OK = 200


class Source(Protocol):
    """Whoever has newer agents: the server."""

    def ask_agent(self, question: bytes, stick: UUID, signature: str) -> Answer:
        """Ask what is there, or for a part of it; raise Unreachable when nobody answers."""
        ...


def free_bytes(folder: Path) -> int:
    """Return how much the file system of a folder still takes."""
    return shutil.disk_usage(folder).free


def fetch(
    stick: Stick,
    own: AgentBuild,
    running: AgentBuild,
    source: Source,
    disk: Durable,
    room: Callable[[Path], int] = free_bytes,
) -> Unfit | AgentOffer | None:
    """Fetch what is newer and keep it for the next boot; return it, or why not (None: nothing there).

    Raise ServerError when the server is away, StickFailed when the stick can't keep it.
    """
    said = _ask(stick, source, AgentQuestion(stick=stick.settings.stick, running=running))
    if said is None or not said.body:
        return None
    signature = said.signature or ""
    offer = read_offer(said.body, signature, stick.settings, own)
    if isinstance(offer, Unfit):
        return offer
    renewal = Renewal(stick.folder, stick.settings, own, disk)
    why = renewal.unfit(offer)
    if why is not None:
        return why
    if room(stick.folder) < offer.size_bytes + SPARE_BYTES:
        return Unfit.NO_ROOM
    content = _content(stick, source, offer, running)
    return renewal.keep(said.body, signature, content) or offer


def _content(stick: Stick, source: Source, offer: AgentOffer, running: AgentBuild) -> bytes:
    """Return the bytes as they came; whether they are the right ones is for `keep` to see."""
    content = b""
    while len(content) < offer.size_bytes:
        question = AgentQuestion(
            stick=stick.settings.stick, running=running, part=offer.sha256, offset=len(content)
        )
        said = _ask(stick, source, question)
        trusted = stick.settings.server_public_key
        if said is None or not verified(trusted, AGENT_PART_TYPE, said.body, said.signature or ""):
            break
        if not said.body:
            break
        content += said.body
    return content


def _ask(stick: Stick, source: Source, question: AgentQuestion) -> Answer | None:
    raw = encode(question)
    signature = sign(stick.key, AGENT_QUESTION_TYPE, raw)
    answer = source.ask_agent(raw, stick.settings.stick, signature)
    return answer if answer.status == _OK else None


class Renewing:
    """A thread that marks this agent as sound once it has made a statement, and asks for a newer one."""

    def __init__(
        self, outbox: Outbox, source: Source, own: AgentBuild, running: AgentBuild
    ) -> None:
        """Take what the image brings (`own`) and what runs now."""
        self._outbox, self._source, self._own, self._running = outbox, source, own, running
        self._begun = outbox.place.sequence
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        # Its own hand: what fails here must not stop statements from being kept.
        self._disk = Durable()

    def begin(self) -> None:
        """Start, beside the work."""
        self._thread.start()

    def end(self) -> None:
        """Stop at the next pause; what is half fetched is fetched again another day."""
        self._over.set()

    def step(self) -> bool:
        """Do what can be done now; say whether anything is left to do."""
        stick = self._outbox.stick
        marked = self._outbox.place.sequence > self._begun
        try:
            renewal = Renewal(stick.folder, stick.settings, self._own, self._disk)
            if not marked and renewal.kept.trying is not None:
                return True
            renewal.came_up(self._running)
            fetch(stick, self._own, self._running, self._source, self._disk)
        except ServerError:
            return True
        except (AgentError, OSError):
            return False
        return not marked

    def _run(self) -> None:
        while not self._over.wait(WAIT_SECONDS) and self.step():
            pass
