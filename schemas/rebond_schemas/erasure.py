"""What was done to one drive, step by step. The agent tells what happened; it never judges."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from rebond_schemas.fact import Bytes, Count, Fact
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
    MMC_SANITIZE = "mmc_sanitize"
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
    """One firmware command as sent and as answered, raw; the server decodes it again.

    Names: `ata-identify`, `ata-native-max`, `ata-accessible-max`, `ata-dco-identify`,
    `ata-set-max`, `ata-set-accessible-max`, `ata-dco-restore`, `ata-sense-format`,
    `ata-security-set-password`, `ata-security-unlock`, `ata-security-erase-prepare`,
    `ata-security-erase-unit`, `ata-security-disable-password`, `ata-sanitize-status-before`,
    `ata-sanitize`, `ata-sanitize-status`, `nvme-identify`, `nvme-namespaces`,
    `nvme-sanitize-log-before`, `nvme-sanitize`, `nvme-sanitize-log`, `nvme-format`,
    `scsi-inquiry`, `scsi-sanitize`, `scsi-format`, `scsi-request-sense`, `mmc-ext-csd`,
    `mmc-discard`, `mmc-secure-erase`, `mmc-sanitize`, `mmc-status`, `opal-status`,
    `opal-psid-revert`.
    """

    name: Name
    sent: Annotated[str, Meta(max_length=512, pattern="^[0-9a-f]*$")]
    """ATA: the 16 bytes of ATA PASS-THROUGH(16), then the data sent. SCSI: the CDB, then the data
    sent. NVMe: the 64 bytes of the submission entry, dwords little-endian, addresses zero. eMMC: the
    command's number (1 byte) and its argument (4 bytes, big-endian). Opal: nothing, for a PSID is
    nobody's business. Zeros at the end of the data sent are left out."""
    answered: Annotated[str, Meta(max_length=4096, pattern="^[0-9a-f]*$")]
    """What came back, cut at 2,048 bytes: the data of a command that returns data (IDENTIFY, log
    pages, sense data that was asked for) when it came; else the sense data of ATA and SCSI (empty:
    none), and of NVMe dword 0 of the completion (4 bytes) and its status field (2 bytes),
    little-endian; of eMMC the R1 response and of Opal the flags of Linux's driver (4 bytes,
    big-endian)."""
    status: Text | None = None
    """The agent's reading, one of `ok`, `refused`, `unknown` (nothing that could be decoded) or
    `error` with an errno name behind a space; nothing is proven by it."""
    seconds: float | None = None


class Pass(Fact, frozen=True, kw_only=True):
    """One way over the drive: writing it, reading it back and comparing, or firmware commands.

    A firmware erasure is told by these passes, in this order; a mismatch is bad wherever it stands:

    1. `command`, complete, at most once, and before overwrites of ATA drives too: the search for a
       hidden area (`ata-identify`, `ata-native-max` or `ata-accessible-max`, …).
    2. `read_back`, pattern `none`: the places of pass 6 read beforehand to remember their digests.
       Compares nothing; places that cannot be read are no fault here.
    3. `canary_write`, pattern `aes_256_ctr`, with `key` and `sample_seed`; `sample_places` canaries.
    4. `canary_read` in front of the erasure, same key and seed: `mismatch_count` runs where a canary
       that was written is *not* found (the drive loses writes: nothing can be proven with canaries).
    5. `command`: one pass for each method that was tried, in turn. `complete` is true only when the
       drive's state, read back, says that the erasure succeeded; a method the drive refused before
       anything happened is an incomplete pass with `fault_count` 0, and the next is tried. The last
       of these passes belongs to the statement's `method`. `bytes_done` is 0, `own_process` as ever.
    6. `canary_read` behind the erasure, same key and seed, by another process: `mismatch_count` runs
       of canaries that are *still found*; 0 is what an erasure leaves. `bytes_done` is what was
       read. Then `read_back`, pattern `changed`, with the seed of pass 2: `mismatches` are runs that
       hold what they held before, unless that was blank (all 00 or all ff); `coverage_percent` of
       the drive, 100 when the workshop asks for a full read.

    When every firmware method was refused and Clear is enough, passes of an overwrite follow those
    incomplete ones, and the method is the overwrite's.
    """

    action: Literal["write", "read_back", "canary_write", "canary_read", "command"]
    area: Name | None = None
    """None: the drive itself; else an area of its own beside it, by the name of its device without
    `/dev/` (`mmcblk0boot0`). Such passes come last: a write of zeros, then its read-back."""
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
    """What the places of a sample were drawn from: two in each of 1,000 equal sections (or every
    block of a small drive), and the first and the last."""
    sample_places: Count | None = None
    fault_count: Count = 0
    faults: Annotated[tuple[Fault, ...], Meta(max_length=MOST_FAULTS)] = ()
    retried_count: Count = 0
    """Operations refused once and done when tried again in smaller parts."""
    mismatch_count: Count = 0
    mismatches: Annotated[tuple[Extent, ...], Meta(max_length=MOST_FAULTS)] = ()
    flushed: bool | None = None
    commands: Annotated[tuple[Command, ...], Meta(max_length=256)] = ()
