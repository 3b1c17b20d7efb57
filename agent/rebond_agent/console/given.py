"""What the console works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from rebond_agent.checks.tools import Pointing
from rebond_agent.delivery.live import Live
from rebond_agent.delivery.server import Server
from rebond_agent.erasing import Chosen, Engine
from rebond_agent.session import Session
from rebond_agent.stick.outbox import Outbox
from rebond_agent.wipe.target import BlockTarget
from rebond_schemas.facts import Drive


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the console works with; without an outbox nothing is kept and nothing erased."""

    session: Session
    outbox: Outbox | None
    server: Server | None
    live: Live = field(default_factory=lambda: Live(None, None, UUID(int=0)))
    """Tells the server how the work goes."""
    images: tuple[Chosen, ...]
    recorded: bool
    """The machine is a folder: its own drives are not here."""
    inputs: Pointing
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    by: str | None = None
    azerty: bool | None = None
    battery_minutes: float = 10.0
    engine: Engine | None = None
    """None: the real one, in processes of its own."""

    def opening(self, drive: Drive, failed_probes: tuple[str, ...]) -> Chosen | None:
        """Return how to open a drive; None: it is not here."""
        for image in self.images:
            if image.drive == drive:
                return image
        if self.recorded:
            return None
        target = BlockTarget(path=drive.path)
        return Chosen(drive=drive, target=target, failed_probes=failed_probes)
