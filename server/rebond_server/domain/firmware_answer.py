"""What a drive answered to a firmware command, read from the raw bytes alone. Unreadable is None.

Nobody's reading is trusted, least of all an exit code: hdparm 9.65 ends with 0 on an aborted command
since it reads only one of the two sense formats. Sources: SAT-4 (ATA PASS-THROUGH, ATA return
descriptor), ACS-4 (IDENTIFY word 128, SANITIZE STATUS EXT), SPC-5 (sense), NVMe 2.0 (log page 81h).
"""

from msgspec import Struct

_DESCRIPTOR = frozenset({0x72, 0x73})
_FIXED = frozenset({0x70, 0x71})
_ATA_RETURN = 0x09
_FIXED_LENGTH = 18
_IDENTIFY_LENGTH = 512
_SECURITY_WORD = 128
_PASS_THROUGH = 0x85
_CDB_LENGTH = 16
_NVME_LENGTH = 44


class AtaCommand(Struct, frozen=True, kw_only=True):
    """One ATA command inside ATA PASS-THROUGH(16); `data` is what went with it."""

    command: int
    feature: int
    count: int
    lba: int
    data: bytes = b""


class AtaRegisters(Struct, frozen=True, kw_only=True):
    """Registers after an ATA command; `whole` when 48-bit registers came back in full."""

    status: int
    error: int
    count: int
    lba: int
    whole: bool

    @property
    def refused(self) -> bool:
        """Whether the drive aborted: ERR or DF is set, or it is not ready."""
        return bool(self.status & 0x21) or not self.status & 0x40


class AtaSecurity(Struct, frozen=True, kw_only=True):
    """The security state in IDENTIFY word 128."""

    supported: bool
    enabled: bool
    locked: bool
    frozen: bool


class NvmeCommand(Struct, frozen=True, kw_only=True):
    """One admin command: opcode, namespace, dword 10."""

    opcode: int
    nsid: int
    dword10: int


class SanitizeLog(Struct, frozen=True, kw_only=True):
    """Log page 81h: progress of 65536, status, and the dword 10 of the sanitize it speaks of."""

    progress: int
    status: int
    dword10: int

    @property
    def state(self) -> int:
        """0 never, 1 done, 2 under way, 3 failed, 4 done without the deallocation asked for."""
        return self.status & 0x7


class Sense(Struct, frozen=True, kw_only=True):
    """SCSI sense: key, additional code and its qualifier."""

    key: int
    code: int
    qualifier: int


def ata_command(sent: bytes) -> AtaCommand | None:
    """Return the ATA command in an ATA PASS-THROUGH(16) CDB and the data behind it."""
    if len(sent) < _CDB_LENGTH or sent[0] != _PASS_THROUGH:
        return None
    low = (sent[8], sent[10], sent[12], sent[7], sent[9], sent[11])
    return AtaCommand(
        command=sent[14],
        feature=sent[3] << 8 | sent[4],
        count=sent[5] << 8 | sent[6],
        lba=int.from_bytes(bytes(low), "little"),
        data=sent[_CDB_LENGTH:],
    )


def ata_registers(answered: bytes) -> AtaRegisters | None:
    """Return the registers in sense data of either format."""
    if not answered:
        return None
    kind = answered[0] & 0x7F
    if kind in _DESCRIPTOR:
        return _from_descriptors(answered)
    if kind in _FIXED and len(answered) >= _FIXED_LENGTH and answered[12:14] == b"\x00\x1d":
        return _from_fixed(answered)
    return None


def _from_descriptors(answered: bytes) -> AtaRegisters | None:
    at = 8
    while at + 14 <= len(answered):
        kind, length = answered[at], answered[at + 1]
        if kind == _ATA_RETURN and length == 12:  # noqa: PLR2004 - SAT-4: its only length
            part = answered[at : at + 14]
            low = (part[7], part[9], part[11], part[6], part[8], part[10])
            return AtaRegisters(
                error=part[3],
                count=part[4] << 8 | part[5],
                lba=int.from_bytes(bytes(low), "little"),
                status=part[13],
                whole=bool(part[2] & 1),
            )
        at += 2 + length
    return None


def _from_fixed(answered: bytes) -> AtaRegisters:
    """SAT-4 table "fixed format sense": upper registers are missing, one bit says if they were 0."""
    return AtaRegisters(
        error=answered[3],
        status=answered[4],
        count=answered[6],
        lba=int.from_bytes(answered[9:12], "little"),
        whole=not answered[8] & 0x60,
    )


def ata_security(answered: bytes) -> AtaSecurity | None:
    """Return word 128 of the 512 bytes of IDENTIFY DEVICE."""
    if len(answered) < _IDENTIFY_LENGTH:
        return None
    at = 2 * _SECURITY_WORD
    word = int.from_bytes(answered[at : at + 2], "little")
    return AtaSecurity(
        supported=bool(word & 1),
        enabled=bool(word & 2),
        locked=bool(word & 4),
        frozen=bool(word & 8),
    )


def nvme_command(sent: bytes) -> NvmeCommand | None:
    """Return opcode, namespace and dword 10 of a submission entry (or the kernel's own struct)."""
    if len(sent) < _NVME_LENGTH:
        return None
    return NvmeCommand(
        opcode=sent[0],
        nsid=int.from_bytes(sent[4:8], "little"),
        dword10=int.from_bytes(sent[40:44], "little"),
    )


def nvme_status(answered: bytes) -> int | None:
    """Return the status of a completion without data: dword 0, then the status field."""
    if len(answered) != 6:  # noqa: PLR2004 - four bytes and two
        return None
    return int.from_bytes(answered[4:6], "little") & 0x7FF


def sanitize_log(answered: bytes) -> SanitizeLog | None:
    """Return the head of log page 81h."""
    if len(answered) < 8:  # noqa: PLR2004 - SPROG, SSTAT and SCDW10
        return None
    return SanitizeLog(
        progress=int.from_bytes(answered[0:2], "little"),
        status=int.from_bytes(answered[2:4], "little"),
        dword10=int.from_bytes(answered[4:8], "little"),
    )


def scsi_sense(answered: bytes) -> Sense | None:
    """Return the sense in either format."""
    if not answered:
        return None
    kind = answered[0] & 0x7F
    if kind in _DESCRIPTOR and len(answered) >= 4:  # noqa: PLR2004 - up to the qualifier
        return Sense(key=answered[1] & 0xF, code=answered[2], qualifier=answered[3])
    if kind in _FIXED and len(answered) >= 14:  # noqa: PLR2004 - up to the qualifier
        return Sense(key=answered[2] & 0xF, code=answered[12], qualifier=answered[13])
    return None
