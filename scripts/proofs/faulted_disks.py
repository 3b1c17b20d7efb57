"""Faulted disks on QEMU's buses, erased by the real agent on a real kernel: no verdict is false.

./scripts/prove faulted-disks [--seed N] [--count M] [--only I…]: disks that lie, fail, vanish, come
back, cannot be written, or whose firmware does not do what it says. The verdict is the server's,
from the signed statements; the truth is what stands in the image files. Ends 1 when a disk was
called erased while something of its content is left, or a sound one was not called erased.
"""

import argparse
import collections
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

from bench_server import POSITIVE, BenchServer, Told, bench_server  # noqa: E402 - no package
from disks import words  # noqa: E402 - likewise
from faulty import Case, draw  # noqa: E402 - likewise
from host_guest import require  # noqa: E402 - likewise
from hot_plug import plug, pull  # noqa: E402 - likewise
from iscsi_target import IscsiTarget  # noqa: E402 - likewise
from kernel import ready_kernel  # noqa: E402 - likewise
from mapped import MODULES, map_disk, seen_as  # noqa: E402 - likewise
from nbd_export import Export  # noqa: E402 - likewise
from qemu import GuestFailed  # noqa: E402 - likewise
from scsi_unit import Unit  # noqa: E402 - likewise
from station import Order, Station  # noqa: E402 - likewise

AT_ONCE = 8
"""Disks of one guest, erased side by side."""
GRAIN = 16
"""Bytes compared at once: random content that is found again at its place is a remainder."""
LONGEST_SECONDS = 3600.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one case."""

    case: Case
    told: Told | None
    remainder_bytes: int

    @property
    def verdict(self) -> str:
        """The server's word."""
        return self.told.verdict.value if self.told else "no statement"

    @property
    def is_false(self) -> bool:
        """Called erased, and it is not; or sound, and not called erased; or nothing was said."""
        if self.told is None:
            return True
        positive = self.told.verdict in POSITIVE
        return (positive and self.remainder_bytes > 0) or (self.case.sound and not positive)


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    require()
    numbers = options.only or range(options.count)
    began = time.monotonic()
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory(prefix="faulted-") as temporary,
        bench_server(Path(temporary) / "server") as server,
    ):

        def prove_from(begin: int) -> list[Result]:
            cases = [draw(options.seed, number) for number in numbers[begin : begin + AT_ONCE]]
            folder = Path(temporary) / f"guest-{begin}"
            folder.mkdir()
            return list(prove(cases, options.seed, folder, server))

        with ThreadPoolExecutor(options.guests) as pool:
            for ended in pool.map(prove_from, range(0, len(numbers), AT_ONCE)):
                results += ended
                for result in ended:
                    _tell(result)
    return _summary(results, options.seed, time.monotonic() - began)


def prove(cases: Sequence[Case], seed: int, folder: Path, server: BenchServer) -> Iterator[Result]:
    """Erase the disks of these cases in one guest, and give what became of each."""
    contents = {}
    for case in cases:
        chance = random.Random(f"{seed}:{case.number}:content")  # noqa: S311 - replayable
        contents[case.number] = chance.randbytes(case.disk.size_bytes)
        case.disk.image(folder).write_bytes(contents[case.number])
    told: dict[int | None, Told] = {}
    try:
        with _behind(cases, folder) as placed:
            told = _erased(placed, folder, server)
    except GuestFailed as error:
        print(error)
    for case in cases:
        truth = case.disk.image(folder).read_bytes()
        case.disk.image(folder).unlink()
        yield Result(
            case=case,
            told=told.get(case.disk.size_bytes),
            remainder_bytes=remainder(contents[case.number], truth),
        )


@contextmanager
def _behind(cases: Sequence[Case], folder: Path) -> Iterator[list[Case]]:
    """Give the cases with their disks' bytes where the fault wants them."""
    with ExitStack() as stack:
        yield [_placed(case, folder, stack) for case in cases]


def _placed(case: Case, folder: Path, stack: ExitStack) -> Case:
    disk, image = case.disk, case.disk.image(folder)
    if case.medium is not None:
        disk = replace(disk, source=stack.enter_context(Export(image, case.medium)).source)
    elif case.firmware is not None:
        unit = Unit(image, case.bus, case.firmware)
        source = stack.enter_context(IscsiTarget(unit)).source
        disk = replace(disk, serial=unit.serial, source=source)
        case = replace(case, answers_as=unit.answers_as)
    elif case.injected is not None:
        behind = f"file.driver=blkdebug,file.image.driver=file,file.image.filename={image}"
        disk = replace(disk, source=f"{behind},{case.injected}")
    return replace(case, disk=disk)


def _erased(cases: Sequence[Case], folder: Path, server: BenchServer) -> dict[int | None, Told]:
    """Return what the stick states and the server makes of it, by the size of the drive."""
    with Station(
        ready_kernel(),
        folder,
        words([case.disk for case in cases], folder),
        modules=MODULES,
        memory_mib=768 + 128 * len(cases),
    ) as station:
        server.new_stick(station.stick)
        for port, case in enumerate(cases):
            if case.mapped is not None:
                map_disk(station, case.disk, case.mapped, port)
        named = [seen_as(case.disk) if case.mapped else case.disk for case in cases]
        order = station.wipe(named, known_as=[case.answers_as for case in cases])
        _disturb(station, order, [one for one in cases if one.pulled_at is not None], folder)
        answer = order.wait(LONGEST_SECONDS)
        told = server.receive(station.stick)
        if not told:
            print(answer.out, answer.err)
    return {one.statement.drive.size_bytes: one for one in told}


def _disturb(station: Station, order: Order, cases: Sequence[Case], folder: Path) -> None:
    """Pull each of these disks when so much of it was read and written, while the agent works."""
    waiting = list(cases)
    patience = station.qemu.patience(LONGEST_SECONDS)
    while waiting and not order.done and not patience.over:
        moved = _moved(station)
        for case in [one for one in waiting if moved.get(one.disk.serial, 0) >= _when(one)]:
            waiting.remove(case)
            pull(station, case.disk)
            if case.returns:
                plug(station, case.disk, folder)
        time.sleep(_LOOK_SECONDS)


def _when(case: Case) -> float:
    return (case.pulled_at or 0.0) * case.disk.size_bytes


def _moved(station: Station) -> dict[str, int]:
    """Return the bytes read and written, by the disk's name."""
    told = station.qemu.monitor.ask("query-blockstats")
    return {
        one["device"]: one["stats"]["rd_bytes"] + one["stats"]["wr_bytes"]
        for one in told
        if one.get("device")
    }


def remainder(original: bytes, truth: bytes) -> int:
    """Return the bytes that still are what they were."""
    if original == truth:
        return len(original)
    return sum(
        len(truth[start : start + GRAIN])
        for start in range(0, len(truth), GRAIN)
        if truth[start : start + GRAIN] == original[start : start + GRAIN]
    )


def _tell(result: Result) -> None:
    case, told = result.case, result.told
    why = (told.statement.method, told.statement.reason, *told.reasons) if told else ()
    print(
        f"{'FAILED' if result.is_false else 'ok':7}{case.number:3} {case.disk.hung}, {case.fault}:"
        f" {result.verdict} ({', '.join(filter(None, why))}); {result.remainder_bytes} bytes left",
        flush=True,
    )


def _summary(results: Sequence[Result], seed: int, seconds: float) -> int:
    table = collections.Counter(
        (one.verdict, "left" if one.remainder_bytes else "nothing left") for one in results
    )
    truths = ("nothing left", "left")
    print(f"{'server verdict':24}" + "".join(f"{truth:>16}" for truth in truths))
    for verdict in sorted({verdict for verdict, _ in table}):
        print(f"{verdict:24}" + "".join(f"{table[verdict, truth]:>16}" for truth in truths))
    false = [one.case.number for one in results if one.is_false]
    print(f"{len(results)} tried, {len(false)} failed, seed {seed}, {seconds:.0f} s")
    if false:
        numbers = " ".join(map(str, false))
        print(f"  replay: ./scripts/prove faulted-disks --seed {seed} --only {numbers}")
    return 1 if false else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove faulted-disks", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--only", type=int, nargs="+", help="replay the disks with these numbers")
    parser.add_argument("--guests", type=int, default=2, help="at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
