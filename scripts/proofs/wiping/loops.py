"""Real block devices whose backing file is meddled with while they are erased."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.linux import BlockDrive
from rebond_agent.wipe.outcome import Outcome
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.target import BlockTarget
from rebond_schemas.facts import Drive, DriveKind
from wiping.result import Result, judged

PAGE = 4096
STORE_BYTES = 16 * PAGE
"""Room of the file system that is too small."""
MEDDLINGS = (
    "nothing",
    "nothing",
    "content comes back before the read-back",
    "content comes back while it is written",
    "another file before the read-back",
    "the device shrinks",
    "the store is full",
    "read-only on the way",
    "held by somebody else",
    "another disk under the name",
)


@dataclass(frozen=True, kw_only=True)
class LoopCase:
    """One device, and what is done to it."""

    meddling: str
    size_bytes: int
    sector_bytes: int
    kind: DriveKind
    seed: str


def work() -> bool:
    """Say whether loop devices can be attached here."""
    return (
        os.geteuid() == 0
        and shutil.which("losetup") is not None
        and Path("/dev/loop-control").exists()
    )


def make_case(seed: int, number: int) -> LoopCase:
    """Return the device with this number of this seed."""
    chance = random.Random(f"loop:{seed}:{number}")  # noqa: S311 - replayable, not secret
    sector = chance.choice([512, 4096])
    meddling = MEDDLINGS[number % len(MEDDLINGS)]
    count = chance.choice([1, 3, chance.randint(4, 600), chance.randint(600, 2400)])
    if meddling == "the store is full":
        # More than there is room for: by one page, or by much.
        over = PAGE * chance.choice([1, 2, 16, 32])
        count = (STORE_BYTES + over) // sector + chance.choice([0, 1, 7])
    return LoopCase(
        meddling=meddling,
        size_bytes=sector * count,
        sector_bytes=sector,
        kind=chance.choice([DriveKind.VIRTUAL, DriveKind.SSD, DriveKind.HDD]),
        seed=f"loop:{seed}:{number}:bytes",
    )


def wiped(case: LoopCase, folder: Path) -> Result:
    """Attach, wipe and meddle; judge by the bytes of the backing file."""
    chance = random.Random(case.seed)  # noqa: S311 - replayable, not secret
    path = folder / "disk"
    content = chance.randbytes(case.size_bytes)
    with _store(path, full=case.meddling == "the store is full") as store:
        if store != path:
            store.touch()
            os.truncate(store, case.size_bytes)
            content = bytes(case.size_bytes)  # never written at all: nothing can be left but holes
        else:
            store.write_bytes(content)
        if case.meddling == "another disk under the name":
            outcome, drive = _exchanged(case, chance, store, content)
        else:
            with attached(store, case.sector_bytes) as device:
                drive, plan = planned(device, case)
                outcome = _outcome(case, chance, plan, device, store, content)
        truth = store.read_bytes()[: case.size_bytes]
    if store != path:  # zeros that were never written: claimed means false
        truth, content = (b"\1" * 16, b"\1" * 16)
    return judged(content, drive, outcome, truth)


def _exchanged(
    case: LoopCase, chance: random.Random, store: Path, content: bytes
) -> tuple[Outcome, Drive]:
    """Plan for one disk, and find another one under its name."""
    first = store.with_name("first")
    first.write_bytes(content)
    with attached(first, case.sector_bytes) as device:
        drive, plan = planned(device, case)
    first.unlink()
    with attached(store, case.sector_bytes) as again:
        plan = replace(plan, path=again)
        return _outcome(case, chance, plan, again, store, content), drive


def seen(device: str, kind: DriveKind) -> Drive:
    """Return the device as an inventory would tell it."""
    opened = BlockDrive(device, read_only=True)
    try:
        return Drive(
            path=device,
            identity=opened.identity(),
            kind=kind,
            native_size_bytes=opened.size_bytes,
            removable=False,
            read_only=False,
            boot_medium=False,
        )
    finally:
        opened.close()


def planned(device: str, case: LoopCase) -> tuple[Drive, Plan]:
    """Return the device as an inventory would tell it, and the plan made from that."""
    drive = seen(device, case.kind)
    plan = make_plan(drive, Policy())
    if not isinstance(plan, Plan):
        raise TypeError(f"the loop device was refused: {plan}")
    return drive, plan


def _outcome(
    case: LoopCase, chance: random.Random, plan: Plan, device: str, store: Path, content: bytes
) -> Outcome:
    meddle = _meddler(case, chance, device, store, content)
    outcome = None
    holder = os.open(device, os.O_RDONLY | os.O_EXCL) if "held" in case.meddling else None
    try:
        for said in wipe(plan, BlockTarget(path=device), record_intent=lambda: None):
            if isinstance(said, Progress):
                meddle(said)
            elif isinstance(said, Outcome):
                outcome = said
    finally:
        if holder is not None:
            os.close(holder)
        subprocess.run(["blockdev", "--setrw", device], check=True)  # noqa: S607 - util-linux
    if outcome is None:
        raise TypeError("the engine ended without an outcome")
    return outcome


def _meddler(
    case: LoopCase, chance: random.Random, device: str, store: Path, content: bytes
) -> Callable[[Progress], None]:
    """Return what listens to the progress and meddles at the chosen moment, once."""
    place = chance.randrange(max(case.size_bytes - 512, 1))
    done: list[bool] = []

    def meddle(progress: Progress) -> None:
        written = progress.action == "write" and progress.bytes_done == progress.bytes_total
        last = progress.step >= progress.steps - 1
        now = written and last if "read-back" in case.meddling else progress.step > 1
        if done or not now:
            return
        done.append(True)
        match case.meddling:
            case "content comes back before the read-back":
                _put_back(store, content, place)
            case "content comes back while it is written":
                _put_back(store, content, place)
            case "another file before the read-back":
                other = store.with_name("other")
                other.write_bytes(content)
                other.replace(store)
            case "the device shrinks":
                os.truncate(store, case.size_bytes // 2)
                subprocess.run(["losetup", "--set-capacity", device], check=False)  # noqa: S607
            case "read-only on the way":
                subprocess.run(["blockdev", "--setro", device], check=True)  # noqa: S607
            case _:
                pass

    return meddle


def _put_back(store: Path, content: bytes, place: int) -> None:
    with store.open("r+b") as file:
        file.seek(place)
        file.write(content[place : place + 512])
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _store(path: Path, *, full: bool) -> Iterator[Path]:
    """Give where the backing file lies: on a file system with too little room when it has to fill."""
    if not full:
        yield path
        path.unlink()
        return
    small = path.with_name("small")
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={STORE_BYTES}", "tmpfs", str(small)]
    subprocess.run(mount, check=True)
    try:
        yield small / "disk"
    finally:
        subprocess.run(["umount", str(small)], check=True)  # noqa: S607 - util-linux
        small.rmdir()


@contextmanager
def attached(path: Path, sector_bytes: int) -> Iterator[str]:
    """Attach a file as a block device."""
    command = ["losetup", "--find", "--show", "--direct-io=on", f"--sector-size={sector_bytes}"]
    told = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
    device = told.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)  # noqa: S607 - util-linux
