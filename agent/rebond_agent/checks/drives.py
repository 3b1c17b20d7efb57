"""Drives test themselves: the short SMART self-test, started and followed through pySMART.

The test runs inside the drive and harms nothing. A drive that knows no such test is skipped, and
skipped is no pass; the erasure that writes and reads it whole is the better test of its surface.
"""

import re
import sys
from collections.abc import Sequence

from rebond_agent.checks.step import STOPPED, Finding, Running, found, said
from rebond_agent.checks.tools import Tools, unsuccessful, while_running
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed
from rebond_agent.probes import tool_json
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.inspection import Result

PROGRAM = (sys.executable, "-m", "rebond_agent.machine.selftest")
TIME_LIMIT = 600.0
"""Seconds. A short test takes two minutes by its definition (ACS-3); slow drives take twice that."""
_BUSES = frozenset({Bus.ATA, Bus.SCSI, Bus.SAS, Bus.NVME})
_KINDS = frozenset({DriveKind.HDD, DriveKind.SSD, DriveKind.NVME, DriveKind.UNKNOWN})


def able(drives: Sequence[Drive]) -> tuple[Drive, ...]:
    """Return the machine's own drives that may know self-tests; of an NVMe drive one namespace."""
    kept: dict[str, Drive] = {}
    for drive in drives:
        if drive.identity.bus in _BUSES and drive.kind in _KINDS and not drive.boot_medium:
            kept.setdefault(re.sub(r"(/nvme\d+)n\d+$", r"\1", drive.path), drive)
    return tuple(kept.values())


def check(tools: Tools) -> Running:
    """Start a short test in every drive that may know one, and wait for all of them."""
    if not tools.facts.drives:
        return found(Result.SKIPPED, CheckPhrase.DRIVES_NONE)
    drives = able(tools.facts.drives)
    if not drives:
        return found(Result.SKIPPED, CheckPhrase.DRIVES_UNABLE)
    command = (*PROGRAM, *(drive.path for drive in drives))
    text = said(CheckPhrase.DRIVES_RUNNING, count=len(drives))
    done = yield from while_running(tools, command, time_limit=TIME_LIMIT, text=text)
    return STOPPED if done is None else finding(done, drives)


def finding(done: Completed, drives: Sequence[Drive]) -> Finding:
    """Judge what the drives said: one failure fails, and only when all passed is it a pass."""
    told = {}
    for line in done.output.splitlines():
        row = tool_json.load(line)
        path, outcome = tool_json.word(row, "path"), tool_json.word(row, "outcome")
        if path and outcome:
            told[path] = (outcome, tool_json.word(row, "status") or outcome)
    names = [drive.path.rpartition("/")[2] for drive in drives]
    said_of = [told.get(drive.path, ("missing", "")) for drive in drives]
    bad = [
        f"{name}: {words}"
        for name, (how, words) in zip(names, said_of, strict=True)
        if how == "failed"
    ]
    if bad:
        return found(Result.FAIL, CheckPhrase.DRIVES_BAD, drives=", ".join(bad)[:160])
    passed = sum(how == "passed" for how, _ in said_of)
    if passed == len(drives):
        return found(Result.PASS, CheckPhrase.DRIVES_GOOD, count=passed)
    if not told:
        if done.outcome == "timeout":
            return found(Result.SKIPPED, CheckPhrase.NOT_FINISHED, minutes=int(TIME_LIMIT // 60))
        return unsuccessful(done)
    left = [name for name, (how, _) in zip(names, said_of, strict=True) if how != "passed"]
    return found(
        Result.SKIPPED,
        CheckPhrase.DRIVES_PARTLY,
        passed=passed,
        all=len(drives),
        names=", ".join(left)[:120],
    )
