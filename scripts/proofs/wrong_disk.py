"""Wrong-disk matrix in QEMU guests: only the disk that was meant is erased, the others stay as they are.

./scripts/prove wrong-disk [--seed N] [--only NAME…]: the agent's stick on USB, virtio or NVMe, in
use or loaded to memory; a second stick; disks in use by mounts, LVM, MD, LUKS, btrfs and swap; one
with a ZFS label; and drives that change their names between inventory and erasure. The agent is
told to erase everything there is but the ZFS disk. Ends 1 when the SHA-256 of a protected disk has
changed, or when the disk that was meant is not erased.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

from bench_server import POSITIVE, BenchServer, Told, bench_server  # noqa: E402 - no package
from canary import Planted, found, plant, sha256  # noqa: E402 - likewise
from contents import write_stick, write_zfs_label  # noqa: E402 - likewise
from disks import MIB, Disk, Hung, words  # noqa: E402 - likewise
from holdings import HOLDINGS, MODULES, TOOLS, hold  # noqa: E402 - likewise
from host_guest import require  # noqa: E402 - likewise
from hot_plug import plug, pull  # noqa: E402 - likewise
from kernel import ready_kernel  # noqa: E402 - likewise
from qemu import GuestFailed  # noqa: E402 - likewise
from station import Station  # noqa: E402 - likewise

STICKS = (Hung.USB, Hung.VIRTIO, Hung.NVME)
PLACES = (Hung.VIRTIO, Hung.SCSI, Hung.NVME, Hung.USB)
"""Buses with room for as many disks as one likes."""
RENUMBERED = (Hung.SCSI, Hung.VIRTIO, Hung.NVME, Hung.USB)
SMALLEST = 48 * MIB
CANARIES = 20_000
MEANT = "MEANT001"
STICK, SECOND, ZFS = "STICK001", "STICK002", "ZFSPOOL1"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One guest of the matrix: what the agent's stick hangs on, and whether it is in use."""

    stick: Hung
    mounted: bool

    @property
    def name(self) -> str:
        """Name on the command line."""
        return f"{self.stick}-{'in-use' if self.mounted else 'to-ram'}"


CASES = tuple(Case(stick=hung, mounted=mounted) for hung, mounted in product(STICKS, (True, False)))
RENUMBERING = "renumbering"


class Score:
    """The lines printed so far."""

    def __init__(self) -> None:
        """Begin with nothing tried."""
        self.tried = self.failed = 0

    def line(self, what: str, told: str, *, good: bool) -> None:
        """Print one line and count it."""
        self.tried += 1
        self.failed += not good
        print(f"{'ok' if good else 'FAILED':7}{what}: {told}", flush=True)


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    require(TOOLS)
    began = time.monotonic()
    score = Score()
    with (
        tempfile.TemporaryDirectory(prefix="wrong-disk-") as temporary,
        bench_server(Path(temporary) / "server") as server,
    ):

        def prove(name: str) -> None:
            folder = Path(temporary) / name
            folder.mkdir()
            try:
                if name == RENUMBERING:
                    renumbering(str(options.seed), folder, server, score)
                else:
                    case = next(one for one in CASES if one.name == name)
                    Matrix(case, f"{options.seed}:{name}", folder, server, score).prove()
            except GuestFailed as error:
                score.line(name, str(error), good=False)

        with ThreadPoolExecutor(options.guests) as pool:
            list(pool.map(prove, options.only))
    seconds = time.monotonic() - began
    print(f"{score.tried} tried, {score.failed} failed, seed {options.seed}, {seconds:.0f} s")
    return 1 if score.failed else 0


class Matrix:
    """One guest with a disk for everything that must stay as it is, and one that is meant."""

    def __init__(
        self, case: Case, seed: str, folder: Path, server: BenchServer, score: Score
    ) -> None:
        """Draw buses, order and content from the seed."""
        chance = random.Random(seed)  # noqa: S311 - replayable, not secret
        self.case, self.seed, self.folder = case, seed, folder
        self.server, self.score = server, score
        self.taken = {
            holding.name: [f"HELD{at:02}{number}" for number in range(holding.disks)]
            for at, holding in enumerate(HOLDINGS)
        }
        places = dict.fromkeys(
            (*(one for many in self.taken.values() for one in many), SECOND, ZFS)
        )
        hung = {serial: chance.choice(PLACES) for serial in places}
        hung |= {STICK: case.stick, MEANT: chance.choice((*PLACES, Hung.SATA, Hung.IDE))}
        serials = list(hung)
        chance.shuffle(serials)
        # A size of its own for each, by which it is known in the guest.
        self.disks = {
            serial: Disk(serial=serial, hung=hung[serial], size_bytes=SMALLEST + at * MIB)
            for at, serial in enumerate(serials)
        }
        self.partitioned = chance.choice((STICK, SECOND))

    def prove(self) -> None:
        """Have everything erased before the disks are in use, then while they are."""
        planted = self._fill()
        with Station(
            ready_kernel(),
            self.folder,
            words(tuple(self.disks.values()), self.folder),
            modules=MODULES,
            memory_mib=2048,
        ) as station:
            self.server.new_stick(station.stick)
            if self.case.mounted:
                station.run("sh", "-ec", _MOUNT_STICK, "sh", *self._paths(station, [STICK]))
            held = [serial for many in self.taken.values() for serial in many]
            late = station.wipe_late(held)
            late.await_inventory()
            for holding in HOLDINGS:
                hold(station, holding, self._paths(station, self.taken[holding.name]))
            before = {serial: self._sum(serial) for serial in self.disks}
            late.go_on()
            late.wait()
            told = self.server.receive(station.stick)
            for name, serials in self.taken.items():
                self._unchanged(f"{name}, since the inventory", serials, before, told)
            everything = [one for one in self.disks.values() if one.serial != ZFS]
            answer = station.wipe(everything).wait(3600)
            told = self.server.receive(station.stick)
            if not told:
                print(answer.err)
        for name, serials in self._protected():
            self._unchanged(name, serials, before, told)
        self._erased(planted, told)

    def _fill(self) -> Planted:
        planted = {
            one.serial: plant(
                one.image(self.folder), one.size_bytes, CANARIES, f"{self.seed}:{one.serial}"
            )
            for one in self.disks.values()
        }
        for serial in (STICK, SECOND):
            write_stick(
                self.disks[serial].image(self.folder), partitioned=serial == self.partitioned
            )
        write_zfs_label(self.disks[ZFS].image(self.folder))
        return planted[MEANT]

    def _protected(self) -> Iterator[tuple[str, list[str]]]:
        yield "the stick", [STICK]
        yield "a second stick", [SECOND]
        yield "a ZFS label, not named", [ZFS]
        yield from self.taken.items()

    def _paths(self, station: Station, serials: Sequence[str]) -> list[str]:
        return station.paths([self.disks[serial] for serial in serials])

    def _sum(self, serial: str) -> str:
        return sha256(self.disks[serial].image(self.folder))

    def _unchanged(
        self, what: str, serials: Sequence[str], before: dict[str, str], told: Sequence[Told]
    ) -> None:
        """Print whether these disks are as they were, and nobody says that they were erased."""
        changed = [serial for serial in serials if self._sum(serial) != before[serial]]
        about = [one for one in told if one.serial in serials]
        claimed = any(one.verdict in POSITIVE for one in about)
        why = {one.statement.reason or one.statement.ending.value for one in about}
        hung = ", ".join(self.disks[serial].hung for serial in serials)
        kept = "CHANGED" if changed else "unchanged"
        self.score.line(
            f"stick {self.case.name}; {what}",
            f"{hung}; {kept}{' AND CALLED ERASED' if claimed else ''} ({'; '.join(sorted(why))})",
            # Whatever was named must have been refused, and not just forgotten.
            good=not changed and not claimed and bool(about) == (ZFS not in serials),
        )

    def _erased(self, planted: Planted, told: Sequence[Told]) -> None:
        """Print whether the disk that was meant was erased, and is called so."""
        meant = self.disks[MEANT]
        left = found(meant.image(self.folder), planted)
        verdicts = [one.verdict for one in told if one.serial == MEANT]
        self.score.line(
            f"stick {self.case.name}; the disk that was meant",
            f"{meant.hung}; {left} of {planted.count} canaries left, {', '.join(verdicts)}",
            good=left == 0 and len(verdicts) == 1 and verdicts[0] in POSITIVE,
        )


def renumbering(seed: str, folder: Path, server: BenchServer, score: Score) -> None:
    """Pull two disks behind the inventory, and plug them so that each has the other's name."""
    pairs = {
        hung: tuple(
            Disk(serial=f"{role}{at}", hung=hung, size_bytes=SMALLEST + at * MIB)
            for role in ("NAMED", "OTHER")
        )
        for at, hung in enumerate(RENUMBERED)
    }
    both = [disk for pair in pairs.values() for disk in pair]
    for disk in both:
        plant(disk.image(folder), disk.size_bytes, CANARIES, f"{seed}:{disk.serial}")
    with Station(ready_kernel(), folder, words((), folder), memory_mib=1536) as station:
        server.new_stick(station.stick)
        plugged = {disk.serial: plug(station, disk, folder) for disk in both}
        before = {disk.serial: sha256(disk.image(folder)) for disk in both}
        for hung, (named, other) in pairs.items():
            late = station.wipe_late([named.serial])
            late.await_inventory()
            path = _path_of(station, named.serial)
            for disk in (named, other):
                pull(station, plugged[disk.serial])
            for disk in (other, named):
                plug(station, disk, folder)
            now = _path_of(station, other.serial)
            late.go_on()
            late.wait()
            told = server.receive(station.stick)
            changed = [
                one.serial
                for one in (named, other)
                if sha256(one.image(folder)) != before[one.serial]
            ]
            why = "; ".join(one.statement.reason or one.statement.ending.value for one in told)
            good = not changed and path == now and not any(one.verdict in POSITIVE for one in told)
            score.line(
                f"{hung}: {other.serial} became {now}, which was {named.serial}'s {path}",
                f"{'CHANGED' if changed else 'unchanged'} ({why})",
                good=good,
            )


def _path_of(station: Station, serial: str) -> str:
    rows = station.run("lsblk", "-dnro", "PATH,SERIAL").splitlines()
    return next((row.split()[0] for row in rows if row.split()[1:] == [serial]), "nowhere")


_MOUNT_STICK = (
    "p=$(lsblk -nro PATH $1 | tail -1); mkdir -p /tmp/medium; mount -o ro,noload $p /tmp/medium"
)


def _options() -> argparse.Namespace:
    names = [*(case.name for case in CASES), RENUMBERING]
    parser = argparse.ArgumentParser(prog="prove wrong-disk", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--guests", type=int, default=2, help="at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
