"""The fastest that a drive of each kind can move bytes: a faster pass did not happen."""

from typing import assert_never

from msgspec import Struct

from rebond_schemas.facts import Bus, Drive, DriveKind

_MB = 1_000_000


class Ceiling(Struct, frozen=True, kw_only=True):
    """Bytes per second that cannot be exceeded, and where the figure comes from."""

    bytes_per_second: int
    source: str


# The ceiling is the link's, never a typical drive's: it refutes the impossible, not the fast.
_MEMORY = Ceiling(bytes_per_second=50_000 * _MB, source="a file in memory: DDR4-3200, two channels")
_SATA = Ceiling(bytes_per_second=600 * _MB, source="SATA 3.x: 6 Gbit/s, 8b/10b")
_SPINNING = Ceiling(bytes_per_second=600 * _MB, source="Seagate Mach.2 data sheet: 554 MB/s")
_NVME = Ceiling(bytes_per_second=15_760 * _MB, source="PCIe 5.0 x4: 32 GT/s, 128b/130b")
_SAS = Ceiling(bytes_per_second=4_800 * _MB, source="SAS-4: 22.5 Gbit/s, two ports")
_USB = Ceiling(bytes_per_second=2_500 * _MB, source="USB 3.2 Gen 2x2: 20 Gbit/s")
_MMC = Ceiling(bytes_per_second=400 * _MB, source="JESD84-B51 (eMMC 5.1): HS400")


def ceiling(drive: Drive) -> Ceiling:
    """Return the ceiling for this drive; a drive of unknown bus gets the fastest real bus."""
    match drive.kind:
        case DriveKind.IMAGE | DriveKind.VIRTUAL:
            return _MEMORY
        case DriveKind.HDD:
            return _SPINNING
        case _:
            return _of_bus(drive.identity.bus)


def _of_bus(bus: Bus) -> Ceiling:
    match bus:
        case Bus.ATA:
            return _SATA
        case Bus.NVME | Bus.RAID | Bus.UNKNOWN:
            return _NVME
        case Bus.SCSI | Bus.SAS:
            return _SAS
        case Bus.USB:
            return _USB
        case Bus.MMC:
            return _MMC
        case Bus.VIRTIO | Bus.FILE:
            return _MEMORY
        case _:
            assert_never(bus)
