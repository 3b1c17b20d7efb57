"""Cutting the agent off in the middle of an erasure, and letting it go on."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from rebond_agent.stick import Stick
from rebond_agent.stick.unfinished import of_drive
from rebond_schemas.codec import decode
from rebond_schemas.facts import Drive
from rebond_schemas.statement import Erasure

VICTIM = Path(__file__).with_name("victim.py")
BLOCK = 4096

How = Literal["kill -9 of the agent", "kill -9 of the writing process", "power cut"]
HOWS: tuple[How, ...] = (
    "kill -9 of the agent",
    "power cut",
    "kill -9 of the writing process",
    "power cut",
)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One cut: what it was, and whether it fell into the work."""

    how: How
    statements: tuple[Erasure, ...]
    """What the agent itself still told."""
    hit: bool
    """False: the erasure had come to its end before."""


def run_to_the_end(device: str, drive: Drive, stick: Stick) -> tuple[Erasure, ...]:
    """Let the agent work, and return every statement it made."""
    with _agent(device, drive, stick) as agent:
        told, errors = agent.communicate(timeout=120)
    if agent.returncode:
        raise RuntimeError(errors)
    return _statements(told.splitlines())


def cut(
    how: How, chance: random.Random, device: str, drive: Drive, stick: Stick, store: Path
) -> Cut:
    """Let the agent work up to a moment by chance, and cut it off there."""
    wait = chance.randint(0, 24)
    lines: list[str] = []
    with _agent(device, drive, stick) as agent:
        if agent.stdout is None:
            raise RuntimeError("no pipe")
        for line in agent.stdout:
            lines.append(line)
            if sum(one == "said\n" for one in lines) > wait:
                break
        over = agent.poll() is not None
        if not over:
            _kill(how, agent.pid)
        lines += agent.stdout.readlines()
        agent.wait(60)
    hit = over is False and not any('"ending":"completed"' in line for line in lines)
    if hit and how == "power cut":
        _lose_what_was_not_safe(chance, drive, stick, store)
    return Cut(how=how, statements=_statements(lines), hit=hit)


def _kill(how: How, agent: int) -> None:
    if how == "kill -9 of the writing process":
        _kill_workers(agent)
    elif how == "power cut":
        _kill_workers(agent)
        os.kill(agent, signal.SIGKILL)
    else:
        os.kill(agent, signal.SIGKILL)


def _kill_workers(agent: int) -> None:
    """Kill the process that workers are forked from, and every one of them."""
    for one in psutil.Process(agent).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            one.kill()


def _lose_what_was_not_safe(chance: random.Random, drive: Drive, stick: Stick, store: Path) -> None:
    """Undo by chance what the drive had not confirmed: it was in its cache when the power failed."""
    kept = next((one for _, one in of_drive(stick, drive.identity)), None)
    if kept is None or kept.step not in _WRITING_STEPS:
        return
    safe = kept.reached
    size = store.stat().st_size
    with store.open("r+b") as file:
        for start in range(-(-safe // BLOCK) * BLOCK, size, BLOCK):
            if chance.random() < 0.2:
                file.seek(start)
                file.write(chance.randbytes(min(BLOCK, size - start)))
        file.flush()
        os.fsync(file.fileno())


_WRITING_STEPS = frozenset({0, 2})
"""Of the two layers of these plans; the steps between them read."""


@contextmanager
def _agent(device: str, drive: Drive, stick: Stick) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(VICTIM), device, drive.kind.value, str(stick.folder)]
    environment = os.environ | {"PYTHONPATH": str(VICTIM.parents[1])}
    agent = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield agent
    finally:
        agent.kill()
        agent.wait(10)


def _statements(lines: list[str]) -> tuple[Erasure, ...]:
    whole = [line for line in lines if line.startswith("{") and line.rstrip().endswith("}")]
    told = [decode(line.strip().encode()) for line in whole]
    return tuple(one for one in told if isinstance(one, Erasure))
