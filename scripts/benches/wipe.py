"""How fast the wipe engine is beside dd, on one block device in memory, in the same run.

./scripts/bench wipe [--gib N] [--folder DIR] [--rounds N] [--drives N]
Prints medians, the ratio to dd and processor seconds a gigabyte; ends 1 when a target is missed.
As root it attaches a loop device with direct I/O; else it works on the plain file.
"""

import argparse
import os
import re
import resource
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rebond_agent.wipe.crew import OwnProcesses
from rebond_agent.wipe.layer import Action, Layer
from rebond_agent.wipe.orders import Done, NotOpened, Opened, Work
from rebond_agent.wipe.target import BlockTarget, ImageTarget

GIB = 1 << 30
_copied = re.compile(r"copied, ([0-9.e-]+) s")


@dataclass
class Line:
    """One thing measured, over the rounds: bytes per second and processor seconds a gigabyte."""

    name: str
    beside: str | None = None
    target: float | None = None
    rates: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Median bytes per second."""
        return statistics.median(self.rates)


def main() -> int:
    """Measure in turn, round after round, so that a busy moment hits everybody."""
    options = _options()
    size = int(options.gib * GIB)
    with ExitStack() as stack:
        path = stack.enter_context(device(Path(options.folder) / "rebond-bench-0", size))
        lines = measure(path, size, options.rounds)
        if options.drives > 1:
            share = size // options.drives // 4096 * 4096
            paths = [
                stack.enter_context(device(Path(options.folder) / f"rebond-bench-{number}", share))
                for number in range(1, options.drives + 1)
            ]
            lines += measure_together(paths, share, options.rounds)
    return _print(lines, path)


def measure(path: str, size: int, rounds: int) -> list[Line]:
    """Measure dd and the engine on one device."""
    zeros, keyed = (
        Layer(places="whole", pattern="zeros"),
        Layer(places="whole", pattern="aes_256_ctr"),
    )
    lines = [
        Line("dd zero, oflag=direct bs=4M"),
        Line("engine zero", "dd zero, oflag=direct bs=4M", 1.1),
        Line("dd read, iflag=direct bs=4M"),
        Line("engine read-back of zeros", "dd read, iflag=direct bs=4M", 0.95),
        Line("engine AES-256-CTR", "dd zero, oflag=direct bs=4M", 0.9),
        Line("engine read-back of AES", "dd read, iflag=direct bs=4M"),
    ]
    runs: list[Callable[[], float]] = [
        lambda: dd(["if=/dev/zero", f"of={path}", "oflag=direct", "conv=notrunc"], size),
        lambda: engine(path, zeros, "write"),
        lambda: dd([f"if={path}", "of=/dev/null", "iflag=direct"], size),
        lambda: engine(path, zeros, "read_back"),
        lambda: engine(path, keyed, "write"),
        lambda: engine(path, keyed, "read_back"),
    ]
    idle = _processor(lambda: engine(path, None, "write"))
    for _ in range(rounds):
        for line, run in zip(lines, runs, strict=True):
            before = _children()
            line.rates.append(size / run())
            processes = 2 if "read-back" in line.name else 1
            started = processes * idle if line.name.startswith("engine") else 0.0
            line.loads.append((_children() - before - started) / (size / 1e9))
    return lines


def measure_together(paths: list[str], size: int, rounds: int) -> list[Line]:
    """Measure dd and the engine on several devices at once."""
    name = f"{len(paths)} dd zero at once"
    theirs, ours = Line(name), Line(f"engine zero on {len(paths)} drives at once", name, 0.95)
    layer = Layer(places="whole", pattern="zeros")
    for _ in range(rounds):
        with ThreadPoolExecutor(len(paths)) as pool:
            began = time.monotonic()
            list(pool.map(lambda path: dd(["if=/dev/zero", f"of={path}", "oflag=direct", "conv=notrunc"], size), paths))  # fmt: skip
            theirs.rates.append(len(paths) * size / (time.monotonic() - began))
            opened = [_opened(path) for path in paths]
            began = time.monotonic()
            list(pool.map(lambda pair: _work(*pair, layer, "write"), opened))
            ours.rates.append(len(paths) * size / (time.monotonic() - began))
            for crew, _ in opened:
                crew.close()
    return [theirs, ours]


def dd(arguments: list[str], size: int) -> float:
    """Run dd over the whole device; return its own seconds."""
    command = ["dd", "bs=4M", f"count={size}", *arguments]
    flags = [part for part in command if part.startswith(("iflag", "oflag"))]
    counted = "iflag=direct,count_bytes" if "iflag=direct" in flags else "iflag=count_bytes"
    command = [part for part in command if part != "iflag=direct"] + [counted]
    told = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    found = _copied.search(told.stderr)
    if found is None:
        raise ValueError(f"dd said: {told.stderr}")
    return float(found[1])


_keys: dict[str, str] = {}
"""The key of the last keyed write to each device, for its read-back."""


def engine(path: str, layer: Layer | None, action: Action) -> float:
    """Do one way over the device in processes of its own; return the pass's seconds."""
    crew, opened = _opened(path)
    try:
        return 0.0 if layer is None else _work(crew, opened, layer, action)
    finally:
        crew.close()


def _opened(path: str) -> tuple[OwnProcesses, Opened]:
    target = BlockTarget(path=path) if path.startswith("/dev/loop") else ImageTarget(path=path)
    crew = OwnProcesses(target)
    opened = crew.open()
    if isinstance(opened, NotOpened):
        raise OSError(opened.error)
    return crew, opened


def _work(crew: OwnProcesses, opened: Opened, layer: Layer, action: Action) -> float:
    key = None
    if layer.pattern == "aes_256_ctr":
        name = opened.medium
        key = _keys[name] = secrets.token_hex(32) if action == "write" else _keys[name]
    work = Work(layer=layer, action=action, key=key, opened=opened, own_process=True)
    *_, done = crew.work(work, lambda: False)
    if not isinstance(done, Done) or done.reason is not None:
        raise RuntimeError(f"the engine stumbled: {done}")
    return done.passed.seconds


@contextmanager
def device(path: Path, size: int) -> Iterator[str]:
    """Make a file of this size and attach it as a loop device where that is allowed."""
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    attached = None
    try:
        if os.geteuid() == 0 and shutil.which("losetup"):
            command = [
                "losetup",
                "--find",
                "--show",
                "--direct-io=on",
                "--sector-size=4096",
                str(path),
            ]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            attached = told.stdout.strip()
        yield attached or str(path)
    finally:
        if attached:
            subprocess.run(["losetup", "--detach", attached], check=True)  # noqa: S607 - losetup
        path.unlink()


def _processor(run: Callable[[], float]) -> float:
    before = _children()
    run()
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(lines: list[Line], path: str) -> int:
    by_name = {line.name: line for line in lines}
    missed = 0
    print(f"{path}: medians, MB/s (10^6)")
    print(f"{'':44}{'MB/s':>8}{'ratio':>8}{'target':>8}{'CPU-s/GB':>10}")
    for line in lines:
        beside = by_name.get(line.beside or "")
        ratio = line.rate / beside.rate if beside else None
        missed += bool(ratio and line.target and ratio < line.target)
        told = f"{ratio:>8.2f}" if ratio else f"{'':8}"
        wanted = f"{line.target:>8.2f}" if line.target else f"{'':8}"
        load = f"{statistics.median(line.loads):>10.2f}" if line.loads else ""
        print(f"{line.name:44}{line.rate / 1e6:>8.0f}{told}{wanted}{load}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"largest process: {peak / 1024:.0f} MiB; targets missed: {missed}")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench wipe", description=__doc__)
    parser.add_argument("--gib", type=float, default=2.0)
    parser.add_argument("--folder", default="/dev/shm", help="on tmpfs the device is memory")  # noqa: S108 - a scratch file
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--drives", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
