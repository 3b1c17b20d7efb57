"""Which firmware methods to try on which medium, in order: the firmware half of the decision table."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from rebond_agent.wipe.guard import Policy
from rebond_schemas.erasure import Level, Method
from rebond_schemas.facts import Bus, Drive, DriveKind


class FirmwareWay(Struct, frozen=True, kw_only=True):
    """One firmware method, the level it reaches, and how long it may take."""

    method: Method
    level: Level
    expected_seconds: float | None = None
    """None: the drive tells when it is asked (words 89 and 90, sanitize log), or not at all."""


# NIST SP 800-88r2 leaves techniques to IEEE 2883-2022: Sanitize is a Purge; the enhanced security
# erase one on magnetic disks only (NIST r1: Clear on flash, and that is what we print); the normal
# one, Format with user-data erase and SCSI FORMAT UNIT are a Clear; a cryptographic Format is a
# Clear that may be more, on which nobody can rely. So are
# eMMC's erasures (Dell Data Wipe). Discarding (TRIM) is no erasure.
_P, _C = Level.PURGE, Level.CLEAR
_TABLE: Mapping[tuple[Bus, DriveKind], tuple[tuple[Method, Level], ...]] = MappingProxyType(
    {
        (Bus.ATA, DriveKind.SSD): (
            (Method.ATA_SANITIZE_BLOCK, _P),
            (Method.ATA_SANITIZE_CRYPTO, _P),
            (Method.ATA_SECURITY_ERASE_ENHANCED, _C),
            (Method.ATA_SECURITY_ERASE, _C),
        ),
        (Bus.ATA, DriveKind.HDD): (
            (Method.ATA_SANITIZE_OVERWRITE, _P),
            (Method.ATA_SECURITY_ERASE_ENHANCED, _P),
        ),
        (Bus.NVME, DriveKind.NVME): (
            (Method.NVME_SANITIZE_BLOCK, _P),
            (Method.NVME_SANITIZE_CRYPTO, _P),
            (Method.NVME_FORMAT_CRYPTO, _C),
            (Method.NVME_FORMAT_USER, _C),
        ),
        (Bus.MMC, DriveKind.EMMC): (
            (Method.MMC_SANITIZE, _C),
            (Method.MMC_SECURE_ERASE, _C),
        ),
        (Bus.SAS, DriveKind.SSD): (
            (Method.SCSI_SANITIZE_BLOCK, _P),
            (Method.SCSI_SANITIZE_CRYPTO, _P),
            (Method.SCSI_FORMAT, _C),
        ),
        (Bus.SAS, DriveKind.HDD): ((Method.SCSI_SANITIZE_OVERWRITE, _P),),
    }
)
SECURITY_ERASES = frozenset({Method.ATA_SECURITY_ERASE, Method.ATA_SECURITY_ERASE_ENHANCED})
_WHOLE_SURFACE = frozenset(
    {
        Method.ATA_SANITIZE_OVERWRITE,
        Method.ATA_SECURITY_ERASE_ENHANCED,
        Method.SCSI_SANITIZE_OVERWRITE,
    }
)
_IEEE_PURGES = frozenset({Method.ATA_SECURITY_ERASE_ENHANCED})
_DISK_BYTES_PER_SECOND = 120e6


def firmware_ways(drive: Drive, policy: Policy) -> tuple[FirmwareWay, ...]:
    """Return the methods to try, best first; whether the drive offers them it is asked at work."""
    return tuple(_ways(drive, policy))


def _ways(drive: Drive, policy: Policy) -> Iterator[FirmwareWay]:
    if not _may_be_asked(drive, policy):
        return
    bus = Bus.SAS if drive.identity.bus is Bus.SCSI else drive.identity.bus
    for method, nist in _TABLE.get((bus, drive.kind), ()):
        level = _P if policy.admit_ieee and method in _IEEE_PURGES else nist
        if policy.level is Level.PURGE and level is not Level.PURGE:
            continue
        if method in SECURITY_ERASES and not _has_security(drive):
            continue
        if method is Method.ATA_SECURITY_ERASE_ENHANCED and not _has_enhanced(drive):
            continue
        yield FirmwareWay(method=method, level=level, expected_seconds=_expected(drive, method))


def _may_be_asked(drive: Drive, policy: Policy) -> bool:
    """Never through a bridge: one took the password, dropped the erasure and bricked the drive.

    A magnetic disk that gets by with Clear is overwritten and read back whole, which proves more;
    unless sectors were reallocated, which only the firmware reaches.
    """
    if not policy.firmware or drive.bridge is not None or drive.identity.bus is Bus.USB:
        return False
    model = (drive.identity.model or "").lower()
    if any(part.lower() in model for part in policy.never_firmware):
        return False
    worn = drive.smart is not None and bool(drive.smart.reallocated)
    return drive.kind is not DriveKind.HDD or policy.level is Level.PURGE or worn


def _has_security(drive: Drive) -> bool:
    """Say whether asking is worth while: an inventory that does not know leaves it to the drive."""
    return drive.security is None or "supported" in drive.security


def _has_enhanced(drive: Drive) -> bool:
    return drive.security is None or "enhanced_erase" in drive.security


def _expected(drive: Drive, method: Method) -> float | None:
    size = drive.identity.size_bytes
    if method not in _WHOLE_SURFACE or drive.kind is not DriveKind.HDD or not size:
        return None
    return size / _DISK_BYTES_PER_SECOND
