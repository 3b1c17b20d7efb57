"""Work for the processor while something else is measured."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rebond_agent.machine import Machine

COMMAND = ("7z", "b", "-md=22")
"""Every core busy, memory too; it ends by itself, and its time limit ends it sooner."""
SLICE_SECONDS = 10.0
"""How long the load goes on at most once nobody wants it any more."""
_BREATH_SECONDS = 0.1


@contextmanager
def loaded(machine: Machine) -> Iterator[None]:
    """Keep the processor busy inside the `with`; without the program there is no load."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            done = machine.run(COMMAND, time_limit=SLICE_SECONDS)
            if done.outcome in ("missing", "failed"):
                return
            over.wait(_BREATH_SECONDS)

    threading.Thread(target=work, daemon=True).start()
    try:
        yield
    finally:
        over.set()
