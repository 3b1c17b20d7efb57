"""The engine's work in this very process: fast, for proofs; its passes say so."""

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from rebond_agent.wipe.carry import carry_out
from rebond_agent.wipe.carry_firmware import carry_out_firmware
from rebond_agent.wipe.crew import lost_pass
from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.layer import WRITING
from rebond_agent.wipe.opened import look
from rebond_agent.wipe.orders import CHUNK_BYTES, Done, Firmware, NotOpened, Opened, Tick, Work
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.trouble import name_of
from rebond_agent.wipe.wishes import Wishes


class InThisProcess:
    """The same work without other processes; whatever breaks it comes out when its ticks are told."""

    def __init__(
        self,
        open_drive: Callable[[], Drive],
        chunk_bytes: int = CHUNK_BYTES,
        depth: int = 1,
        safe_seconds: float = 20.0,
        beside: Mapping[str, Callable[[], Drive]] | None = None,
    ) -> None:
        """Take what opens the drive, for writing and again for each read-back.

        `beside`: what opens the areas that have a device of their own, by path.
        """
        self._beside = beside or {}
        self._open_drive = open_drive
        self._chunk_bytes = chunk_bytes
        self._depth = depth
        self._safe_seconds = safe_seconds
        self._drive: Drive | None = None

    def open(self, *, look_for_mark: bool = False) -> Opened | NotOpened:
        """Open the drive here."""
        try:
            self._drive = self._open_drive()
            return look(self._drive, look_for_mark=look_for_mark)
        except OSError as error:
            return NotOpened(error=name_of(error))

    def work(self, work: Work, wishes: Wishes) -> Iterator[Tick | Done]:
        """Do the work here."""
        drive = self._held()
        asked = replace(
            work,
            own_process=False,
            chunk_bytes=self._chunk_bytes,
            depth=self._depth,
            safe_seconds=self._safe_seconds,
        )
        if work.action in WRITING:
            yield from _told(lambda tell: carry_out(drive, asked, tell, wishes))
        else:
            yield from _told(lambda tell: self._read_back(asked, tell, wishes))

    def command(self, order: Firmware, wishes: Wishes) -> Iterator[Tick | Done]:
        """Speak to the firmware from here."""
        drive = self._held()
        yield from _told(lambda tell: carry_out_firmware(drive, order, tell, wishes.cancelled))

    def beside(self, path: str) -> "InThisProcess":
        """Return hands for another device."""
        return InThisProcess(self._beside[path], self._chunk_bytes, self._depth)

    def close(self) -> None:
        """Close the drive."""
        if self._drive is not None:
            self._drive.close()

    def _held(self) -> Drive:
        if self._drive is None:
            raise RuntimeError("the drive was not opened")
        return self._drive

    def _read_back(self, work: Work, tell: Callable[[Tick], None], wishes: Wishes) -> Done:
        try:
            drive = self._open_drive()
        except OSError as error:
            return Done(
                passed=lost_pass(work, None, 0.0),
                identity_checked=False,
                reason=Reason.NOT_OPENED,
                detail=name_of(error),
            )
        try:
            return carry_out(drive, work, tell, wishes)
        finally:
            drive.close()


def _told(run: Callable[[Callable[[Tick], None]], Done]) -> Iterator[Tick | Done]:
    """Yield the ticks, then the end; of work that broke, the ticks there were, then its error."""
    ticks: list[Tick] = []
    try:
        done = run(ticks.append)
    except BaseException:
        yield from ticks
        raise
    yield from ticks
    yield done
