"""eMMC: secure erase where it is safe, and sanitize, which erases what no address leads to any more.

Neither leaves a state that names its command, so both are believed by their canaries; the card's
status must say that it is ready and that nothing went wrong.
"""

from rebond_agent.wipe import mmc
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method import DONE, Result, failed, refused
from rebond_agent.wipe.reasons import Reason


def secure_erase(talk: Conversation, model: str | None, size_bytes: int) -> Result:
    """Erase every address securely (ERASE with argument 80000000h)."""
    told = _ext_csd(talk)
    if told is None or not told.secure_erase or mmc.breaks(model):
        return refused(Reason.NOT_OFFERED)
    if not talk.discard("mmc-secure-erase", size_bytes, secure=True):
        return _after_refusal(talk)
    return _settled(talk)


def sanitize(talk: Conversation, size_bytes: int) -> Result:
    """Give every address up (a discard, no erasure by itself), and have the card erase what that left."""
    told = _ext_csd(talk)
    if told is None or not told.sanitize:
        return refused(Reason.NOT_OFFERED)
    if not talk.discard("mmc-discard", size_bytes, secure=False):
        return refused(Reason.COMMAND_REFUSED)
    answer = talk.mmc("mmc-sanitize", mmc.SANITIZE)
    if answer is None:
        return failed(Reason.STATE_UNKNOWN)
    return _settled(talk)


def _ext_csd(talk: Conversation) -> mmc.ExtCsd | None:
    answer = talk.mmc("mmc-ext-csd", mmc.READ_EXT_CSD)
    return mmc.ext_csd(answer.data) if answer is not None else None


def _settled(talk: Conversation) -> Result:
    answer = talk.mmc("mmc-status", mmc.READ_STATUS)
    if answer is None:
        return failed(Reason.STATE_UNKNOWN)
    return DONE if mmc.idle(answer.response) else failed(Reason.SANITIZE_FAILED)


def _after_refusal(talk: Conversation) -> Result:
    """Linux refuses what a card does not offer before the card hears of it."""
    last = talk.commands[-1].status
    if last in {"error EOPNOTSUPP", "error ENOTTY", "error EINVAL"}:
        return refused(Reason.NOT_OFFERED)
    return failed(Reason.STATE_UNKNOWN)
