"""Drives that erased themselves, told byte for byte, to be altered by the tests."""

from erasures import CLEAN, HDD, IDENTITY, SIZE, good_erasure
from msgspec.structs import replace

from rebond_schemas.erasure import Command, HiddenArea, Level, Method, Pass
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind

NVME = Drive(
    path="/dev/nvme0n1",
    identity=DriveIdentity(
        model="SAMSUNG MZVLW256HEHP", serial="S35ENX0J7", wwn="eui.0025388b710116a1",
        size_bytes=256_060_514_304, bus=Bus.NVME,
    ),
    kind=DriveKind.NVME,
    native_size_bytes=256_060_514_304,
    smart=CLEAN,
)  # fmt: skip
SSD = replace(HDD, path="/dev/sdb", kind=DriveKind.SSD, rotation_rpm=0)
SAS = replace(HDD, identity=replace(IDENTITY, bus=Bus.SAS))
EMMC = replace(
    HDD,
    path="/dev/mmcblk0",
    identity=replace(IDENTITY, bus=Bus.MMC),
    kind=DriveKind.EMMC,
    smart=replace(CLEAN, emmc_life_used=2),
)
KEY = "5a" * 32


def nvme_sent(opcode, dword10=0, nsid=0):
    entry = bytearray(64)
    entry[0] = opcode
    entry[4:8] = nsid.to_bytes(4, "little")
    entry[40:44] = dword10.to_bytes(4, "little")
    return entry.hex()


def log(progress, status, dword10):
    head = progress.to_bytes(2, "little") + status.to_bytes(2, "little")
    return (head + dword10.to_bytes(4, "little") + bytes(24)).hex()


ASK_LOG = nvme_sent(0x02, 0x81 | 7 << 16, 0xFFFFFFFF)


def nvme_sanitize(action):
    started = action | 1 << 3
    return (
        Command(name="sanitize_log", sent=ASK_LOG, answered=log(0xFFFF, 0, 0)),
        Command(name="sanitize", sent=nvme_sent(0x84, started), answered="00" * 6),
        Command(name="sanitize_log", sent=ASK_LOG, answered=log(0x1000, 2, started)),
        Command(name="sanitize_log", sent=ASK_LOG, answered=log(0xFFFF, 1 | 0x100, started)),
    )


def nvme_format(ses):
    return (Command(name="format", sent=nvme_sent(0x80, ses << 9, 1), answered="00" * 6),)


def ata_sent(command, feature=0, lba=0, count=0, data=b""):
    low = lba.to_bytes(6, "little")
    cdb = bytes(
        [
            *(0x85, 0x07, 0x20, feature >> 8, feature & 255, count >> 8, count & 255),
            *(low[3], low[0], low[4], low[1], low[5], low[2], 0, command, 0),
        ]
    )
    return (cdb + data).hex()


def registers(status=0x50, error=0, count=0, lba=0):
    low = lba.to_bytes(6, "little")
    part = [
        9,
        12,
        1,
        error,
        count >> 8,
        count & 255,
        low[3],
        low[0],
        low[4],
        low[1],
        low[5],
        low[2],
    ]
    return bytes([0x72, 1, 0, 0x1D, 0, 0, 0, 14, *part, 0, status]).hex()


def identify(word128):
    page = bytearray(512)
    page[256:258] = word128.to_bytes(2, "little")
    return Command(name="identify", sent=ata_sent(0xEC), answered=page.hex())


def ata_security(*, enhanced):
    data = bytes([2 if enhanced else 0, 0]) + b"SeaChest".ljust(32, b"\0")
    return (
        identify(0x0021),
        Command(name="set_password", sent=ata_sent(0xF1, data=data), answered=registers()),
        identify(0x0023),
        Command(name="erase_prepare", sent=ata_sent(0xF3), answered=registers()),
        Command(name="erase", sent=ata_sent(0xF4, data=data), answered=registers()),
        identify(0x0021),
    )


def ata_sanitize(feature, lba):
    return (
        Command(
            name="sanitize", sent=ata_sent(0xB4, feature, lba), answered=registers(count=0x4000)
        ),
        Command(name="status", sent=ata_sent(0xB4), answered=registers(count=0x4000, lba=0x8000)),
        Command(name="status", sent=ata_sent(0xB4), answered=registers(count=0x8000, lba=0xFFFF)),
    )


def scsi(opcode, action):
    return (
        Command(name="start", sent=bytes([opcode, 0x80 | action, *bytes(8)]).hex(), answered=""),
        Command(
            name="sense",
            sent="030000001200",
            answered="700002000000000a00000000041b00008000",
        ),
        Command(name="sense", sent="030000001200", answered="70" + "00" * 17),
    )


def ext_csd(features):
    page = bytearray(512)
    page[231] = features
    return Command(name="mmc-ext-csd", sent="0800000000", answered=page.hex(), status="ok")


def mmc_status(response=0x0900):
    answered = response.to_bytes(4, "big").hex()
    return Command(name="mmc-status", sent="0d00010000", answered=answered, status="ok")


MMC_SANITIZE = Command(name="mmc-sanitize", sent="0603a50101", answered="00000900", status="ok")
MMC_DISCARD = Command(name="mmc-discard", sent="2600000001", answered="", status="ok")
MMC_ERASE = Command(name="mmc-secure-erase", sent="2680000000", answered="", status="ok")

COMMANDS = {
    Method.NVME_SANITIZE_BLOCK: (NVME, nvme_sanitize(2)),
    Method.NVME_SANITIZE_OVERWRITE: (NVME, nvme_sanitize(3)),
    Method.NVME_SANITIZE_CRYPTO: (NVME, nvme_sanitize(4)),
    Method.NVME_FORMAT_USER: (NVME, nvme_format(1)),
    Method.NVME_FORMAT_CRYPTO: (NVME, nvme_format(2)),
    Method.ATA_SECURITY_ERASE: (SSD, ata_security(enhanced=False)),
    Method.ATA_SECURITY_ERASE_ENHANCED: (SSD, ata_security(enhanced=True)),
    Method.ATA_SANITIZE_BLOCK: (SSD, ata_sanitize(0x12, 0x426B4572)),
    Method.ATA_SANITIZE_CRYPTO: (SSD, ata_sanitize(0x11, 0x43727970)),
    Method.ATA_SANITIZE_OVERWRITE: (HDD, ata_sanitize(0x14, 0x4F5700000000)),
    Method.SCSI_SANITIZE_BLOCK: (SAS, scsi(0x48, 2)),
    Method.SCSI_SANITIZE_CRYPTO: (SAS, scsi(0x48, 3)),
    Method.SCSI_SANITIZE_OVERWRITE: (SAS, scsi(0x48, 1)),
    Method.SCSI_FORMAT: (SAS, scsi(0x04, 0)),
    Method.MMC_SANITIZE: (EMMC, (ext_csd(0x40), MMC_DISCARD, MMC_SANITIZE, mmc_status())),
    Method.MMC_SECURE_ERASE: (EMMC, (ext_csd(0x01), MMC_ERASE, mmc_status())),
}


def firmware_erasure(method, drive=None, commands=None, **changes):
    """Return the true account of this firmware erasure."""
    usual, sent = COMMANDS[method]
    drive = drive or usual
    whole = {"direct_io": True, "own_process": True, "complete": True}
    passes = (
        Pass(
            action="canary_write", pattern="aes_256_ctr", key=KEY, sample_places=1000, flushed=True,
            bytes_done=4_096_000, seconds=4.0, **whole,
        ),
        Pass(
            action="command", complete=True, bytes_done=0, seconds=SIZE / 200e6,
            commands=sent if commands is None else commands,
        ),
        Pass(
            action="canary_read", pattern="aes_256_ctr", key=KEY, sample_places=1000,
            bytes_done=4_096_000, seconds=4.0, **whole,
        ),
        Pass(
            action="read_back", pattern="changed", sample_seed="ab" * 16, sample_places=2002,
            coverage_percent=0.1, bytes_done=2002 * 4096, seconds=5.0, **whole,
        ),
    )  # fmt: skip
    values = {
        "method": method, "level": Level.CLEAR, "passes": passes, "seconds": 10_000.0,
        "hidden_area": HiddenArea.NONE,
    }  # fmt: skip
    return good_erasure(drive, **(values | changes))
