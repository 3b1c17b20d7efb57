"""Memory: memtester on what is free. It tests what it can lock, no more, and says how much."""

import re

from rebond_agent.checks.step import STOPPED, Finding, Running, found, said
from rebond_agent.checks.tools import Tools, unsuccessful, while_running
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed
from rebond_schemas.inspection import Result

TIME_LIMIT = 1800.0
MOST_MIB = 1024
"""memtester needs some ten minutes for a gibibyte; the erasures take longer."""
LEAST_MIB = 64
_SHARE = 0.5  # the erasures beside us need buffers, and the rest of the stick's system its cache
_available = re.compile(rb"^MemAvailable:\s+(\d{1,12}) kB", re.MULTILINE)
_FOUND_ERRORS = 0x02 | 0x04  # memtester(8), EXIT CODE; 0x01 is trouble with locking


def amount(meminfo: bytes) -> int | None:
    """Return how many MiB to test, or None where too little is free or nothing is known."""
    match = _available.search(meminfo)
    free = int(int(match[1]) / 1024 * _SHARE) if match else 0
    return min(free, MOST_MIB) if free >= LEAST_MIB else None


def check(tools: Tools) -> Running:
    """Run memtester once over free memory."""
    size = amount(tools.machine.read("/proc/meminfo") or b"")
    if size is None:
        return found(Result.SKIPPED, CheckPhrase.MEMORY_NO_ROOM)
    command = ("memtester", f"{size}M", "1")
    text = said(CheckPhrase.MEMORY_RUNNING, size=size)
    done = yield from while_running(tools, command, time_limit=TIME_LIMIT, text=text)
    return STOPPED if done is None else finding(done, size)


def finding(done: Completed, size: int) -> Finding:
    """Judge memtester's exit status; not finished is no pass."""
    if done.outcome == "timeout":
        minutes = int(TIME_LIMIT // 60)
        return found(Result.SKIPPED, CheckPhrase.NOT_FINISHED, minutes=minutes)
    if done.outcome == "ok":
        return found(Result.PASS, CheckPhrase.MEMORY_GOOD, size=size)
    if done.exit_status is not None and done.exit_status > 0 and done.exit_status & _FOUND_ERRORS:
        return found(Result.FAIL, CheckPhrase.MEMORY_BAD)
    return unsuccessful(done)
