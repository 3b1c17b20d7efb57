"""SCSI commands that erasing needs, and what sense data tells (SPC-5, SBC-4)."""

from typing import Literal

from msgspec import Struct

from rebond_agent.wipe.transport import ScsiCommand

SanitizeWay = Literal["overwrite", "block", "crypto"]
_SERVICES: dict[SanitizeWay, int] = {"overwrite": 0x01, "block": 0x02, "crypto": 0x03}
_IMMEDIATE, _UNRESTRICTED = 0x80, 0x20

NO_SENSE, NOT_READY, MEDIUM_ERROR, ILLEGAL_REQUEST = 0x0, 0x2, 0x3, 0x5
_SANITIZING, _FORMATTING = (0x04, 0x1B), (0x04, 0x04)
_FAILED = frozenset({(0x31, 0x00), (0x31, 0x01), (0x31, 0x03)})
"""Medium format corrupted, format command failed, sanitize command failed."""


class Sense(Struct, frozen=True, kw_only=True):
    """Key, additional code with qualifier, and the progress of a long operation."""

    key: int
    code: tuple[int, int]
    progress: float | None = None

    @property
    def running(self) -> bool:
        """A sanitize or a format is going on."""
        return self.key in {NO_SENSE, NOT_READY} and self.code in {_SANITIZING, _FORMATTING}

    @property
    def failed(self) -> bool:
        """The last sanitize or format failed."""
        return self.code in _FAILED


def sense(data: bytes) -> Sense | None:
    """Decode sense data of either format; None when it is neither."""
    code = data[0] & 0x7F if data else 0
    if code in {0x70, 0x71} and len(data) >= 14:  # noqa: PLR2004 - up to the qualifier, byte 13
        return Sense(key=data[2] & 0x0F, code=(data[12], data[13]), progress=_progress(data[15:18]))
    if code in {0x72, 0x73} and len(data) >= 8:  # noqa: PLR2004 - the header
        return Sense(key=data[1] & 0x0F, code=(data[2], data[3]), progress=_from_descriptors(data))
    return None


def _progress(specific: bytes) -> float | None:
    """Sense-key specific bytes: valid bit, then progress in 65,536ths."""
    if len(specific) < 3 or not specific[0] & 0x80:  # noqa: PLR2004 - three bytes
        return None
    return int.from_bytes(specific[1:3], "big") / 0x10000


def _from_descriptors(data: bytes) -> float | None:
    place = 8
    while place + 2 <= len(data):
        if data[place] == 0x02:  # noqa: PLR2004 - sense-key specific descriptor
            return _progress(data[place + 4 : place + 7])
        place += 2 + data[place + 1]
    return None


INQUIRY = ScsiCommand(cdb=bytes([0x12, 0, 0, 0, 96, 0]), receive=96)
REQUEST_SENSE = ScsiCommand(cdb=bytes([0x03, 0, 0, 0, 252, 0]), receive=252)
CONTROL_PAGE = ScsiCommand(cdb=bytes([0x1A, 0, 0x0A, 0, 64, 0]), receive=64)


def sanitize(way: SanitizeWay, block_bytes: int) -> ScsiCommand:
    """Return SANITIZE, immediate: an overwrite is one pass of zeros as long as a block."""
    send = b""
    if way == "overwrite":
        send = bytes([1, 0]) + block_bytes.to_bytes(2, "big") + bytes(block_bytes)
    flags = _IMMEDIATE | _UNRESTRICTED | _SERVICES[way]
    cdb = bytes([0x48, flags, 0, 0, 0, 0, 0]) + len(send).to_bytes(2, "big") + b"\0"
    return ScsiCommand(cdb=cdb, send=send)


def format_unit() -> ScsiCommand:
    """Return FORMAT UNIT, immediate, with the defects the drive knows left as they are."""
    return ScsiCommand(cdb=bytes([0x04, 0x10, 0, 0, 0, 0]), send=bytes([0, 0x02, 0, 0]))


def descriptor_sense(page: bytes) -> ScsiCommand | None:
    """Return MODE SELECT that asks for descriptor sense, made from the control page as it is.

    Only that format has room for the upper bytes of ATA registers. None: it is so already, or the
    answer was no control page.
    """
    start = 4 + page[3] if len(page) > 4 else len(page)  # noqa: PLR2004 - mode parameter header
    body = bytearray(page[start:])
    if len(body) < 12 or body[0] & 0x3F != 0x0A or body[2] & 0x04:  # noqa: PLR2004 - the page's length
        return None
    body[0] &= 0x3F
    body[2] |= 0x04
    send = bytes(4) + bytes(body[: 2 + body[1]])
    return ScsiCommand(cdb=bytes([0x15, 0x10, 0, 0, len(send), 0]), send=send)
