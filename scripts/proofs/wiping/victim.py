"""Run as a program by the proof of cuts: the agent with its stick, erasing one device until killed.

victim.py DEVICE KIND STICK: prints `said` at each progress, then every statement it makes.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rebond_agent.erasing import Chosen, recover, wipe
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.session import Clocks, new_session
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import Notice, opened
from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.crew import OwnProcesses
from rebond_agent.wipe.engine import Said, erase
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import Plan
from rebond_agent.wipe.target import BlockTarget, Target
from rebond_schemas.codec import encode
from rebond_schemas.facts import DriveKind
from rebond_schemas.statement import Erasure
from wiping.loops import seen

CLOCKS = Clocks(wall=lambda: datetime(2026, 11, 21, tzinfo=UTC), monotonic_ns=lambda: 1)


def main(device: str, kind: str, folder: str) -> None:
    """Erase the device; a checkpoint is kept after every run of bytes."""
    drive = seen(device, DriveKind(kind))
    stick = open_stick(Path(folder), Durable())
    with opened(stick) as outbox:
        session = new_session(RecordedMachine(Path(folder)), CLOCKS, stick, None)
        for found in recover(session, outbox):
            if isinstance(found, Notice):
                raise TypeError(found.reason)
            _tell(found)
        chosen = [Chosen(drive=drive, target=BlockTarget(path=device))]
        for erasure in wipe(session, outbox, chosen, Policy(), _engine, lambda *_: _say("said")):
            _tell(erasure)


def _engine(plan: Plan, target: Target, *, record_intent, resume: Checkpoint | None) -> Iterator[Said]:  # type: ignore[no-untyped-def] # fmt: skip # noqa: ANN001 - the engine's form
    crew = OwnProcesses(target, safe_seconds=0.0)
    yield from erase(plan, crew, record_intent=record_intent, resume=resume)


def _tell(erasure: Erasure) -> None:
    _say(encode(erasure).decode())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
