"""ATA SANITIZE: started by a command, done when SANITIZE STATUS EXT says so, not before."""

from rebond_agent.wipe import ata, scsi
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method import DONE, Look, Result, failed, poll, refused
from rebond_agent.wipe.method_ata_security import identify
from rebond_agent.wipe.reasons import Reason

_OVERWRITE_BYTES_PER_SECOND = 60e6


def erase(talk: Conversation, way: ata.SanitizeWay) -> Result:
    """Sanitize; DONE when the operation was seen to begin after the command and then to succeed."""
    who = identify(talk)
    if who is None or way not in who.sanitize:
        return refused(Reason.NOT_OFFERED)
    ask_descriptor_sense(talk)
    before = _state(talk, "ata-sanitize-status-before")
    if before is None:
        return refused(Reason.STATE_UNKNOWN)
    if (reason := _in_the_way(who, before)) is not None:
        return refused(reason)
    answer = talk.ata("ata-sanitize", ata.sanitize(way))
    started = ata.sanitize_state(answer.registers) if answer is not None else None
    aborted = answer is not None and answer.registers is not None and not answer.good
    watch = _Watch(talk, begun=not before.completed or (started is not None and started.running))
    if aborted and not _running(watch.look()):
        return refused(Reason.COMMAND_REFUSED)
    return poll(talk, watch.look, expected_seconds=_expected(who, way))


def settle(talk: Conversation) -> Result:
    """Wait for an operation that goes on by itself, after a power cut for one; DONE when none does."""
    who = identify(talk)
    if who is None or not who.sanitize:
        return DONE
    ask_descriptor_sense(talk)

    def look() -> Look | None:
        state = _state(talk, "ata-sanitize-status-before")
        if state is None or not state.running:
            return Look(running=False, result=DONE)
        return Look(running=True, progress=state.progress)

    return poll(talk, look, expected_seconds=None)


def _in_the_way(who: ata.Identity, before: ata.SanitizeState) -> Reason | None:
    if "locked" in who.security:
        return Reason.LOCKED
    if before.frozen:
        return Reason.FROZEN
    return Reason.BUSY_SANITIZING if before.running else None


class _Watch:
    def __init__(self, talk: Conversation, *, begun: bool) -> None:
        self._talk = talk
        self._begun = begun

    def look(self) -> Look | None:
        state = _state(self._talk, "ata-sanitize-status")
        if state is None:
            return None
        if state.running:
            self._begun = True
            return Look(running=True, progress=state.progress)
        return Look(running=False, result=self._ended(state))

    def _ended(self, state: ata.SanitizeState) -> Result:
        if not state.completed:
            return failed(Reason.SANITIZE_FAILED)
        # The bit may be an older success, of a command before ours: the drive lied about taking it.
        return DONE if self._begun else failed(Reason.NOTHING_CHANGED)


def ask_descriptor_sense(talk: Conversation) -> None:
    """Have Linux answer in the sense format that has room for all of the registers.

    STATUS EXT speaks in the upper byte of COUNT, which fixed format leaves out.
    """
    page = talk.scsi("ata-sense-format", scsi.CONTROL_PAGE)
    change = scsi.descriptor_sense(page.data) if page is not None else None
    if change is not None:
        talk.scsi("ata-sense-format", change)


def _state(talk: Conversation, name: str) -> ata.SanitizeState | None:
    answer = talk.ata(name, ata.SANITIZE_STATUS)
    return ata.sanitize_state(answer.registers) if answer is not None else None


def _running(look: Look | None) -> bool:
    return look is None or look.running


def _expected(who: ata.Identity, way: ata.SanitizeWay) -> float | None:
    if way != "overwrite":
        return None
    return who.sectors * who.sector_bytes / _OVERWRITE_BYTES_PER_SECOND
