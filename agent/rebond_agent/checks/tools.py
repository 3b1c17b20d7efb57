"""What the tests are given to work with: the machine, its facts, its input devices, the time."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from rebond_agent.checks.step import Answer, Finding, Said, Working, found
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed, Machine
from rebond_schemas.facts import Facts
from rebond_schemas.inspection import Result
from rebond_schemas.text import clean

LOOK_SECONDS = 0.25
"""How often a test that waits looks up, and can be stopped."""


@dataclass(frozen=True, kw_only=True)
class Press:
    """One key going down, by its Linux key code, or one movement (`dx`, `dy` in device units)."""

    code: int | None = None
    dx: int = 0
    dy: int = 0


class Input(Protocol):
    """Keyboards or pointing devices that are ours alone for a while."""

    def read(self, seconds: float) -> Sequence[Press]:
        """Return what was pressed or moved, waiting at most this long."""
        ...


class Pointing(Protocol):
    """What opens input devices."""

    def __call__(self, facts: Facts, *, keys: bool) -> AbstractContextManager[Input | None]:
        """Hold the keyboards (`keys`) or the pointing devices; None where none is readable."""
        ...


@contextmanager
def no_inputs(facts: Facts, *, keys: bool) -> Iterator[None]:  # noqa: ARG001 - the form of Pointing
    """Stand for a machine whose devices are not here: a recorded one."""
    yield None


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Everything a test may touch."""

    machine: Machine
    facts: Facts
    inputs: Pointing
    clock: Callable[[], float]
    """Monotonic seconds."""
    sleep: Callable[[float], None]
    azerty: bool | None = None
    """None: as the machine's own number tells, else AZERTY."""
    battery_minutes: float = 10.0


def has_equipment(facts: Facts, kind: str) -> bool | None:
    """Say whether the machine has this equipment; None where the inventory does not tell."""
    answers = {one.present for one in facts.equipment if one.kind == kind}
    return True if True in answers else False if False in answers else None


def absent_or_unknown(present: bool | None) -> Finding:  # noqa: FBT001 - the answer itself
    """Return absent where it is known not to be there, else skipped: unknown is no verdict."""
    if present is False:
        return found(Result.ABSENT, CheckPhrase.NOTHING_SEEN)
    return found(Result.SKIPPED, CheckPhrase.NOT_TOLD)


def missing(tool: str) -> Finding:
    """Return skipped, because a program is not there."""
    return found(Result.SKIPPED, CheckPhrase.NO_TOOL, tool=tool)


def unsuccessful(done: Completed) -> Finding:
    """Return skipped, because a program did not do its work; what it said last is the reason."""
    tool = done.command[0]
    if done.outcome == "missing":
        return missing(tool)
    lines = (done.errors or done.output).decode("utf-8", "replace").strip().splitlines()
    reason = (clean(lines[-1]) if lines else None) or done.outcome
    return found(Result.SKIPPED, CheckPhrase.TOOL_FAILED, tool=tool, reason=reason[:120])


def while_running(
    tools: Tools, command: Sequence[str], *, time_limit: float, text: Said
) -> Generator[Working, Answer | None, Completed | None]:
    """Run a program beside the screen, with progress against its time limit; None: stopped.

    A stopped program is not waited for: it ends by itself or at its time limit.
    """
    ended: queue.SimpleQueue[Completed] = queue.SimpleQueue()
    threading.Thread(
        target=lambda: ended.put(tools.machine.run(command, time_limit=time_limit)), daemon=True
    ).start()
    began = tools.clock()
    while True:
        try:
            return ended.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            fraction = min((tools.clock() - began) / time_limit, 1.0)
        if (yield Working(text=text, fraction=fraction)) is not None:
            return None
