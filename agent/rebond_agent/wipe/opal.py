"""TCG Opal: whether a drive locks its content, and the revert by the PSID on its label.

The revert throws the drive's keys away. That is no more than a promise of its maker, so nothing is
claimed for it: what follows is the erasure that the medium gets anyway, with its own proof.
"""

from msgspec import Struct

from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method import DONE, Result, failed, refused
from rebond_agent.wipe.reasons import Reason

PSID_LENGTH = 32

# linux/sed-opal.h, OPAL_FL_*.
_SUPPORTED, _LOCKED = 0x01, 0x08


class Opal(Struct, frozen=True, kw_only=True):
    """What the kernel's Opal driver says of a drive."""

    locked: bool


def opal(flags: int) -> Opal | None:
    """Decode the flags; None when the drive knows no Opal."""
    return Opal(locked=bool(flags & _LOCKED)) if flags & _SUPPORTED else None


def ask(talk: Conversation) -> Opal | None:
    """Ask for the state; None when nothing answers."""
    flags = talk.opal_flags("opal-status")
    return None if flags is None else opal(flags)


def open_up(talk: Conversation, psid: str | None) -> Result:
    """Revert a drive that is locked; DONE when it is not, or is no longer."""
    state = ask(talk)
    if psid is None:
        locked = state is not None and state.locked
        return refused(Reason.OPAL_LOCKED) if locked else DONE
    if not talk.psid_revert("opal-psid-revert", psid):
        return refused(Reason.PSID_REFUSED)
    after = ask(talk)
    if after is not None and after.locked:
        return failed(Reason.OPAL_LOCKED)
    return DONE
