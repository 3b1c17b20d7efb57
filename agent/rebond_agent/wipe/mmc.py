"""eMMC: its EXT_CSD register and its commands (JEDEC JESD84-B51), as Linux takes them."""

from msgspec import Struct

from rebond_agent.wipe.transport import MmcCommand

EXT_CSD_BYTES = 512
_SEC_FEATURE_SUPPORT = 231
_SECURE_ERASE, _SANITIZE = 0x01, 0x40

_READY, _TRANSFER = 1 << 8, 4
_ERRORS = 0xFDF9A080
"""Error bits of the R1 response (linux/mmc/mmc.h)."""

SECURE_ERASE_BREAKS = ("M8G2FA", "MAG4FA", "MBG8FA", "MCGAFA", "VAL00M", "VYL00M", "KYL00M", "VZL00M")  # fmt: skip
"""Samsung parts that a secure erase corrupts or kills (MMC_QUIRK_SEC_ERASE_TRIM_BROKEN)."""

READ_EXT_CSD = MmcCommand(opcode=8, receive=EXT_CSD_BYTES)
READ_STATUS = MmcCommand(opcode=13, argument=1 << 16)
"""SEND_STATUS; Linux gives the only card of a slot the address 1."""

SANITIZE_SECONDS = 1800.0
SANITIZE = MmcCommand(opcode=6, argument=0x03A50101, timeout_seconds=SANITIZE_SECONDS)
"""SWITCH, write byte: SANITIZE_START (165) = 1; Linux waits until the card is no longer busy."""


class ExtCsd(Struct, frozen=True, kw_only=True):
    """What the card can do."""

    secure_erase: bool
    sanitize: bool


def ext_csd(data: bytes) -> ExtCsd | None:
    """Decode the register; None when it is none."""
    if len(data) != EXT_CSD_BYTES or not any(data):
        return None
    features = data[_SEC_FEATURE_SUPPORT]
    return ExtCsd(secure_erase=bool(features & _SECURE_ERASE), sanitize=bool(features & _SANITIZE))


def idle(response: int) -> bool:
    """Say whether a card's status tells that it is ready, and that nothing went wrong."""
    return bool(response & _READY) and response >> 9 & 0xF == _TRANSFER and not response & _ERRORS


def breaks(model: str | None) -> bool:
    """Say whether a secure erase would break this card."""
    return model is not None and any(model.startswith(one) for one in SECURE_ERASE_BREAKS)
