"""The disks of a guest: an image file each, on one of the buses that QEMU has."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MIB = 2**20


class Hung(StrEnum):
    """What a disk hangs on."""

    IDE = "ide"
    SATA = "sata"
    NVME = "nvme"
    SCSI = "virtio-scsi"
    VIRTIO = "virtio-blk"
    USB = "usb"
    UAS = "usb-uas"
    SD = "sd"
    THROUGH = "scsi-block"
    """Commands go through to what is behind, which speaks SCSI itself (iSCSI)."""


REAL_BYTES = 250 * MIB
"""Bytes per second of a real drive; an idle host's memory is faster than any disk may be believed."""


@dataclass(frozen=True, kw_only=True)
class Disk:
    """One disk; `serial` names it everywhere, its image file too."""

    serial: str
    hung: Hung
    size_bytes: int = 32 * MIB
    flash: bool = False
    """Says that it does not turn."""
    twin: str | None = None
    """Serial number of the NVMe disk of which this is the second namespace."""
    source: str | None = None
    """QEMU's options for what is behind it, in place of its plain image file."""
    throttle_bytes: int = REAL_BYTES
    """Bytes per second at most."""
    read_only: bool = False
    drive: str = ""
    """Name of its drive in QEMU; its serial number where none is given."""

    @property
    def drive_name(self) -> str:
        """Name of what is behind it in QEMU."""
        return self.drive or self.serial

    def image(self, folder: Path) -> Path:
        """Return the place of its image file."""
        return folder / f"{self.serial}.img"


def words(disks: Sequence[Disk], folder: Path) -> list[str]:
    """Return QEMU's words for these disks on a machine of type `pc`."""
    told = ["-machine", "pc", "-device", "qemu-xhci,id=xhci,p2=15,p3=15"]
    told += ["-device", "ich9-ahci,id=ahci", "-device", "virtio-scsi-pci,id=scsi"]
    counts = dict.fromkeys(Hung, 0)
    for disk in disks:
        told += ["-drive", drive(disk, folder)]
        for one in devices(disk, counts[disk.hung]):
            told += ["-device", one]
        counts[disk.hung] += 1
    return told


def drive(disk: Disk, folder: Path) -> str:
    """Return the value of `-drive`: where the bytes are, and that errors are the guest's to see."""
    source = disk.source or f"file={disk.image(folder)}"
    options = f"if=none,id={disk.drive_name},format=raw,{source}"
    if disk.hung is not Hung.SD:
        options += ",werror=report,rerror=report"
    if disk.hung is not Hung.THROUGH:
        options += f",throttling.bps-total={disk.throttle_bytes}"
    return options + (",readonly=on" if disk.read_only else "")


_DEVICES = {
    Hung.IDE: (
        "ide-hd,id=d-{name},{known},bus=ide.{pair},unit={half},model=RIG IDE,rotation_rate={turns}",
    ),
    Hung.SATA: (
        "ide-hd,id=d-{name},{known},bus=ahci.{number},model=RIG SATA,rotation_rate={turns}",
    ),
    Hung.NVME: ("nvme,id=d-{name},serial={name}", "nvme-ns,drive={drive},bus=d-{name},nsid=1"),
    Hung.SCSI: (
        "scsi-hd,id=d-{name},{known},bus=scsi.0,vendor=RIG,product=SCSI,rotation_rate={turns}",
    ),
    Hung.VIRTIO: ("virtio-blk-pci,id=d-{name},{known}",),
    Hung.USB: ("usb-storage,id=d-{name},{known},bus=xhci.0,removable=on",),
    Hung.UAS: (
        "usb-uas,id=uas-{name},bus=xhci.0",
        "scsi-hd,id=d-{name},{known},bus=uas-{name}.0",
    ),
    Hung.THROUGH: ("scsi-block,id=d-{name},drive={drive},bus=scsi.0",),
    Hung.SD: ("sdhci-pci,id=sdhci-{number}", "sd-card,id=d-{name},drive={drive}"),
}


def devices(disk: Disk, number: int = 0) -> tuple[str, ...]:
    """Return the values of `-device` for a disk that is the so-and-so-many-th on its bus."""
    if disk.twin:
        return (f"nvme-ns,drive={disk.drive_name},bus=d-{disk.twin},nsid=2",)
    values = {
        "name": disk.serial,
        "drive": disk.drive_name,
        "known": f"drive={disk.drive_name},serial={disk.serial}",
        "number": number,
        "pair": number // 2,
        "half": number % 2,
        "turns": 1 if disk.flash else 7200,
    }
    return tuple(one.format(**values) for one in _DEVICES[disk.hung])
