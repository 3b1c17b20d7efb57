"""NVMe Sanitize and Format: `accepted` is not `done`; log page 81h is, when it speaks of us."""

from rebond_agent.wipe import nvme
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method import DONE, Look, Result, failed, poll, refused
from rebond_agent.wipe.reasons import Reason

_FORMAT_SECONDS = 4 * 3600.0
_NOT_TOLD = 0xFFFFFFFF


def sanitize(talk: Conversation, way: nvme.SanitizeWay) -> Result:
    """Sanitize; DONE when the log says success of our very command, which it did not say before."""
    who = _controller(talk)
    if who is None or way not in who.sanitize:
        return refused(Reason.NOT_OFFERED)
    before = _log(talk, "nvme-sanitize-log-before")
    if before is None:
        return refused(Reason.STATE_UNKNOWN)
    if before.state == 2:  # noqa: PLR2004 - SSTAT 2: in progress
        return refused(Reason.BUSY_SANITIZING)
    order = nvme.sanitize(way, before.command)
    answer = talk.nvme("nvme-sanitize", order)

    def look() -> Look | None:
        log = _log(talk, "nvme-sanitize-log")
        if log is None:
            return None
        if log.state == 2:  # noqa: PLR2004 - in progress
            return Look(running=True, progress=log.progress)
        return Look(running=False, result=_ended(log, order.cdw10))

    if answer is not None and not answer.good:
        seen = look()
        if seen is not None and not seen.running and _log_unchanged(talk, before):
            return refused(Reason.COMMAND_REFUSED, f"{answer.status:#06x}")
    return poll(talk, look, expected_seconds=_expected(before, way))


def settle(talk: Conversation) -> Result:
    """Wait for a sanitize that goes on by itself, after a power cut for one; DONE when none does."""

    def look() -> Look | None:
        log = _log(talk, "nvme-sanitize-log-before")
        if log is None or log.state != 2:  # noqa: PLR2004 - in progress
            return Look(running=False, result=DONE)
        return Look(running=True, progress=log.progress)

    return poll(talk, look, expected_seconds=None)


def format_all(talk: Conversation, *, crypto: bool) -> Result:
    """Format the drive's only namespace with its erasure; the canaries say whether it did."""
    who = _controller(talk)
    if who is None or not who.formats or (crypto and not who.format_crypto):
        return refused(Reason.NOT_OFFERED)
    listed = talk.nvme("nvme-namespaces", nvme.NAMESPACES)
    found = nvme.namespaces(listed.data) if listed is not None and listed.good else ()
    if len(found) != 1:
        # A second namespace would be erased unseen, or stay behind unseen.
        return refused(Reason.MORE_NAMESPACES, ", ".join(map(str, found)))
    told = talk.nvme("nvme-identify", nvme.identify_namespace(found[0]))
    lba = nvme.lba_format(told.data) if told is not None and told.good else None
    if lba is None:
        return refused(Reason.STATE_UNKNOWN)
    order = nvme.format_nvm(found[0], lba, crypto=crypto, timeout_seconds=_FORMAT_SECONDS)
    answer = talk.nvme("nvme-format", order)
    if answer is None:
        return failed(Reason.STATE_UNKNOWN)
    if not answer.good:
        return refused(Reason.COMMAND_REFUSED, f"{answer.status:#06x}")
    return DONE


def _controller(talk: Conversation) -> nvme.Controller | None:
    answer = talk.nvme("nvme-identify", nvme.IDENTIFY_CONTROLLER)
    return nvme.controller(answer.data) if answer is not None and answer.good else None


def _log(talk: Conversation, name: str) -> nvme.SanitizeLog | None:
    answer = talk.nvme(name, nvme.SANITIZE_LOG)
    return nvme.sanitize_log(answer.data) if answer is not None and answer.good else None


def _log_unchanged(talk: Conversation, before: nvme.SanitizeLog) -> bool:
    now = _log(talk, "nvme-sanitize-log")
    return now is not None and (now.state, now.command) == (before.state, before.command)


def _ended(log: nvme.SanitizeLog, ours: int) -> Result:
    if log.state == 3:  # noqa: PLR2004 - SSTAT 3: failed
        return failed(Reason.SANITIZE_FAILED)
    if log.command != ours:
        return failed(Reason.NOTHING_CHANGED)
    return DONE if log.done else failed(Reason.STATE_UNKNOWN)


def _expected(log: nvme.SanitizeLog, way: nvme.SanitizeWay) -> float | None:
    overwrite, block, crypto = log.estimates
    told = {"overwrite": overwrite, "block": block, "crypto": crypto}[way]
    return None if told == _NOT_TOLD else float(told)
