"""How fast the wipe engine is beside dd and Debian's nwipe, on the same devices, in the same run.

./scripts/bench wipe [--gib N] [--rounds N] [--drives N] [--memory DIR] [--disk DIR] [--no-nwipe]
On a device in memory and on one on a disk, in turn, round after round: A B A B, so that a busy
moment hits everybody. Prints medians, the ratio to the peer of the same round and processor seconds
a gigabyte; ends 1 when a target is missed. A target that four dd at once miss too,
with the engine within a tenth of them or above, counts as out of the device's reach, and is said.
As root on loop devices with direct I/O, else on files.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from speed import engine, peers
from speed.device import device, loops_work
from speed.table import Line, show

GIB = 1 << 30
TINY = 4 << 20
THREE_TIMES = 3.0
NWIPE_ROUNDS = 3
"""Of the slow peer, whatever --rounds says: seconds of its own start and end are taken off, which vary."""


def main() -> int:
    """Measure; the exit status says whether every target was reached."""
    options = _options()
    size = int(options.gib * GIB) // 4096 * 4096
    missed = 0
    for where, keyed, read_keyed in ((options.memory, 0.9, None), (options.disk, 1.0, 0.95)):
        if where == "none":
            continue
        with device(Path(where) / "rebond-bench-0", size) as path:
            lines = alone(path, size, options.rounds, keyed, read_keyed)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            if not options.no_nwipe:
                lines += beside_nwipe(path, size, lines, options)
            missed += show(f"{path} in {where}, {size / GIB:g} GiB", lines)
        print(f"largest process of the engine: {peak:.0f} MiB")
    missed += together(options, size // options.drives // 4096 * 4096)
    absent = not options.no_nwipe and not (peers.has_nwipe() and loops_work())
    if absent:
        print("NWIPE NOT MEASURED: needs root, losetup and the package nwipe")
    print(f"targets missed: {missed}")
    return 1 if missed or (absent and os.environ.get("CI") == "true") else 0


def alone(path: str, size: int, rounds: int, keyed: float, read_keyed: float | None) -> list[Line]:
    """Measure dd and the engine on one device."""
    zero, read = Line("dd zero, oflag=direct bs=4M"), Line("dd read, iflag=direct bs=4M")
    most_zero, most_read = Line("4 dd zero at once"), Line("4 dd read at once")
    runs: list[tuple[Line, bool, Callable[[], float]]] = [
        (most_zero, False, lambda: peers.dd_at_once(path, size, "zero")),
        (zero, False, lambda: peers.dd_zero(path, size)),
        (Line("engine zero", zero, 1.1, most_zero), True, lambda: engine.go(path, engine.ZEROS, "write")),
        (most_read, False, lambda: peers.dd_at_once(path, size, "read")),
        (read, False, lambda: peers.dd_read(path, size)),
        (Line("engine read-back of zeros", read, 0.95, most_read), True, lambda: engine.go(path, engine.ZEROS, "read_back")),
        (Line("engine AES-256-CTR", zero, keyed, most_zero), True, lambda: engine.go(path, engine.KEYED, "write")),
        (Line("engine read-back of AES-256-CTR", read, read_keyed, most_read), True, lambda: engine.go(path, engine.KEYED, "read_back")),
    ]  # fmt: skip
    idle = _processor(lambda: engine.go(path, None, "write"))
    for _ in range(rounds):
        for line, ours, run in runs:
            before = _children()
            line.rates.append(size / run())
            line.loads.append((_children() - before - ours * idle) / (size / 1e9))
    return [line for line, _, _ in runs]


def beside_nwipe(
    path: str, size: int, lines: list[Line], options: argparse.Namespace
) -> list[Line]:
    """Measure nwipe on the same device, and put the engine's lines beside it."""
    if not (peers.has_nwipe() and loops_work()):
        return []
    ours = {line.name: line for line in lines}
    pairs = (
        ("zero", "engine zero"),
        ("read", "engine read-back of zeros"),
        ("random", "engine AES-256-CTR"),
    )
    found = []
    small = options.disk if options.memory == "none" else options.memory
    with device(Path(small) / "rebond-bench-tiny", TINY) as tiny:
        for work, name in pairs:
            theirs = Line(f"nwipe {' '.join(peers.NWIPE[work])}"[:37])
            for _ in range(NWIPE_ROUNDS):
                seconds = peers.nwipe(path, work) - peers.nwipe(tiny, work)
                theirs.rates.append((size - TINY) / max(seconds, 0.01))
            mine = ours[name]
            beside = Line(f"{name}, beside nwipe", theirs, THREE_TIMES, mine.most, mine.rates)
            found += [theirs, beside]
            if work == "zero":
                continue
            peers.dd_zero(path, size)
    return found


def together(options: argparse.Namespace, share: int) -> int:
    """Measure dd and the engine on several devices in memory at once."""
    if options.drives < 2 or options.memory == "none":
        return 0
    theirs = Line(f"{options.drives} dd zero at once")
    ours = Line(f"engine zero, {options.drives} drives at once", theirs, 0.95)
    with ExitStack() as stack, ThreadPoolExecutor(options.drives) as pool:
        folder = Path(options.memory)
        paths = [
            stack.enter_context(device(folder / f"rebond-bench-{number}", share))
            for number in range(1, options.drives + 1)
        ]
        for _ in range(options.rounds):
            began = time.monotonic()
            list(pool.map(lambda path: peers.dd_zero(path, share), paths))
            theirs.rates.append(len(paths) * share / (time.monotonic() - began))
            held = [engine.held(path) for path in paths]
            began = time.monotonic()
            list(pool.map(lambda pair: engine.work(*pair, engine.ZEROS, "write"), held))
            ours.rates.append(len(paths) * share / (time.monotonic() - began))
            for crew, _ in held:
                crew.close()
    return show(f"{options.drives} devices in {options.memory}", [theirs, ours])


def _processor(run: Callable[[], float]) -> float:
    before = _children()
    run()
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench wipe", description=__doc__)
    parser.add_argument("--gib", type=float, default=2.0)
    parser.add_argument("--memory", default="/dev/shm", help="on tmpfs; `none`: not there")  # noqa: S108 - scratch files
    parser.add_argument("--disk", default="/var/tmp", help="on a disk; `none`: not there")  # noqa: S108 - scratch files
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--drives", type=int, default=4)
    parser.add_argument("--no-nwipe", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
