"""ATA commands that erasing needs, and what IDENTIFY DEVICE and STATUS EXT tell (ACS-4)."""

import struct
from typing import Literal

from msgspec import Struct

from rebond_agent.wipe.transport import AtaCommand, Registers
from rebond_schemas.text import clean

SECTOR = 512
WORDS = 256

Security = Literal["supported", "enabled", "locked", "frozen", "expired", "enhanced"]
_SECURITY: tuple[tuple[int, Security], ...] = (
    (1 << 0, "supported"),
    (1 << 1, "enabled"),
    (1 << 2, "locked"),
    (1 << 3, "frozen"),
    (1 << 4, "expired"),
    (1 << 5, "enhanced"),
)

SanitizeWay = Literal["crypto", "overwrite", "block"]
_SANITIZE: tuple[tuple[int, SanitizeWay], ...] = (
    (1 << 13, "crypto"),
    (1 << 14, "overwrite"),
    (1 << 15, "block"),
)
_SANITIZE_FEATURE_SET = 1 << 12

PASSWORD = b"Rebond"
"""The documented password, the same for ever: a drive that a power cut left locked can be finished
by any stick, and by hand (`hdparm --security-unlock Rebond`)."""


class Identity(Struct, frozen=True, kw_only=True):
    """What erasing needs of IDENTIFY DEVICE. Sizes in logical sectors, times in seconds."""

    model: str | None
    serial: str | None
    sectors: int
    sector_bytes: int
    long: bool
    """48-bit addresses (word 83 bit 10)."""
    security: frozenset[Security]
    erase_seconds: int | None
    enhanced_seconds: int | None
    master_revision: int
    """Word 92; 0xFFFE: the maker's own master password was never changed."""
    sanitize: frozenset[SanitizeWay]
    hpa: bool
    """The Host Protected Area feature set is there (word 82 bit 10)."""
    amax: bool
    """The Accessible Max Address feature set is there (word 119 bit 8)."""
    dco: bool
    """Device Configuration Overlay is there (word 83 bit 11)."""
    rotation: int | None
    """Word 217: 1 says solid state."""


def identity(data: bytes) -> Identity | None:
    """Decode the 512 bytes of IDENTIFY DEVICE; None when they are not such data."""
    if len(data) < SECTOR or not any(data):
        return None
    if data[510] == 0xA5 and sum(data[:SECTOR]) & 0xFF:  # noqa: PLR2004 - word 255: signature A5h
        return None
    words = struct.unpack("<256H", data[:SECTOR])
    if words[0] & 0x8000:  # not an ATA device
        return None
    long = sum(words[100 + at] << 16 * at for at in range(4))
    short = words[60] | words[61] << 16
    has_size = words[106] & 0xD000 == 0x5000  # noqa: PLR2004 - valid, and longer than 256 words
    security = {name for bit, name in _SECURITY if words[128] & bit}
    sanitize = {way for bit, way in _SANITIZE if words[59] & bit}
    return Identity(
        model=clean(_swapped(data[54:94])),
        serial=clean(_swapped(data[20:40])),
        sectors=long if words[83] & 0x0400 else short,
        sector_bytes=2 * (words[117] | words[118] << 16) if has_size else SECTOR,
        long=bool(words[83] & 0x0400),
        security=frozenset(security),
        erase_seconds=_seconds(words[89]),
        enhanced_seconds=_seconds(words[90]),
        master_revision=words[92],
        sanitize=frozenset(sanitize if words[59] & _SANITIZE_FEATURE_SET else ()),
        hpa=bool(words[82] & 0x0400),
        amax=bool(words[119] & 0x0100),
        dco=bool(words[83] & 0x0800),
        rotation=words[217] or None,
    )


def _swapped(text: bytes) -> bytes:
    return bytes(text[at ^ 1] for at in range(len(text)))


def _seconds(word: int) -> int | None:
    """Words 89 and 90: units of two minutes in 8 bits, in 15 when bit 15 is set; 0: not told."""
    units = word & 0x7FFF if word & 0x8000 else word & 0xFF
    return 120 * units or None


class SanitizeState(Struct, frozen=True, kw_only=True):
    """What SANITIZE STATUS EXT and every other sanitize command answer in COUNT and LBA."""

    completed: bool
    """The last operation completed without error (bit 15)."""
    running: bool
    frozen: bool
    progress: float


def sanitize_state(told: Registers | None) -> SanitizeState | None:
    """Decode the registers; None when the sense format swallowed the upper byte of COUNT."""
    if told is None or told.count is None or not told.good:
        return None
    return SanitizeState(
        completed=bool(told.count & 0x8000),
        running=bool(told.count & 0x4000),
        frozen=bool(told.count & 0x2000),
        progress=(told.lba or 0) % 0x10000 / 0x10000,
    )


IDENTIFY = AtaCommand(command=0xEC, count=1, receive=SECTOR)
SANITIZE_STATUS = AtaCommand(command=0xB4, feature=0x0000, extended=True)
_WAYS: dict[SanitizeWay, AtaCommand] = {
    # LBA keys "Cryp", "BkEr", "OW" and the pattern; COUNT of an overwrite is its passes, and 0
    # would mean sixteen.
    "crypto": AtaCommand(command=0xB4, feature=0x0011, lba=0x43727970, extended=True),
    "block": AtaCommand(command=0xB4, feature=0x0012, lba=0x426B4572, extended=True),
    "overwrite": AtaCommand(command=0xB4, feature=0x0014, count=1, lba=0x4F57 << 32, extended=True),
}
READ_NATIVE_MAX = AtaCommand(command=0x27, extended=True)
READ_NATIVE_MAX_SHORT = AtaCommand(command=0xF8)
GET_NATIVE_MAX = AtaCommand(command=0x78, feature=0x0000, extended=True)
DCO_IDENTIFY = AtaCommand(command=0xB1, feature=0xC2, count=1, receive=SECTOR)
DCO_RESTORE = AtaCommand(command=0xB1, feature=0xC0)
SECURITY_PREPARE = AtaCommand(command=0xF3)


def sanitize(way: SanitizeWay) -> AtaCommand:
    """Return the command that starts a sanitize operation; it ends long before the operation."""
    return _WAYS[way]


def set_max(last: int, *, for_good: bool) -> AtaCommand:
    """Return SET MAX ADDRESS EXT; it must follow READ NATIVE MAX ADDRESS EXT at once."""
    return AtaCommand(command=0x37, count=int(for_good), lba=last, extended=True)


def set_accessible_max(last: int) -> AtaCommand:
    """Return SET ACCESSIBLE MAX ADDRESS EXT, which lasts (ACS-3 and later, in place of HPA)."""
    return AtaCommand(command=0x78, feature=0x0001, lba=last, extended=True)


def set_password() -> AtaCommand:
    """Return SECURITY SET PASSWORD: user password, level high, so that a master still unlocks."""
    return AtaCommand(command=0xF1, count=1, send=_password(0))


def unlock() -> AtaCommand:
    """Return SECURITY UNLOCK with our password."""
    return AtaCommand(command=0xF2, count=1, send=_password(0))


def disable_password() -> AtaCommand:
    """Return SECURITY DISABLE PASSWORD with our password."""
    return AtaCommand(command=0xF6, count=1, send=_password(0))


def erase_unit(*, enhanced: bool, timeout_seconds: float) -> AtaCommand:
    """Return SECURITY ERASE UNIT with our password; the drive answers when it is done."""
    send = _password(2 if enhanced else 0)
    return AtaCommand(command=0xF4, count=1, send=send, timeout_seconds=timeout_seconds)


def _password(control: int) -> bytes:
    return (control.to_bytes(2, "little") + PASSWORD.ljust(32, b"\0")).ljust(SECTOR, b"\0")


def dco_sectors(data: bytes) -> int | None:
    """Return the sectors the maker built in (words 3 to 6 hold the last LBA); None when not told.

    A drive or tool that swallows the command gives zeros: no size is one sector.
    """
    if len(data) < SECTOR or not any(data) or sum(data[:SECTOR]) & 0xFF:
        return None
    return 1 + int.from_bytes(data[6:14], "little")
