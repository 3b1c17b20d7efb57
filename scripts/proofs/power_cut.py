"""Power cuts in the middle of erasures, in QEMU: interrupted, taken up again, true in the end.

./scripts/prove power-cut [--seed N] [--cuts N] [--disks N]: a guest whose agent erases disks side by
side is killed at a drawn moment, booted again, told to go on, killed again and so on; the last
boot may finish. The stick is an ext4 file system on a USB disk of the guest. Ends 1 when a disk was
written to and its cut erasure is not on the stick as interrupted, when a drive was called erased
while a canary is left on it, or when the last verdict is not positive.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

from bench_server import POSITIVE, BenchServer, Told, bench_server  # noqa: E402 - no package
from canary import Planted, found, plant, sha256  # noqa: E402 - likewise
from contents import write_stick  # noqa: E402 - likewise
from disks import MIB, Disk, Hung, words  # noqa: E402 - likewise
from host_guest import require  # noqa: E402 - likewise
from kernel import ready_kernel  # noqa: E402 - likewise
from qemu import GuestFailed  # noqa: E402 - likewise
from station import STICK as STICK_IN_GUEST  # noqa: E402 - likewise
from station import Order, Station  # noqa: E402 - likewise

from rebond_schemas.erasure import Ending  # noqa: E402 - behind the path above

STICK = Disk(serial="STICK001", hung=Hung.USB, size_bytes=24 * MIB, flash=True)
KINDS = ((Hung.SATA, False), (Hung.NVME, True), (Hung.VIRTIO, False), (Hung.SCSI, True))
SMALLEST = 12 * MIB
SPEEDS = (3 * MIB, 6 * MIB)
"""Bytes per second, from and to: each disk comes to its own places at a cut."""
MOST_MOVED = 1.6
"""Times its own size that the watched disk has moved at the latest cut: none has ended by then."""
CANARIES = 20_000
_MOUNTED = "/tmp/medium"  # noqa: S108 - in the guest, which has a memory of its own
_MOUNT = f"mkdir -p {_MOUNTED}; mount $1 {_MOUNTED}"
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When the power goes: once this disk has moved so many bytes."""

    serial: str
    moved_bytes: int


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    require()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="power-cut-") as temporary,
        bench_server(Path(temporary) / "server") as server,
    ):
        bench = Bench(options, Path(temporary), server)
        try:
            for number in range(options.cuts):
                bench.cut(number)
            bench.finish()
        except GuestFailed as error:
            bench.failed += 1
            print(error)
    seconds = time.monotonic() - began
    print(
        f"{bench.tried} tried, {bench.failed} failed ({bench.points} erasures cut by"
        f" {options.cuts} power cuts), seed {options.seed}, {seconds:.0f} s"
    )
    return 1 if bench.failed else 0


class Bench:
    """The disks and the stick, which outlive the guests that they are plugged into."""

    def __init__(self, options: argparse.Namespace, folder: Path, server: BenchServer) -> None:
        """Plant the canaries, and enrol the stick."""
        self._chance = random.Random(f"power-cut {options.seed}")  # noqa: S311 - replayable
        self._folder, self._server = folder, server
        self.tried = self.failed = self.points = 0
        self._disks = tuple(self._disk(at) for at in range(options.disks))
        self._planted: dict[str, Planted] = {
            disk.serial: plant(
                disk.image(folder), disk.size_bytes, CANARIES, f"{options.seed}:{disk.serial}"
            )
            for disk in self._disks
        }
        server.new_stick(folder / "holds" / "stick")
        STICK.image(folder).write_bytes(bytes(STICK.size_bytes))
        write_stick(STICK.image(folder), partitioned=False, holds=folder / "holds")
        self._cut_off: dict[str, list[str]] = {disk.serial: [] for disk in self._disks}
        """Boots that were cut after this disk had been written to."""
        self._left: dict[str, dict[str, int]] = {}

    def cut(self, number: int) -> None:
        """Boot, go on erasing, and cut the power at a drawn moment."""
        watched = self._chance.choice(self._disks)
        share = self._chance.uniform(0.02, MOST_MOVED)
        moment = Moment(serial=watched.serial, moved_bytes=int(share * watched.size_bytes))
        before = {disk.serial: self._sum(disk) for disk in self._disks}
        with self._booted(f"cut-{number}") as (station, boot):
            order = station.wipe(self._disks)
            _await(station, order, moment)
            said = order.done
            station.qemu.power_cut()
        self._left[boot] = self._canaries_left()
        touched = [disk.serial for disk in self._disks if self._sum(disk) != before[disk.serial]]
        for serial in [] if said else touched:
            self._cut_off[serial].append(boot)
        print(
            f"       cut {number}: {watched.serial} had moved {share:.2f} times its size;"
            f" {'the erasures had ended' if said else f'{len(touched)} disks written to'}",
            flush=True,
        )

    def finish(self) -> None:
        """Boot once more, let the erasures end, and hold what the stick says against the truth."""
        with self._booted("last") as (station, boot):
            answer = station.wipe(self._disks).wait(3600)
            station.run("cp", "-r", f"{_MOUNTED}/stick", STICK_IN_GUEST)
            shutil.copytree(station.stick, self._folder / "read")
        self._left[boot] = self._canaries_left()
        told = self._server.receive(self._folder / "read")
        if not told:
            print(answer.err)
        for disk in self._disks:
            self._judge(disk, [one for one in told if one.serial == disk.serial])

    def _judge(self, disk: Disk, told: Sequence[Told]) -> None:
        """Print the line of one disk: its interruptions, its verdicts, and what is left on it."""
        interrupted = sum(one.statement.ending is Ending.INTERRUPTED for one in told)
        # One that had ended by then has said so itself, in the boot that was cut.
        ended = {
            one.statement.made.boot_id
            for one in told
            if one.statement.ending is not Ending.INTERRUPTED
        }
        wanted = sum(boot not in ended for boot in self._cut_off[disk.serial])
        self.points += wanted
        false = [one for one in told if one.verdict in POSITIVE and self._was_left(one, disk)]
        last = told[-1].verdict if told else None
        good = interrupted >= wanted and not false and last in POSITIVE
        self.tried += 1
        self.failed += not good
        print(
            f"{'ok' if good else 'FAILED':7}{disk.serial} {disk.hung}: cut {wanted} times,"
            f" {interrupted} interrupted, {len(false)} false claims, last verdict {last}"
        )
        for one in told:
            again = ", resumed" if one.statement.resumed else ""
            why = one.statement.reason or ""
            print(f"         {one.statement.ending}{again}: {one.verdict} {why}")

    def _was_left(self, told: Told, disk: Disk) -> int:
        """Return the canaries that stood on the disk at the end of the boot that made the statement."""
        return self._left[told.statement.made.boot_id][disk.serial]

    def _canaries_left(self) -> dict[str, int]:
        return {
            disk.serial: found(disk.image(self._folder), self._planted[disk.serial])
            for disk in self._disks
        }

    @contextmanager
    def _booted(self, name: str) -> Iterator[tuple[Station, str]]:
        """Give a guest with the disks and the stick mounted, and the id of its boot."""
        told = words((STICK, *self._disks), self._folder)
        with Station(ready_kernel(), self._folder / name, told, memory_mib=1280) as station:
            station.run("sh", "-ec", _MOUNT, "sh", *station.paths([STICK]))
            station.stick_in_guest = f"{_MOUNTED}/stick"
            yield station, station.run("cat", "/proc/sys/kernel/random/boot_id").strip()

    def _disk(self, at: int) -> Disk:
        hung, flash = KINDS[at % len(KINDS)]
        return Disk(
            serial=f"CUT{at:05}",
            hung=hung,
            flash=flash,
            size_bytes=SMALLEST + at * MIB,
            throttle_bytes=self._chance.randint(*SPEEDS),
        )

    def _sum(self, disk: Disk) -> str:
        return sha256(disk.image(self._folder))


def _await(station: Station, order: Order, moment: Moment) -> None:
    """Wait until the disk has moved so much, or the agent has ended."""
    while not order.done:
        for one in station.qemu.monitor.ask("query-blockstats"):
            stats = one["stats"]
            moved = stats["rd_bytes"] + stats["wr_bytes"]
            if one.get("device") == moment.serial and moved >= moment.moved_bytes:
                return
        time.sleep(_LOOK_SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove power-cut", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cuts", type=int, default=8)
    parser.add_argument("--disks", type=int, default=len(KINDS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
