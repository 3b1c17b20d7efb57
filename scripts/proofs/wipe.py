"""Seeded wipes of faulty fake drives: no positive verdict stands over a byte that is left.

./scripts/prove wipe [--seed N] [--count M] [--only I]: prints verdict against truth and ends 1
when a drive was called erased while something of its content is still on its true medium.
Every fortieth drive is wiped and read back in processes of its own, the others in this one. Every
second one has firmware of its own (ATA, NVMe, SAS) that is asked to erase, and may lie about it.
"""

import argparse
import collections
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from rebond_agent.wipe.crew import OwnProcesses, Patience
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity, memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.firmware_fakes import fake_firmware
from rebond_agent.wipe.firmware_faults import EVERYTHING, FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, erasure_fields
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.target import FakeTarget
from rebond_schemas.erasure import Ending, Extent, Level, Pass
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import Verdict

OWN_PROCESSES_EVERY = 40
DRIVE_BYTES_PER_SECOND = 20e6
GRAIN = 16
"""Bytes compared at once: random content that is found again at its place is a remainder."""

POSITIVE = frozenset({Verdict.CLEARED, Verdict.CLEARED_WITH_LIMITS, Verdict.PURGED})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One drive: everything about it follows from the seed and its number."""

    kind: DriveKind
    content: bytes
    faults: Faults
    chunk_bytes: int
    bus: Bus = Bus.FILE
    firmware: FirmwareFaults = field(default_factory=FirmwareFaults)
    level: Level = Level.CLEAR


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the agent said, what the server makes of it, and what is really left."""

    outcome: Outcome
    verdict: Verdict
    remainder_bytes: int

    @property
    def is_false(self) -> bool:
        """Either of them says "erased" and it is not."""
        said = self.verdict in POSITIVE or self.outcome.ending is Ending.COMPLETED
        return said and self.remainder_bytes > 0


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    numbers = [options.only] if options.only is not None else range(options.count)
    began = time.monotonic()
    table: collections.Counter[tuple[str, str]] = collections.Counter()
    methods: collections.Counter[str] = collections.Counter()
    false: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            case = make_case(options.seed, number)
            own = number % OWN_PROCESSES_EVERY == 0
            result = in_own_processes(case, Path(folder)) if own else in_this_process(case)
            truth = "left" if result.remainder_bytes else "nothing left"
            table[result.verdict.value, truth] += 1
            if result.verdict in POSITIVE:
                methods[result.outcome.plan.method.value] += 1
            if result.is_false:
                false.append(number)
            if options.only is not None:
                _tell(case, result)
    print("positive:", ", ".join(f"{name} {count}" for name, count in methods.most_common()))
    _print(table, false, options.seed, len(numbers), time.monotonic() - began)
    return 1 if false else 0


def make_case(seed: int, number: int) -> Case:
    """Return the drive with this number of this seed."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - replayable, not secret
    size = 512 * chance.choice([1, 2, 8, chance.randint(1, 400), 8 * chance.randint(1, 60)])
    drawn = {}
    for draw in chance.sample(DRAWS, k=chance.choice([0, 1, 1, 1, 2, 2, 3])):
        drawn |= draw(chance, size)
    bus, kind, level, firmware = Bus.FILE, chance.choice(PLAIN), Level.CLEAR, FirmwareFaults()
    if number % 2:
        bus, kind = chance.choice(WITH_FIRMWARE)
        level = chance.choice([Level.CLEAR, Level.CLEAR, Level.PURGE])
        firmware = _firmware(chance, size)
        if chance.random() < SOUND_MEDIUM:
            drawn = {}
    return Case(
        kind=kind,
        bus=bus,
        level=level,
        firmware=firmware,
        content=chance.randbytes(size),
        faults=msgspec.structs.replace(Faults(error=chance.choice(ERRORS)), **drawn),
        chunk_bytes=chance.choice([4096, 16384, 65536]),
    )


def in_this_process(case: Case) -> Result:
    """Wipe a fake in memory, read back by the same process (the statement is judged as if not)."""
    medium = memory_medium(bytearray(case.content), case.faults)
    medium.firmware = fake_firmware(medium, case.bus, case.firmware)
    drive, plan = _planned(case, medium.name)
    crew = InThisProcess(lambda: FakeDrive(medium), chunk_bytes=case.chunk_bytes)
    outcome = _outcome(plan, crew)
    passes = tuple(_as_of_a_drive(one) for one in outcome.passes)
    seconds = sum(one.seconds for one in passes)
    told = msgspec.structs.replace(outcome, passes=passes, seconds=seconds)
    return _result(case, drive, told, bytes(medium.truth))


def _as_of_a_drive(one: Pass) -> Pass:
    """Tell the pass as another process at a drive's speed would: memory would be refuted for its own."""
    seconds = max(one.seconds, one.bytes_done / DRIVE_BYTES_PER_SECOND)
    return msgspec.structs.replace(one, own_process=True, seconds=seconds)


def in_own_processes(case: Case, folder: Path) -> Result:
    """Wipe a fake over a file, written by one process and read back by another."""
    path = folder / "drive"
    path.write_bytes(case.content)
    drive, plan = _planned(case, str(path))
    target = FakeTarget(path=str(path), faults=case.faults, bus=case.bus, firmware=case.firmware)
    crew = OwnProcesses(target, Patience(stall_seconds=20))
    outcome = _outcome(plan, crew)
    truth = path.read_bytes()[: case.faults.capacity]
    path.unlink()
    return _result(case, drive, outcome, truth)


def _planned(case: Case, name: str) -> tuple[Drive, Plan]:
    size = len(case.content)
    drive = Drive(
        path=name,
        identity=fake_identity(name, size, bus=case.bus),
        kind=case.kind,
        native_size_bytes=size,
        removable=False,
        read_only=False,
        boot_medium=False,
    )
    plan = make_plan(drive, Policy(level=case.level, sample_percent=10))
    if not isinstance(plan, Plan):
        raise TypeError(f"the fake was refused: {plan}")
    return drive, plan


def _outcome(plan: Plan, crew: InThisProcess | OwnProcesses) -> Outcome:
    *_, outcome = erase(plan, crew, record_intent=lambda: None)
    if not isinstance(outcome, Outcome):
        raise TypeError("the engine ended without an outcome")
    return outcome


def _result(case: Case, drive: Drive, outcome: Outcome, truth: bytes) -> Result:
    clock = {"wall": "2026-11-21T07:00:00Z", "monotonic_ns": 1, "boot_id": "proof"}
    any_id = "0d0e1f94-7c49-4f3f-9d8c-0a6f6c9d2f10"
    envelope = {
        "kind": "erasure",
        "format": 1,
        **dict.fromkeys(("id", "run", "site", "stick"), any_id),
        "sequence": 1,
        "previous": None,
        **dict.fromkeys(("made", "started", "ended"), clock),
        "agent": {"name": "prove", "version": "0"},
    }
    fields = msgspec.to_builtins(erasure_fields(outcome))
    statement = msgspec.convert(envelope | fields, Erasure)
    return Result(
        outcome=outcome,
        verdict=judge(statement, drive).verdict,
        remainder_bytes=remainder(case.content, truth),
    )


def remainder(original: bytes, truth: bytes) -> int:
    """Return the bytes of the true medium that still are what they were."""
    return sum(
        len(truth[start : start + GRAIN])
        for start in range(0, len(truth), GRAIN)
        if truth[start : start + GRAIN] == original[start : start + GRAIN]
    )


def _extents(chance: random.Random, size: int) -> tuple[Extent, ...]:
    blocks = size // 512
    found = []
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(blocks)
        found.append(Extent(start=512 * start, length=512 * chance.randint(1, min(8, blocks))))
    return tuple(found)


def _operation(chance: random.Random) -> int:
    return chance.choice([1, 2, chance.randint(1, 40), chance.randint(1, 1200)])


ERRORS = ("EIO", "EIO", "ENODATA", "ENOSPC", "ETIMEDOUT", "EROFS", "ENXIO", "EINVAL")

Draw = Callable[[random.Random, int], dict[str, object]]
DRAWS: list[Draw] = [
    lambda _chance, _size: {"drop_writes": True},
    lambda chance, size: {"drop_from": chance.randrange(size)},
    lambda chance, _size: {"drop_every": chance.randint(1, 600)},
    lambda chance, size: {"lost_cache_bytes": chance.randrange(size)},
    lambda chance, size: {"unwritable": _extents(chance, size)},
    lambda chance, size: {"unreadable": _extents(chance, size)},
    lambda chance, _size: {"fail_writes": tuple(_operation(chance) for _ in range(3))},
    lambda chance, _size: {"fail_reads": tuple(_operation(chance) for _ in range(3))},
    lambda chance, _size: {"short_writes": chance.randint(1, 5)},
    lambda chance, _size: {"short_reads": chance.randint(1, 5)},
    lambda chance, size: {"capacity": chance.randint(1, size)},
    lambda chance, _size: {"shrink_after": _operation(chance)},
    lambda chance, _size: {"vanish_after": _operation(chance) - 1},
    lambda chance, _size: {"failing_flushes": chance.randint(1, 3)},
    lambda chance, _size: {"hang_at": _operation(chance), "hang_seconds": 0.01},
    lambda chance, _size: {"swap_after": _operation(chance) - 1},
    lambda chance, size: {"stale": _extents(chance, size)},
    lambda chance, size: {"flipped_on_read": (chance.randrange(size),)},
    lambda chance, size: {"flipped_on_write": (chance.randrange(size),)},
]


PLAIN = (DriveKind.IMAGE, DriveKind.VIRTUAL, DriveKind.SSD, DriveKind.USB)
WITH_FIRMWARE = (
    (Bus.ATA, DriveKind.SSD),
    (Bus.ATA, DriveKind.HDD),
    (Bus.NVME, DriveKind.NVME),
    (Bus.SAS, DriveKind.SSD),
    (Bus.SAS, DriveKind.HDD),
)
SOUND_MEDIUM = 0.7
"""Share of the drives with firmware whose medium has no fault besides."""


def _firmware(chance: random.Random, size: int) -> FirmwareFaults:
    drawn: dict[str, object] = {
        "offers": tuple(one for one in EVERYTHING if chance.random() < 0.7),
        "leaves": chance.choice(["zeros", "ones", "vendor", "random"]),
        "steps": chance.randint(1, 5),
    }
    for draw in chance.sample(FIRMWARE_DRAWS, k=chance.choice([0, 1, 1, 1, 2, 2, 3])):
        drawn |= draw(chance, size)
    return msgspec.structs.replace(FirmwareFaults(), **drawn)


FIRMWARE_DRAWS: list[Draw] = [
    lambda chance, _size: {"refuses": tuple(chance.sample((*EVERYTHING, "password", "erase_security", "erase_enhanced"), 3))},
    lambda _chance, _size: {"frozen": True},
    lambda _chance, _size: {"sanitize_frozen": True},
    lambda chance, _size: {"locked": chance.choice(["high", "maximum", "by_us"])},
    lambda _chance, _size: {"expired": True},
    lambda chance, _size: {"sense": chance.choice(["fixed", "none", "garbage"])},
    lambda _chance, _size: {"sense": "fixed", "sense_can_change": False},
    lambda chance, _size: {"swallows": chance.choice(["all", "erasures"])},
    lambda _chance, _size: {"lies": True},
    lambda _chance, _size: {"sleeps": True},
    lambda chance, size: {"spares": _extents(chance, size)},
    lambda chance, _size: {"stuck_at": chance.choice([0, 655, 60000])},
    lambda _chance, _size: {"fails": True},
    lambda _chance, _size: {"done_before": True},
    lambda _chance, _size: {"done_before": True, "sleeps": True},
    lambda chance, _size: {"vanish_at": chance.randint(1, 25)},
    lambda chance, _size: {"power_cut_at": chance.randint(1, 25)},
    lambda chance, _size: {"hang_at": chance.randint(1, 25)},
    lambda chance, _size: {"hidden_sectors": chance.randint(1, 99), "hides_by": chance.choice(["hpa", "amax", "dco"])},
    lambda chance, _size: {"hidden_sectors": chance.randint(1, 99), "hidden_stays": True},
    lambda _chance, _size: {"namespaces": 2},
    lambda _chance, _size: {"other_serial": True},
]  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove wipe", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--only", type=int, help="replay the drive with this number")
    return parser.parse_args()


def _tell(case: Case, result: Result) -> None:
    print(
        case.kind.value, case.bus.value, case.level.value, len(case.content), "bytes", case.faults
    )
    print(case.firmware)
    print(result.outcome.ending.value, result.outcome.reason, result.outcome.detail)
    for one in result.outcome.passes:
        print(" ", one)
    print(result.remainder_bytes, "bytes left; server:", result.verdict.value)


def _print(
    table: collections.Counter[tuple[str, str]],
    false: list[int],
    seed: int,
    count: int,
    seconds: float,
) -> None:
    truths = ("nothing left", "left")
    print(f"{'server verdict':24}" + "".join(f"{truth:>16}" for truth in truths))
    for verdict in sorted({verdict for verdict, _ in table}):
        cells = "".join(f"{table[verdict, truth]:>16}" for truth in truths)
        print(f"{verdict:24}{cells}")
    print(f"tried {count}, false claims {len(false)}, seed {seed}, {seconds:.0f} s")
    for number in false[:20]:
        print(f"  replay: ./scripts/prove wipe --seed {seed} --only {number}")


if __name__ == "__main__":
    sys.exit(main())
