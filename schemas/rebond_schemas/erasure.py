"""What was done to one drive, step by step. The agent tells what happened; it never judges."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from rebond_schemas.facts import Bytes, Count, Fact
from rebond_schemas.text import Name, Text

MOST_FAULTS = 512
"""Faults and mismatches listed one by one in a pass; beyond that only their count."""


class Method(StrEnum):
    """How the drive was erased (IEEE 2883-2022 names where it has one)."""

    OVERWRITE_ZERO = "overwrite_zero"
    OVERWRITE_AES_CTR = "overwrite_aes_ctr"
    ATA_SECURITY_ERASE = "ata_security_erase"
    ATA_SECURITY_ERASE_ENHANCED = "ata_security_erase_enhanced"
    ATA_SANITIZE_BLOCK = "ata_sanitize_block"
    ATA_SANITIZE_CRYPTO = "ata_sanitize_crypto"
    ATA_SANITIZE_OVERWRITE = "ata_sanitize_overwrite"
    NVME_SANITIZE_BLOCK = "nvme_sanitize_block"
    NVME_SANITIZE_CRYPTO = "nvme_sanitize_crypto"
    NVME_SANITIZE_OVERWRITE = "nvme_sanitize_overwrite"
    NVME_FORMAT_CRYPTO = "nvme_format_crypto"
    NVME_FORMAT_USER = "nvme_format_user"
    SCSI_SANITIZE_BLOCK = "scsi_sanitize_block"
    SCSI_SANITIZE_CRYPTO = "scsi_sanitize_crypto"
    SCSI_SANITIZE_OVERWRITE = "scsi_sanitize_overwrite"
    SCSI_FORMAT = "scsi_format"
    MMC_SECURE_ERASE = "mmc_secure_erase"
    TCG_PSID_REVERT = "tcg_psid_revert"
    NONE = "none"


class Level(StrEnum):
    """Levels of NIST SP 800-88 and IEEE 2883-2022 that software can reach."""

    CLEAR = "clear"
    PURGE = "purge"


class Ending(StrEnum):
    """How the work on this drive ended, as the agent saw it."""

    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    REFUSED = "refused"


class HiddenArea(StrEnum):
    """Space of the drive that the operating system does not see (HPA, DCO, AMAX)."""

    NONE = "none"
    REMOVED = "removed"
    PRESENT = "present"
    UNKNOWN = "unknown"


class Extent(Fact, frozen=True, kw_only=True):
    """A run of bytes on the drive."""

    start: Bytes
    length: Bytes


class Fault(Fact, frozen=True, kw_only=True):
    """One operation that the drive or the kernel refused, with the errno name."""

    operation: Literal["open", "read", "write", "flush", "command", "identify"]
    error: Text
    extent: Extent | None = None


class Command(Fact, frozen=True, kw_only=True):
    """One firmware command as sent and as answered, raw."""

    name: Name
    sent: Annotated[str, Meta(max_length=512, pattern="^[0-9a-f]*$")]
    answered: Annotated[str, Meta(max_length=4096, pattern="^[0-9a-f]*$")]
    status: Text | None = None
    seconds: float | None = None


class Pass(Fact, frozen=True, kw_only=True):
    """One way over the drive: writing it, or reading it back and comparing."""

    action: Literal["write", "read_back", "canary_write", "canary_read", "command"]
    pattern: Literal["zeros", "aes_256_ctr", "changed", "none"] = "none"
    key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    complete: bool
    bytes_done: Bytes
    bytes_skipped: Bytes = 0
    seconds: Annotated[float, Meta(ge=0)]
    direct_io: bool | None = None
    own_process: bool | None = None
    coverage_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    sample_seed: Annotated[str, Meta(pattern="^[0-9a-f]{1,64}$")] | None = None
    sample_places: Count | None = None
    fault_count: Count = 0
    faults: Annotated[tuple[Fault, ...], Meta(max_length=MOST_FAULTS)] = ()
    retried_count: Count = 0
    """Operations refused once and done when tried again in smaller parts."""
    mismatch_count: Count = 0
    mismatches: Annotated[tuple[Extent, ...], Meta(max_length=MOST_FAULTS)] = ()
    flushed: bool | None = None
    commands: Annotated[tuple[Command, ...], Meta(max_length=256)] = ()
