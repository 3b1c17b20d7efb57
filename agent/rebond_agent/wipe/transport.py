"""Commands to a drive's firmware, and its answers: values that real and fake drives share."""

from typing import Protocol

from msgspec import Struct

SHORT_SECONDS = 20.0
"""Time for a command that only asks or sets something; drives that spin up take up to fifteen."""


class AtaCommand(Struct, frozen=True, kw_only=True):
    """One ATA command (ACS-4): registers, and the data of one direction at most."""

    command: int
    feature: int = 0
    count: int = 0
    lba: int = 0
    device: int = 0x40
    extended: bool = False
    """A 48-bit command: two bytes of feature and count, six of LBA."""
    send: bytes = b""
    receive: int = 0
    """Bytes that the drive is asked for."""
    timeout_seconds: float = SHORT_SECONDS


class NvmeCommand(Struct, frozen=True, kw_only=True):
    """One NVMe admin command (NVMe Base Specification 2.0)."""

    opcode: int
    nsid: int = 0
    cdw10: int = 0
    cdw11: int = 0
    cdw12: int = 0
    cdw13: int = 0
    cdw14: int = 0
    cdw15: int = 0
    receive: int = 0
    timeout_seconds: float = SHORT_SECONDS


class ScsiCommand(Struct, frozen=True, kw_only=True):
    """One SCSI command (SPC-5, SBC-4)."""

    cdb: bytes
    send: bytes = b""
    receive: int = 0
    timeout_seconds: float = SHORT_SECONDS


class Registers(Struct, frozen=True, kw_only=True):
    """The ATA registers behind a command; None where the sense format had no room for them."""

    status: int
    error: int
    device: int
    count: int | None = None
    lba: int | None = None

    @property
    def good(self) -> bool:
        """Neither error nor device fault, and not busy."""
        return not self.status & 0xA1


class AtaAnswer(Struct, frozen=True, kw_only=True):
    """What an ATA command brought; `registers` is None when nothing told how it ended."""

    registers: Registers | None
    data: bytes = b""
    sense: bytes = b""

    @property
    def good(self) -> bool:
        """The drive itself said that it went well."""
        return self.registers is not None and self.registers.good


class NvmeAnswer(Struct, frozen=True, kw_only=True):
    """The completion of an NVMe command: status field without phase bit, dword 0, data."""

    status: int
    result: int = 0
    data: bytes = b""

    @property
    def good(self) -> bool:
        """Generic status 0: accepted, or done where a command ends with its completion."""
        return self.status & 0x7FF == 0


class ScsiAnswer(Struct, frozen=True, kw_only=True):
    """The end of a SCSI command: SAM status, sense data, data."""

    status: int
    sense: bytes = b""
    data: bytes = b""

    @property
    def good(self) -> bool:
        """Status GOOD."""
        return self.status == 0


class MmcCommand(Struct, frozen=True, kw_only=True):
    """One eMMC command (JESD84-B51): its number and its 32-bit argument."""

    opcode: int
    argument: int = 0
    receive: int = 0
    timeout_seconds: float = SHORT_SECONDS


class MmcAnswer(Struct, frozen=True, kw_only=True):
    """The R1 response, and the data that was asked for."""

    response: int
    data: bytes = b""


class Transport(Protocol):
    """One opened drive's door to its firmware.

    OSError means that no answer came: ENOTTY and EOPNOTSUPP that this door does not exist here,
    ETIMEDOUT that the drive kept silent, ENODEV that it has gone.
    """

    def ata(self, command: AtaCommand) -> AtaAnswer:
        """Send an ATA command."""
        ...

    def nvme_admin(self, command: NvmeCommand) -> NvmeAnswer:
        """Send an NVMe admin command."""
        ...

    def scsi(self, command: ScsiCommand) -> ScsiAnswer:
        """Send a SCSI command."""
        ...

    def mmc(self, command: MmcCommand) -> MmcAnswer:
        """Send an eMMC command."""
        ...

    def discard(self, size_bytes: int, *, secure: bool) -> None:
        """Give up (or erase securely) every address up to this size."""
        ...

    def opal_flags(self) -> int:
        """Return what the kernel's Opal driver tells (OPAL_FL_*)."""
        ...

    def psid_revert(self, psid: str) -> int:
        """Revert by the PSID of the label; return the drive's TCG status, 0 for success."""
        ...

    def now(self) -> float:
        """Seconds of a clock that the drive's work is measured by; a fake has its own."""
        ...

    def wait(self, seconds: float) -> None:
        """Let this time pass."""
        ...
