"""NVMe admin commands that erasing needs, and what the controller tells (NVMe Base 2.0)."""

import struct
from typing import Literal

from msgspec import Struct

from rebond_agent.wipe.transport import NvmeCommand

ALL = 0xFFFFFFFF
"""NSID of every namespace."""

SanitizeWay = Literal["block", "overwrite", "crypto"]
_ACTIONS: dict[SanitizeWay, int] = {"block": 2, "overwrite": 3, "crypto": 4}
AUSE = 0x08
"""Allow unrestricted sanitize exit: a failed sanitize does not lock the drive up for ever."""

STATUS_SANITIZE_RUNNING = 0x1D


class Controller(Struct, frozen=True, kw_only=True):
    """What erasing needs of IDENTIFY CONTROLLER."""

    serial: bytes
    model: bytes
    formats: bool
    format_hits_all: bool
    """A format or its erasure reaches every namespace (FNA bits 0 and 1)."""
    format_crypto: bool
    sanitize: frozenset[SanitizeWay]
    no_deallocate_inhibited: bool


def controller(data: bytes) -> Controller | None:
    """Decode IDENTIFY CONTROLLER (4,096 bytes); None when they are not such data."""
    if len(data) < 532 or not any(data[4:64]):  # noqa: PLR2004 - up to FNA, byte 524
        return None
    oacs, fna = int.from_bytes(data[256:258], "little"), data[524]
    sanicap = int.from_bytes(data[328:332], "little")
    bits: tuple[tuple[int, SanitizeWay], ...] = ((1, "crypto"), (2, "block"), (4, "overwrite"))
    return Controller(
        serial=data[4:24],
        model=data[24:64],
        formats=bool(oacs & 2),
        format_hits_all=bool(fna & 3),
        format_crypto=bool(fna & 4),
        sanitize=frozenset(way for bit, way in bits if sanicap & bit),
        no_deallocate_inhibited=bool(sanicap & 1 << 29),
    )


class SanitizeLog(Struct, frozen=True, kw_only=True):
    """Log page 81h."""

    progress: float
    state: int
    """SSTAT bits 2:0: 0 never, 1 done, 2 running, 3 failed, 4 done without deallocation."""
    command: int
    """Dword 10 of the sanitize command that this speaks of."""
    erased_since: bool
    """Global Data Erased: nothing was written since the last sanitize."""
    estimates: tuple[int, int, int]
    """Seconds for overwrite, block erase, crypto erase; 0xFFFFFFFF: not told."""

    @property
    def done(self) -> bool:
        """The last sanitize succeeded."""
        return self.state in {1, 4}


def sanitize_log(data: bytes) -> SanitizeLog | None:
    """Decode log page 81h; None when it is too short to be one."""
    if len(data) < 20:  # noqa: PLR2004 - SPROG, SSTAT, SCDW10, ETO, ETBE, ETCE
        return None
    progress, status, command, overwrite, block, crypto = struct.unpack_from("<HHIIII", data)
    return SanitizeLog(
        progress=progress / 0x10000,
        state=status & 7,
        command=command,
        erased_since=bool(status & 0x100),
        estimates=(overwrite, block, crypto),
    )


IDENTIFY_CONTROLLER = NvmeCommand(opcode=0x06, cdw10=1, receive=4096)
NAMESPACES = NvmeCommand(opcode=0x06, cdw10=2, receive=4096)
SANITIZE_LOG = NvmeCommand(opcode=0x02, nsid=ALL, cdw10=0x81 | 127 << 16, receive=512)


def namespaces(data: bytes) -> tuple[int, ...]:
    """Return the namespace ids of the active list, which ends at the first zero."""
    numbers = struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
    return numbers[: numbers.index(0)] if 0 in numbers else numbers


def identify_namespace(nsid: int) -> NvmeCommand:
    """Return IDENTIFY NAMESPACE."""
    return NvmeCommand(opcode=0x06, nsid=nsid, cdw10=0, receive=4096)


def lba_format(data: bytes) -> int | None:
    """Return the LBA format in use with its metadata and protection settings, as FORMAT takes them."""
    if len(data) < 30:  # noqa: PLR2004 - FLBAS is byte 26, DPS byte 29
        return None
    index = data[26] & 0x0F | (data[26] >> 5 & 3) << 12
    metadata = (data[26] >> 4 & 1) << 4
    protection = (data[29] & 7) << 5 | (data[29] >> 3 & 1) << 8
    return index | metadata | protection


def sanitize(way: SanitizeWay, before: int) -> NvmeCommand:
    """Return SANITIZE whose dword 10 differs from that of the log before.

    Else an old success could not be told from ours; the exit bit is ours to choose. One overwrite
    pass: 0 would mean sixteen.
    """
    dword = _ACTIONS[way] | AUSE | (1 << 4 if way == "overwrite" else 0)
    if dword == before:
        dword ^= AUSE
    return NvmeCommand(opcode=0x84, cdw10=dword)


def format_nvm(nsid: int, lba: int, *, crypto: bool, timeout_seconds: float) -> NvmeCommand:
    """Return FORMAT NVM with secure erase setting 2 (cryptographic) or 1 (user data)."""
    dword = lba | (2 if crypto else 1) << 9
    return NvmeCommand(opcode=0x80, nsid=nsid, cdw10=dword, timeout_seconds=timeout_seconds)


def submission(command: NvmeCommand) -> bytes:
    """Return the 64 bytes of the submission entry, addresses zero: the evidence of what was sent."""
    words = [
        command.cdw10,
        command.cdw11,
        command.cdw12,
        command.cdw13,
        command.cdw14,
        command.cdw15,
    ]
    return struct.pack("<II32x6I", command.opcode, command.nsid, *words)
