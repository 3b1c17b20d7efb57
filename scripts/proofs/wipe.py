"""Seeded wipes of faulty drives: no positive verdict stands over a byte that is left.

./scripts/prove wipe [--seed N] [--count M] [--only I] [--loops N]: prints verdict against truth
and ends 1 when a drive was called erased while something of its content is still on its true
medium. Fakes first: every second one has firmware of its own (ATA, NVMe, SAS) that is asked to
erase and may lie about it, every fourth loses its power on the way and is gone on with, every
fortieth is written and read back in processes of its own. Then as many second reads of erased drives,
every other one written to since, by readers that see errors and other drives. Then, as root, real
block devices (loop) whose backing file is meddled with.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from wiping import fakes, loops, rereads
from wiping.case import Case, make_case
from wiping.result import Result, Table

OWN_PROCESSES_EVERY = 40
TELL_SECONDS = 15.0


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    missing = False
    with tempfile.TemporaryDirectory() as folder:
        if options.only is not None:
            return _replay(options, Path(folder))
        false = _fakes(options.seed, options.count, Path(folder))
        false += rereads.table(options.seed, options.count)
        if options.loops and not loops.work():
            print("BLOCK DEVICES NOT TRIED: needs root, losetup and /dev/loop-control")
            missing = os.environ.get("CI") == "true"
        elif options.loops:
            false += _loops(options.seed, options.loops, Path(folder))
    return 1 if false or missing else 0


def _fakes(seed: int, count: int, folder: Path) -> list[str]:
    began = told = time.monotonic()
    table, wipes = Table(), 0
    for number in range(count):
        for result in _results(make_case(seed, number), number, folder):
            table.add(f"--seed {seed} --only {number}", result)
            wipes += 1
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            print(f"... {number + 1} of {count} drives, {len(table.false)} false", file=sys.stderr)
    table.show()
    return _sum(table, f"fakes: tried {count} drives in {wipes} wipes", seed, began)


def _results(case: Case, number: int, folder: Path) -> Sequence[Result]:
    if number % OWN_PROCESSES_EVERY == 0:
        return [fakes.in_own_processes(case, folder)]
    return list(fakes.in_this_process(case))


def _loops(seed: int, count: int, folder: Path) -> list[str]:
    began = time.monotonic()
    table = Table()
    for number in range(count):
        case = loops.make_case(seed, number)
        result = loops.wiped(case, folder)
        table.add(f"--seed {seed} --only {number} --loops 1 ({case.meddling})", result)
        print(f"... loop {number + 1} of {count}: {case.meddling}", file=sys.stderr)
    print()
    table.show()
    return _sum(table, f"loop devices: tried {count}", seed, began)


def _sum(table: Table, tried: str, seed: int, began: float) -> list[str]:
    seconds = time.monotonic() - began
    print(f"{tried}, false claims {len(table.false)}, seed {seed}, {seconds:.0f} s")
    for name in table.false[:20]:
        print(f"  replay: ./scripts/prove wipe {name}")
    return table.false


def _replay(options: argparse.Namespace, folder: Path) -> int:
    number = options.only
    if options.loops == 1:
        loop = loops.make_case(options.seed, number)
        print(loop)
        results: Sequence[Result] = [loops.wiped(loop, folder)]
    else:
        case = make_case(options.seed, number)
        print(case.kind, case.bus, case.level, len(case.content), "bytes", "cuts", case.cuts)
        print(case.faults, case.firmware, sep="\n")
        results = _results(case, number, folder)
    for result in results:
        outcome = result.outcome
        print(outcome.ending.value, outcome.reason, outcome.detail, "resumed", outcome.resumed)
        for one in outcome.passes:
            print(" ", one)
        print(result.remainder_bytes, "bytes left; server:", result.verdict.value)
    return 1 if any(result.is_false for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove wipe", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5000, help="fake drives")
    parser.add_argument("--loops", type=int, default=60, help="loop devices (root)")
    parser.add_argument("--only", type=int, help="replay the drive with this number")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
