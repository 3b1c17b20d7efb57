"""Hands that can only read: whatever they are asked, no process of theirs ever opens for writing."""

from collections.abc import Iterator

from rebond_agent.wipe.crew import OwnProcesses
from rebond_agent.wipe.layer import WRITING
from rebond_agent.wipe.orders import Done, Firmware, NotOpened, Opened, Tick, Work
from rebond_agent.wipe.wishes import Wishes


class OnlyReading(OwnProcesses):
    """One process that opens the drive read-only, and does one way over it.

    Three walls: this refuses, the worker refuses (worker.py), and the kernel does (O_RDONLY).
    """

    def open(self, *, look_for_mark: bool = False) -> Opened | NotOpened:
        """Start the reading process and have it open the drive read-only."""
        return self._begin(read_only=True, look_for_mark=look_for_mark)

    def work(self, work: Work, wishes: Wishes) -> Iterator[Tick | Done]:
        """Read in the process that holds the drive; raise ValueError for anything that writes."""
        if work.action in WRITING:
            raise ValueError(f"{work.action} was asked of hands that only read")
        yield from self._in_holder(work, wishes)

    def command(self, order: Firmware, wishes: Wishes) -> Iterator[Tick | Done]:  # noqa: ARG002 - never carried out
        """Raise ValueError: firmware commands may change a drive."""
        raise ValueError("a firmware command was asked of hands that only read")
