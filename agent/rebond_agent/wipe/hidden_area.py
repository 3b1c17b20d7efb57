"""Space that an ATA drive keeps from the system (HPA, DCO, AMAX): looked for, and opened for good."""

from msgspec import Struct

from rebond_agent.wipe import ata
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.method_ata_security import identify
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.transport import AtaAnswer
from rebond_schemas.erasure import HiddenArea


class Found(Struct, frozen=True, kw_only=True):
    """What was found; a `reason` says that the drive must not be erased as it stands now."""

    area: HiddenArea
    reason: Reason | None = None
    detail: str | None = None


_UNKNOWN = Found(area=HiddenArea.UNKNOWN)


def open_up(talk: Conversation) -> Found:
    """Compare native with visible size, and open what is hidden.

    An opened area asks for a new start of the computer: the kernel keeps the old size, and drives
    take one lasting SET MAX a power cycle. Nothing is erased before a report has seen all of it.
    """
    who = identify(talk)
    if who is not None and "locked" in who.security:
        # A security erase of ours that was cut short: without this nothing can be read or written.
        talk.ata("ata-security-unlock", ata.unlock())
    if who is None:
        return _UNKNOWN
    native = _native(talk, who)
    if native is None:
        return _UNKNOWN
    if native > who.sectors:
        return _opened(talk, who, native)
    if who.dco:
        return _overlay(talk, native)
    return Found(area=HiddenArea.NONE)


def _native(talk: Conversation, who: ata.Identity) -> int | None:
    """Return the sectors there would be without HPA or AMAX; None when the drive does not tell."""
    if who.amax:
        return _sectors(talk.ata("ata-accessible-max", ata.GET_NATIVE_MAX))
    if not who.hpa:
        return who.sectors
    if who.long:
        return _sectors(talk.ata("ata-native-max", ata.READ_NATIVE_MAX))
    answer = talk.ata("ata-native-max", ata.READ_NATIVE_MAX_SHORT)
    told = answer.registers if answer is not None else None
    if told is None or not told.good or told.lba is None:
        return None
    return 1 + (told.lba & 0xFFFFFF | (told.device & 0x0F) << 24)


def _sectors(answer: AtaAnswer | None) -> int | None:
    told = answer.registers if answer is not None else None
    return 1 + told.lba if told is not None and told.good and told.lba is not None else None


def _opened(talk: Conversation, who: ata.Identity, native: int) -> Found:
    if who.amax:
        talk.ata("ata-set-accessible-max", ata.set_accessible_max(native - 1))
    elif who.long:
        talk.ata("ata-native-max", ata.READ_NATIVE_MAX)  # must come right in front of SET MAX
        talk.ata("ata-set-max", ata.set_max(native - 1, for_good=True))
    after = identify(talk)
    opened = after is not None and after.sectors == native
    return Found(
        area=HiddenArea.REMOVED if opened else HiddenArea.PRESENT,
        reason=Reason.HIDDEN_AREA_OPENED if opened else Reason.HIDDEN_AREA_STAYS,
        detail=f"{who.sectors} / {native}",
    )


def _overlay(talk: Conversation, native: int) -> Found:
    answer = talk.ata("ata-dco-identify", ata.DCO_IDENTIFY)
    built = ata.dco_sectors(answer.data) if answer is not None and answer.good else None
    if built is None:
        return _UNKNOWN
    if built <= native:
        return Found(area=HiddenArea.NONE)
    restored = talk.ata("ata-dco-restore", ata.DCO_RESTORE)
    opened = restored is not None and restored.good
    return Found(
        area=HiddenArea.PRESENT,
        reason=Reason.HIDDEN_AREA_OPENED if opened else Reason.HIDDEN_AREA_STAYS,
        detail=f"{native} / {built}",
    )
