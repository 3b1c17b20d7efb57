"""Disks with something wrong, drawn from a seed and a number: what a guest gets, and what happens.

Faults sit where a real disk's do: behind the bus (a lying medium over NBD, QEMU's error injection,
a firmware over iSCSI, the guest's own device mapper), or around it (pulled, slow, write-protected).
"""

import dataclasses
import random
from collections.abc import Callable
from dataclasses import dataclass

from disks import MIB, Disk, Hung
from msgspec.structs import replace

from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.firmware_faults import EVERYTHING, FirmwareFaults
from rebond_schemas.erasure import Extent
from rebond_schemas.facts import Bus

SECTOR = 512
SMALLEST = 8 * MIB
SLOW_BYTES = 6 * MIB
"""Bytes per second of a disk that is to be pulled out in the middle."""
ANYWHERE = (Hung.SATA, Hung.NVME, Hung.SCSI, Hung.VIRTIO, Hung.USB, Hung.UAS)
PLUGGED = (Hung.SCSI, Hung.VIRTIO, Hung.NVME, Hung.USB)
"""Buses from which a disk can be pulled while the guest runs."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One disk and its fault; what is None does not apply."""

    number: int
    kind: str
    disk: Disk
    sound: bool = False
    """Nothing is wrong with it: it must be called erased."""
    medium: Faults | None = None
    """The medium over NBD."""
    injected: str | None = None
    """Options of QEMU's error injection (blkdebug) over the image."""
    firmware: FirmwareFaults | None = None
    """The firmware over iSCSI."""
    bus: Bus = Bus.ATA
    """Of that firmware."""
    answers_as: str = ""
    """Serial number that the firmware answers, by which a person may have to confirm."""
    mapped: str | None = None
    """A device-mapper table in the guest, `{device}` and `{sectors}` filled in, under an NVMe target."""
    pulled_at: float | None = None
    """After so many times its own size was read and written, it is pulled out."""
    returns: bool = False
    """And plugged in again."""

    @property
    def fault(self) -> str:
        """The fault in one line."""
        drawn = self.medium or self.firmware
        told = _differing(drawn) if drawn else self.injected or self.mapped or ""
        pulled = "" if self.pulled_at is None else f"at {self.pulled_at:.2f} of its size"
        return " ".join(f"{self.kind} {told}{pulled}".split())


def _differing(faults: Faults | FirmwareFaults) -> str:
    """Return the fields that are not as in a sound drive."""
    sound = type(faults)()
    return ", ".join(
        f"{name}={getattr(faults, name)}"
        for name in faults.__struct_fields__
        if getattr(faults, name) != getattr(sound, name)
    )


def draw(seed: int, number: int) -> Case:
    """Return the case with this number of this seed."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - replayable, not secret
    # A size of its own for each disk of a guest, whatever else is drawn.
    size = SMALLEST + (number % 64) * 64 * 1024 + SECTOR * chance.randrange(128)
    disk = Disk(
        serial=f"FAULT{number:04}",
        hung=chance.choice(ANYWHERE),
        size_bytes=size,
        flash=chance.random() < 0.5,
    )
    return KINDS[number % len(KINDS)](chance, number, disk)


def _sound(_chance: random.Random, number: int, disk: Disk) -> Case:
    return Case(number=number, kind="sound", disk=_truthful(disk), sound=True)


def _truthful(disk: Disk) -> Disk:
    """QEMU's SCSI disks say "good" to FORMAT UNIT, which only flash is asked for, and do nothing."""
    return _changed(disk, flash=disk.flash and disk.hung is not Hung.SCSI)


def _slow(_chance: random.Random, number: int, disk: Disk) -> Case:
    slow = _changed(_truthful(disk), throttle_bytes=2 * MIB)
    return Case(number=number, kind="slow", disk=slow, sound=True)


def _protected(_chance: random.Random, number: int, disk: Disk) -> Case:
    # SATA and NVMe disks of QEMU cannot be write-protected.
    protected = _changed(disk, hung=Hung.SCSI, read_only=True)
    return Case(number=number, kind="write-protected", disk=protected)


def _lying(chance: random.Random, number: int, disk: Disk) -> Case:
    drawn: dict[str, object] = {"error": chance.choice(("EIO", "EINVAL"))}
    for fault in chance.sample(_MEDIUM, k=chance.choice((1, 1, 2))):
        drawn |= fault(chance, disk.size_bytes)
    medium = replace(Faults(), **drawn)  # type: ignore[arg-type] # drawn by the fields' names
    return Case(number=number, kind="lying medium", disk=disk, medium=medium)


def _unwritable(chance: random.Random, number: int, disk: Disk) -> Case:
    return _with_errors(chance, number, disk, "write")


def _unreadable(chance: random.Random, number: int, disk: Disk) -> Case:
    return _with_errors(chance, number, disk, "read")


def _with_errors(chance: random.Random, number: int, disk: Disk, doing: str) -> Case:
    sector = chance.randrange(disk.size_bytes // SECTOR)
    once = "on" if chance.random() < 0.3 else "off"
    injected = (
        f"file.inject-error.0.event=none,file.inject-error.0.iotype={doing},"
        f"file.inject-error.0.errno=5,file.inject-error.0.sector={sector},"
        f"file.inject-error.0.once={once}"
    )
    return Case(number=number, kind=f"{doing} error", disk=disk, injected=injected)


def _pulled(chance: random.Random, number: int, disk: Disk) -> Case:
    return Case(
        number=number,
        kind="pulled out",
        disk=_changed(disk, hung=chance.choice(PLUGGED), throttle_bytes=SLOW_BYTES),
        pulled_at=chance.uniform(0.1, 3.5 if disk.flash else 1.8),
    )


def _replugged(chance: random.Random, number: int, disk: Disk) -> Case:
    pulled = _pulled(chance, number, disk)
    return _case(pulled, kind="pulled out and plugged in again", returns=True)


def _ata_firmware(chance: random.Random, number: int, disk: Disk) -> Case:
    return _firmware(chance, number, disk, Bus.ATA)


def _sas_firmware(chance: random.Random, number: int, disk: Disk) -> Case:
    return _firmware(chance, number, disk, Bus.SAS)


def _firmware(chance: random.Random, number: int, disk: Disk, bus: Bus) -> Case:
    drawn: dict[str, object] = {
        "offers": tuple(one for one in EVERYTHING if chance.random() < 0.7),
        "leaves": chance.choice(("zeros", "ones", "vendor", "random")),
        "steps": chance.randint(1, 3),
        # QEMU makes fixed sense data of any other, and loses the registers in it.
        "sense": "fixed",
        "sense_can_change": False,
    }
    for fault in chance.sample(_FIRMWARE, k=chance.choice((0, 1, 1, 2))):
        drawn |= fault(chance, disk.size_bytes)
    return Case(
        number=number,
        kind=f"{bus} firmware",
        disk=_changed(disk, hung=Hung.THROUGH, flash=True),
        firmware=replace(FirmwareFaults(), **drawn),  # type: ignore[arg-type] # likewise
        bus=bus,
    )


def _mapped(chance: random.Random, number: int, disk: Disk) -> Case:
    start = 8 * chance.randrange(1, disk.size_bytes // SECTOR // 16)
    end = start + 8 * chance.randint(1, 64)
    table = chance.choice(
        (
            "0 {sectors} flakey {device} 0 0 3600 1 drop_writes",
            "0 {sectors} flakey {device} 0 4 1",
            (
                f"0 {start} linear {{device}} 0\n"
                f"{start} {end - start} flakey {{device}} {start} 0 3600 1 drop_writes\n"
                f"{end} {{rest:{end}}} linear {{device}} {end}"
            ),
            (
                f"0 {start} linear {{device}} 0\n{start} {end - start} error\n"
                f"{end} {{rest:{end}}} linear {{device}} {end}"
            ),
        )
    )
    backing = _changed(disk, hung=Hung.VIRTIO, size_bytes=disk.size_bytes // 4096 * 4096)
    return Case(number=number, kind="device mapper", disk=backing, mapped=table)


def _case(case: Case, **changes: object) -> Case:
    return dataclasses.replace(case, **changes)  # type: ignore[arg-type] # by the fields' names


def _changed(disk: Disk, **changes: object) -> Disk:
    return dataclasses.replace(disk, **changes)  # type: ignore[arg-type] # likewise


def _extent(chance: random.Random, size: int) -> Extent:
    start = SECTOR * chance.randrange(size // SECTOR)
    return Extent(start=start, length=min(SECTOR * chance.randint(1, 32), size - start))


Make = Callable[[random.Random, int, Disk], Case]
Fault = Callable[[random.Random, int], dict[str, object]]

KINDS: tuple[Make, ...] = (
    _sound,
    _lying,
    _pulled,
    _ata_firmware,
    _lying,
    _unwritable,
    _mapped,
    _protected,
    _lying,
    _unreadable,
    _replugged,
    _sas_firmware,
    _lying,
    _slow,
    _mapped,
    _ata_firmware,
)

_MEDIUM: tuple[Fault, ...] = (
    lambda _chance, _size: {"drop_writes": True},
    lambda chance, size: {"drop_from": chance.randrange(size)},
    lambda chance, _size: {"drop_every": chance.randint(1, 60)},
    lambda chance, size: {"lost_cache_bytes": chance.randrange(size)},
    lambda chance, size: {"unwritable": (_extent(chance, size),)},
    lambda chance, size: {"unreadable": (_extent(chance, size),)},
    lambda chance, _size: {"fail_writes": tuple(chance.randint(1, 60) for _ in range(3))},
    lambda chance, _size: {"fail_reads": tuple(chance.randint(1, 60) for _ in range(3))},
    lambda chance, size: {"capacity": SECTOR * chance.randint(1, size // SECTOR - 1)},
    lambda chance, _size: {"failing_flushes": chance.randint(1, 3)},
    lambda chance, _size: {"hang_at": chance.randint(1, 80), "hang_seconds": 2.0},
    lambda chance, size: {"stale": (_extent(chance, size),)},
    lambda chance, size: {"flipped_on_read": (chance.randrange(size),)},
    lambda chance, size: {"flipped_on_write": (chance.randrange(size),)},
)
_FIRMWARE: tuple[Fault, ...] = (
    lambda chance, _size: {"refuses": tuple(chance.sample((*EVERYTHING, "password"), 3))},
    lambda _chance, _size: {"frozen": True},
    lambda _chance, _size: {"sanitize_frozen": True},
    lambda chance, _size: {"locked": chance.choice(("high", "maximum", "by_us"))},
    lambda _chance, _size: {"sense": "none"},
    lambda chance, _size: {"swallows": chance.choice(("all", "erasures"))},
    lambda _chance, _size: {"lies": True},
    lambda _chance, _size: {"sleeps": True},
    lambda chance, size: {"spares": (_extent(chance, size),)},
    lambda _chance, _size: {"fails": True},
    lambda _chance, _size: {"done_before": True, "sleeps": True},
    lambda chance, _size: {"vanish_at": chance.randint(8, 40)},
    lambda chance, _size: {"hang_at": chance.randint(8, 40)},
    lambda _chance, _size: {"other_serial": True},
)
