"""Canaries planted on disks of a guest, on every bus of the rig: none is found after a verdict.

./scripts/prove canaries [--seed N] [--canaries N] [--disks N]: boots guests in QEMU, has the real
agent erase their disks, and reads the image files from outside. Ends 1 when a disk that the server
calls erased still holds a canary, or when a sound disk is not called erased.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

from bench_server import POSITIVE, BenchServer, Told, bench_server  # noqa: E402 - no package
from canary import Planted, found, plant  # noqa: E402 - likewise
from disks import MIB, Disk, Hung, words  # noqa: E402 - likewise
from host_guest import require  # noqa: E402 - likewise
from kernel import ready_kernel  # noqa: E402 - likewise
from qemu import GuestFailed  # noqa: E402 - likewise
from station import Station  # noqa: E402 - likewise

KINDS = (
    (Hung.SATA, False),
    (Hung.NVME, True),
    (Hung.NVME, True),
    (Hung.SCSI, False),
    (Hung.VIRTIO, False),
    (Hung.USB, True),
    (Hung.UAS, True),
    (Hung.IDE, False),
    (Hung.SD, True),
    (Hung.SATA, True),
    (Hung.NVME, True),
    (Hung.IDE, True),
)
"""Bus of each disk in turn, and whether it is flash; two NVMe in a row are one, with namespaces.

Not among them: flash on virtio-scsi, whose FORMAT UNIT in QEMU says "good" and erases nothing.
"""
SMALLEST = 32 * MIB


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    require()
    began = time.monotonic()
    failed = 0
    with (
        tempfile.TemporaryDirectory(prefix="canaries-") as temporary,
        bench_server(Path(temporary) / "server") as server,
    ):
        for guest, begin in enumerate(range(0, options.disks, len(KINDS))):
            disks = drawn_disks(min(len(KINDS), options.disks - begin))
            folder = Path(temporary) / f"guest-{guest}"
            failed += prove(disks, options.canaries, f"{options.seed}:{guest}", folder, server)
    seconds = time.monotonic() - began
    print(f"{options.disks} tried, {failed} failed, seed {options.seed}, {seconds:.0f} s")
    return 1 if failed else 0


def drawn_disks(count: int) -> tuple[Disk, ...]:
    """Return the disks of one guest; each has a size of its own, by which the guest's is known."""
    disks: list[Disk] = []
    for number, (hung, flash) in enumerate(KINDS[:count]):
        before = disks[-1] if disks else None
        second = hung is Hung.NVME and before is not None and before.hung is Hung.NVME
        disks.append(
            Disk(
                serial=f"CANARY{number:02}",
                hung=hung,
                flash=flash,
                # SD cards come in powers of two only.
                size_bytes=SMALLEST if hung is Hung.SD else SMALLEST + (number + 1) * MIB,
                twin=before.serial if second and before is not None else None,
            )
        )
    return tuple(disks)


def prove(
    disks: Sequence[Disk], canaries: int, seed: str, folder: Path, server: BenchServer
) -> int:
    """Plant, erase in a guest, look for what was planted; return how many disks failed."""
    folder.mkdir()
    planted = {
        disk.serial: plant(disk.image(folder), disk.size_bytes, canaries, f"{seed}:{disk.serial}")
        for disk in disks
    }
    told = {}
    try:
        with Station(ready_kernel(), folder, words(disks, folder), memory_mib=2048) as station:
            server.new_stick(station.stick)
            answer = station.wipe(disks).wait(3600)
            print(answer.err if answer.status else "", end="")
            told = {one.statement.drive.size_bytes: one for one in server.receive(station.stick)}
    except GuestFailed as error:
        print(error)
    return sum(
        not _shown(disk, planted[disk.serial], told.get(disk.size_bytes), folder) for disk in disks
    )


def _shown(disk: Disk, planted: Planted, told: Told | None, folder: Path) -> bool:
    """Print the line of one disk; return whether it was erased and is called so."""
    left = found(disk.image(folder), planted)
    good = told is not None and told.verdict in POSITIVE and left == 0
    verdict = told.verdict.value if told else "no statement"
    why = ", ".join((*told.reasons, told.statement.reason or "")).strip(", ") if told else ""
    second = " namespace 2" if disk.twin else ""
    print(
        f"{'ok' if good else 'FAILED':7}{disk.serial} {disk.hung}{second}, {disk.size_bytes // MIB} MiB:"
        f" {planted.count} planted, {left} found, {verdict} ({why})",
        flush=True,
    )
    return good


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove canaries", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--canaries", type=int, default=100_000, help="on each disk")
    parser.add_argument("--disks", type=int, default=len(KINDS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
