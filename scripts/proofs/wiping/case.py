"""One drive of the proof: everything about it follows from the seed and its number."""

import random
from dataclasses import dataclass, field

import msgspec

from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.firmware_faults import EVERYTHING, FirmwareFaults
from rebond_schemas.erasure import Level
from rebond_schemas.facts import Bus, DriveKind
from wiping import draws

PLAIN = (DriveKind.IMAGE, DriveKind.VIRTUAL, DriveKind.HDD, DriveKind.SSD, DriveKind.USB)
WITH_FIRMWARE = (
    (Bus.ATA, DriveKind.SSD),
    (Bus.ATA, DriveKind.HDD),
    (Bus.NVME, DriveKind.NVME),
    (Bus.MMC, DriveKind.EMMC),
    (Bus.SAS, DriveKind.SSD),
    (Bus.SAS, DriveKind.HDD),
)
LOCKED = 0.15
"""Share of them that TCG Opal locks; some are reverted by their PSID, some say so and are not."""
SOUND_MEDIUM = 0.7
"""Share of the drives with firmware whose medium has no fault besides."""
CUT = 0.25
"""Share of the drives whose power fails on the way, once or several times."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A drive, what is wrong with it, and when the power fails."""

    kind: DriveKind
    content: bytes
    faults: Faults
    chunk_bytes: int
    bus: Bus = Bus.FILE
    firmware: FirmwareFaults = field(default_factory=FirmwareFaults)
    level: Level = Level.CLEAR
    cuts: tuple[int, ...] = ()
    """Reads and writes behind which the power fails, counted anew after each time."""
    psid: str | None = None
    exchanged: bool = False
    """While the power is off somebody puts a drive in its place that gives the same serial number."""


def make_case(seed: int, number: int) -> Case:
    """Return the drive with this number of this seed."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - replayable, not secret
    size = 512 * chance.choice([1, 2, 8, chance.randint(1, 400), 8 * chance.randint(1, 60)])
    drawn: dict[str, object] = {}
    for draw in chance.sample(draws.MEDIUM, k=chance.choice([0, 1, 1, 1, 2, 2, 3])):
        drawn |= draw(chance, size)
    bus, kind, level, firmware = Bus.FILE, chance.choice(PLAIN), Level.CLEAR, FirmwareFaults()
    if number % 2:
        bus, kind = chance.choice(WITH_FIRMWARE)
        level = chance.choice([Level.CLEAR, Level.CLEAR, Level.PURGE])
        level = Level.CLEAR if bus is Bus.MMC else level  # nothing purges an eMMC
        firmware = _firmware(chance, size)
        if chance.random() < SOUND_MEDIUM:
            drawn = {}
    if bus in {Bus.ATA, Bus.NVME} and chance.random() < LOCKED:
        keeps = chance.random() < LOCKED
        firmware = msgspec.structs.replace(firmware, opal="locked", psid_keeps=keeps)
    cuts = chance.choice([1, 1, 2, 3]) if chance.random() < CUT else 0
    return Case(
        kind=kind,
        bus=bus,
        level=level,
        firmware=firmware,
        content=chance.randbytes(size),
        faults=msgspec.structs.replace(Faults(error=chance.choice(draws.ERRORS)), **drawn),
        chunk_bytes=chance.choice([1024, 4096, 16384, 65536]),
        cuts=tuple(chance.randint(1, 160) for _ in range(cuts)),
        psid=chance.choice([None, firmware.psid, "0" * 32]) if firmware.opal else None,
        exchanged=chance.random() < CUT,
    )


def _firmware(chance: random.Random, size: int) -> FirmwareFaults:
    drawn: dict[str, object] = {
        "offers": tuple(one for one in EVERYTHING if chance.random() < 0.7),
        "leaves": chance.choice(["zeros", "ones", "vendor", "random"]),
        "steps": chance.randint(1, 5),
    }
    for draw in chance.sample(draws.FIRMWARE, k=chance.choice([0, 1, 1, 1, 2, 2, 3])):
        drawn |= draw(chance, size)
    return msgspec.structs.replace(FirmwareFaults(), **drawn)
