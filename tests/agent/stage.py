"""States of the console that several tests put on the screen."""

from dataclasses import replace

from rebond_agent.checks.table import CHECKS
from rebond_agent.console.state import CheckLine, DriveLine, State
from rebond_agent.language import Language
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_schemas.facts import (
    Battery,
    Board,
    Bus,
    ChassisKind,
    Drive,
    DriveIdentity,
    DriveKind,
    Facts,
    Firmware,
    Memory,
    Processor,
)

PROGRESS = Progress(
    step=1, steps=4, action="canary_write", bytes_done=400_000_000, bytes_total=1_000_000_000,
    bytes_per_second=512_000_000.0, eta_seconds=7500.0, fault_count=3, mismatch_count=12,
)  # fmt: skip


def drive(number, **fields):
    identity = DriveIdentity(
        model=f"SAMSUNG MZVLW256HEHP-000L{number}",
        serial=f"S35ENX1J9{number:04}",
        size_bytes=256_060_514_304,
        bus=Bus.NVME,
    )
    return Drive(path=f"/dev/nvme{number}n1", identity=identity, kind=DriveKind.NVME, **fields)


def facts(drives=()):
    return Facts(
        board=Board(maker="LENOVO", model="ThinkPad X270 20HMS0VT00", serial="PF0XXXX7",
                    chassis=ChassisKind.LAPTOP),
        firmware=Firmware(mode="uefi"),
        processor=Processor(name="Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz"),
        memory=Memory(installed_mib=8192),
        batteries=(Battery(health_percent=86.0), Battery(health_percent=43.0)),
        drives=tuple(drives),
        drives_hidden=True,
        drives_hidden_reason="Intel RST",
    )  # fmt: skip


def state(count=3, language=Language.FR, **fields):
    """Return a machine with so many drives; the last of several is refused as boot medium."""
    drives = [drive(number) for number in range(count)]
    lines = [DriveLine(drive=one) for one in drives]
    if count > 1:
        refusal = Refusal(reason=Reason.BOOT_MEDIUM)
        lines[-1] = replace(lines[-1], refusal=refusal.sentence)
    known = {
        "language": language,
        "checks": tuple(CheckLine(name=name) for name in CHECKS),
        "facts": facts(drives),
        "drives": tuple(lines),
        "server": "https://atelier.metropole.example:8443",
    }
    return State(**(known | fields))
