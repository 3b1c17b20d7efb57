"""Run as a program by the tests: wipes one scratch image and keeps the intent in a file.

Prints the worker's progress line by line, so that the test knows when to kill it.
"""

import os
import sys
from pathlib import Path

from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.target import FakeTarget, scratch_facts
from rebond_schemas.codec import encode


def main(image: str, intent: str, hang_at: str) -> None:
    """Wipe the image; the fake drive hangs at this operation for longer than any test."""
    target = FakeTarget(path=image, faults=Faults(hang_at=int(hang_at), hang_seconds=600))
    plan = make_plan(scratch_facts(target), Policy())
    if not isinstance(plan, Plan):
        sys.exit(2)
    for said in wipe(plan, target, record_intent=lambda: keep(Path(intent), plan)):
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()


def keep(path: Path, plan: Plan) -> None:
    """Write the intent so that it is still there after a kill."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, encode(plan))
    os.fsync(descriptor)
    os.close(descriptor)


if __name__ == "__main__":
    main(*sys.argv[1:])
