"""The processor as a defect detector: computing errors and heat, never a ranking of models."""

import re
from collections.abc import Sequence

from rebond_agent.checks.step import STOPPED, Finding, Running, found, said
from rebond_agent.checks.tools import Tools, unsuccessful, while_running
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed, Machine
from rebond_agent.probes import sysfs
from rebond_schemas.inspection import Result

RUNS = 3
COMMAND = ("7z", "b", "-md=22")
"""A dictionary of 4 MiB, always the same: figures of other sizes do not compare."""
TIME_LIMIT = 300.0
HOT_SHARE = 0.6
"""Worst of the runs against the best, below which a machine that throttled is told to overheat."""
_CPUS = "/sys/devices/system/cpu"
_total = re.compile(r"^Tot:.*\s(\d{1,9})\s*$", re.MULTILINE)


def rating(run: Completed) -> int | None:
    """Return the total rating in MIPS (7-Zip, chm/cmdline/commands/bench.htm)."""
    match = _total.search(run.text)
    return int(match[1]) if match else None


def throttled(machine: Machine) -> int | None:
    """Return how often cores were slowed down for heat since boot; None where no core counts."""
    cores = [name for name in machine.names(_CPUS) if re.fullmatch(r"cpu\d+", name)]
    counts = [
        sysfs.whole(machine, f"{_CPUS}/{core}/thermal_throttle/core_throttle_count")
        for core in cores
    ]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def check(tools: Tools) -> Running:
    """Run 7-Zip's benchmark three times; a virtual machine has no processor of its own."""
    if tools.facts.board.hypervisor is not None:
        return found(Result.ABSENT, CheckPhrase.IN_A_VM)
    before = throttled(tools.machine)
    runs: list[Completed] = []
    for number in range(1, RUNS + 1):
        text = said(CheckPhrase.PROCESSOR_RUNNING, number=number, all=RUNS)
        done = yield from while_running(tools, COMMAND, time_limit=TIME_LIMIT, text=text)
        if done is None:
            return STOPPED
        runs.append(done)
        if done.outcome != "ok":
            break
    after = throttled(tools.machine)
    grew = None if before is None or after is None else after > before
    return finding(runs, grew=grew)


def finding(runs: Sequence[Completed], *, grew: bool | None) -> Finding:
    """Judge the runs; `grew`: whether cores were slowed down for heat meanwhile (None: unknown)."""
    last = runs[-1]
    if last.outcome == "timeout":
        minutes = int(TIME_LIMIT // 60)
        return found(Result.SKIPPED, CheckPhrase.NOT_FINISHED, minutes=minutes)
    if last.outcome == "failed" and b"ERROR" in (last.output + last.errors).upper():
        return found(Result.FAIL, CheckPhrase.PROCESSOR_BAD)
    ratings = [one for run in runs if (one := rating(run)) is not None]
    if last.outcome != "ok" or len(ratings) < RUNS:
        return unsuccessful(last)
    best, worst = max(ratings), min(ratings)
    if grew and worst < HOT_SHARE * best:
        return found(Result.FAIL, CheckPhrase.PROCESSOR_HOT, worst=worst, best=best)
    return found(Result.PASS, CheckPhrase.PROCESSOR_GOOD, rating=best)
