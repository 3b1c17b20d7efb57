"""SCSI SANITIZE and FORMAT UNIT: sent off at once, then followed by REQUEST SENSE."""

from rebond_agent.wipe import scsi
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method import DONE, Look, Result, failed, poll, refused
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.transport import ScsiCommand

_SLOWEST_BYTES_PER_SECOND = 60e6


def sanitize(
    talk: Conversation, way: scsi.SanitizeWay, *, block_bytes: int, size_bytes: int
) -> Result:
    """Sanitize; DONE when it was seen to run, and REQUEST SENSE then has nothing to report."""
    expected = size_bytes / _SLOWEST_BYTES_PER_SECOND if way == "overwrite" else None
    return _long(talk, "scsi-sanitize", scsi.sanitize(way, block_bytes), expected)


def format_unit(talk: Conversation, *, size_bytes: int) -> Result:
    """Format; QEMU's says GOOD at once and erases nothing, so it must be seen to run.

    One that was never seen to run counts as refused: what may follow is an overwrite, which reads
    all of it back and needs nobody's word.
    """
    expected = size_bytes / _SLOWEST_BYTES_PER_SECOND
    result = _long(talk, "scsi-format", scsi.format_unit(), expected)
    return refused(result.reason) if result.reason is Reason.NOTHING_CHANGED else result


def _long(talk: Conversation, name: str, order: ScsiCommand, expected: float | None) -> Result:
    if (before := _sense(talk)) is None:
        return refused(Reason.STATE_UNKNOWN)
    if before.running:
        return refused(Reason.BUSY_SANITIZING)
    answer = talk.scsi(name, order)
    told = scsi.sense(answer.sense) if answer is not None and not answer.good else None
    begun = False

    def look() -> Look | None:
        nonlocal begun
        seen = _sense(talk)
        if seen is None:
            return None
        if seen.running:
            begun = True
            return Look(running=True, progress=seen.progress)
        if seen.failed:
            return Look(running=False, result=failed(Reason.SANITIZE_FAILED))
        ended = DONE if begun and seen.key == scsi.NO_SENSE else failed(Reason.NOTHING_CHANGED)
        return Look(running=False, result=ended)

    if told is not None and told.key == scsi.ILLEGAL_REQUEST and not _running(look()):
        return refused(Reason.COMMAND_REFUSED)
    return poll(talk, look, expected_seconds=expected)


def _sense(talk: Conversation) -> scsi.Sense | None:
    """Sense data asked for comes as data; a drive that answers with a status gives it beside that."""
    answer = talk.scsi("scsi-request-sense", scsi.REQUEST_SENSE)
    if answer is None:
        return None
    return scsi.sense(answer.data or answer.sense)


def _running(look: Look | None) -> bool:
    return look is None or look.running
