"""Second reads at the console: asked of the server, carried out, told."""

from collections.abc import Callable, Sequence

from rebond_agent.console.event import Event, ReadAsked, ReadEnded
from rebond_agent.console.given import Given
from rebond_agent.delivery.reading_order import read_order_for
from rebond_agent.delivery.server import Server
from rebond_agent.erasing import Chosen
from rebond_agent.rereading import asked_of, reread
from rebond_agent.session import Session
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.facts import Drive
from rebond_schemas.read_order import ReadOrder


class Readings:
    """What the server asks to be read once more in this machine."""

    def __init__(self, given: Given, tell: Callable[[Event], None]) -> None:
        """Take what to work with; nobody is asked yet."""
        self._given, self._tell = given, tell
        self._order: ReadOrder | None = None

    def ask(self, server: Server, session: Session, drives: Sequence[Drive]) -> None:
        """Ask the server, and tell which drives of this machine it means."""
        outbox = self._given.outbox
        order = None if outbox is None else read_order_for(outbox, server, session.run)
        if order is None:
            return
        self._order = order
        asked = asked_of(order, drives)
        erased_by = {again.not_by for again in asked.values() if again.not_by is not None}
        self._tell(
            ReadAsked(
                paths=tuple(asked), same_stick=order.same_stick, not_by=tuple(sorted(erased_by))
            )
        )

    def read(
        self,
        session: Session,
        chosen: Sequence[Chosen],
        wishes: Wishes,
        watch: Callable[[Chosen, Progress], None],
    ) -> None:
        """Read what was asked for; each statement is safe on the stick when it is told."""
        outbox = self._given.outbox
        if outbox is None or self._order is None:
            return
        for read in reread(session, outbox, self._order, chosen, wishes, watch):
            self._tell(ReadEnded(path=read.path, statement=read))
            self._given.live.ended(read.drive, read.path, read.ending)
