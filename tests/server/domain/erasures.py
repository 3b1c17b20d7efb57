"""A drive and the true account of its erasure, to be altered by the tests."""

from datetime import UTC, datetime
from uuid import UUID

from rebond_schemas.erasure import Ending, HiddenArea, Level, Method, Pass
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind
from rebond_schemas.smart import Smart
from rebond_schemas.statement import Agent, Clock, Erasure

GIB = 1024**3
SIZE = 465 * GIB
CLEAN = Smart(
    passed=True, reallocated=0, pending=0, uncorrectable=0, reported_uncorrectable=0, spin_retries=0
)
IDENTITY = DriveIdentity(
    model="ST500LT012-1DG142",
    serial="W3P1B7QX",
    wwn="0x5000c500aa11bb22",
    size_bytes=SIZE,
    bus=Bus.ATA,
)
HDD = Drive(
    path="/dev/sda",
    identity=IDENTITY,
    kind=DriveKind.HDD,
    native_size_bytes=SIZE,
    rotation_rpm=5400,
    smart=CLEAN,
)


def moment(seconds):
    """Return a clock reading this many seconds into one boot."""
    return Clock(
        wall=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        monotonic_ns=seconds * 10**9,
        boot_id="b7f6c8f2-0d5c-4f5e-9a2f-7f8f0a6f9b11",
    )


def good_erasure(drive=HDD, /, *, rate=100_000_000, **changes):
    """Return the statement of a complete zero fill of this drive, read back at this rate."""
    size = drive.identity.size_bytes
    seconds = size / rate
    passes = (
        Pass(
            action="write", pattern="zeros", complete=True, bytes_done=size,
            seconds=seconds, direct_io=True, own_process=True, flushed=True,
        ),
        Pass(
            action="read_back", pattern="zeros", complete=True, bytes_done=size,
            seconds=seconds, direct_io=True, own_process=True, coverage_percent=100.0,
        ),
    )  # fmt: skip
    values = {
        "format": 1,
        "id": UUID(int=1),
        "run": UUID(int=2),
        "site": UUID(int=3),
        "stick": UUID(int=4),
        "sequence": 1,
        "previous": None,
        "made": moment(1),
        "agent": Agent(name="rebond-agent", version="0.1.0"),
        "drive": drive.identity,
        "path": drive.path,
        "method": Method.OVERWRITE_ZERO,
        "level": Level.CLEAR,
        "ending": Ending.COMPLETED,
        "size_bytes": size,
        "native_size_bytes": size,
        "hidden_area": HiddenArea.NONE,
        "identity_checked": True,
        "passes": passes,
        "started": moment(10),
        "ended": moment(10 + int(2 * seconds) + 1),
        "seconds": 2 * seconds + 1,
        "smart_before": drive.smart,
        "smart_after": drive.smart,
    }
    return Erasure(**(values | changes))
