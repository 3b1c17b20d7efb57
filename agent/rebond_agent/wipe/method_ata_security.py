"""ATA SECURITY ERASE UNIT: set the documented password, erase, and believe only word 128."""

from rebond_agent.wipe import ata
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method import DONE, Result, failed, refused
from rebond_agent.wipe.reasons import Reason

_SLOWEST_BYTES_PER_SECOND = 30e6
_MARGIN_SECONDS = 3600.0


def erase(talk: Conversation, *, enhanced: bool) -> Result:
    """Erase; DONE only when the password that was set is gone again, which erasing alone does.

    A drive that is locked with our own password (a power cut on the way) is finished.
    """
    who = identify(talk)
    wrong = _not_ready(who, enhanced=enhanced)
    if who is None or wrong is not None:
        return wrong or refused(Reason.NOT_OFFERED)
    wrong = _ours(talk) if "enabled" in who.security else _lock(talk)
    if wrong is not None:
        return wrong
    seconds = _patience(who, enhanced=enhanced)
    prepared = talk.ata("ata-security-erase-prepare", ata.SECURITY_PREPARE)
    order = ata.erase_unit(enhanced=enhanced, timeout_seconds=seconds)
    answer = talk.ata("ata-security-erase-unit", order) if prepared is not None else None
    after = identify(talk)
    if after is None:
        return failed(Reason.STATE_UNKNOWN)
    if "enabled" not in after.security:
        return DONE
    if answer is not None and answer.registers is not None and not answer.good:
        return _take_back(talk)
    return failed(Reason.STILL_LOCKED)


def identify(talk: Conversation) -> ata.Identity | None:
    """Ask who it is and in what state; None when no IDENTIFY data came."""
    answer = talk.ata("ata-identify", ata.IDENTIFY)
    return ata.identity(answer.data) if answer is not None else None


def _not_ready(who: ata.Identity | None, *, enhanced: bool) -> Result | None:
    if who is None or "supported" not in who.security:
        return refused(Reason.NOT_OFFERED)
    if enhanced and "enhanced" not in who.security:
        return refused(Reason.NOT_OFFERED)
    if "frozen" in who.security:
        return refused(Reason.FROZEN)
    if "expired" in who.security:
        return refused(Reason.TRIES_USED_UP)
    return None


def _ours(talk: Conversation) -> Result | None:
    """Unlock a drive that has a password, and set it anew; refused when it is not the documented one."""
    answer = talk.ata("ata-security-unlock", ata.unlock())
    state = identify(talk)
    if answer is None or not answer.good or state is None or "locked" in state.security:
        return refused(Reason.LOCKED)
    talk.ata("ata-security-disable-password", ata.disable_password())
    return _lock(talk)


def _lock(talk: Conversation) -> Result | None:
    talk.ata("ata-security-set-password", ata.set_password())
    state = identify(talk)
    if state is None:
        return failed(Reason.STATE_UNKNOWN)
    return None if "enabled" in state.security else refused(Reason.COMMAND_REFUSED)


def _take_back(talk: Conversation) -> Result:
    """Take the password off again after the erasure was refused: nobody wants a locked drive."""
    talk.ata("ata-security-unlock", ata.unlock())
    talk.ata("ata-security-disable-password", ata.disable_password())
    state = identify(talk)
    if state is None or "enabled" in state.security:
        return failed(Reason.STILL_LOCKED)
    return refused(Reason.COMMAND_REFUSED)


def _patience(who: ata.Identity, *, enhanced: bool) -> float:
    told = who.enhanced_seconds if enhanced else who.erase_seconds
    size = who.sectors * who.sector_bytes / _SLOWEST_BYTES_PER_SECOND
    return max(2 * (told or 0), size) + _MARGIN_SECONDS
