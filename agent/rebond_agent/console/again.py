"""Sending again without a key: a cable plugged in later, an address that comes late."""

import threading
from collections.abc import Callable

from rebond_agent.stick.outbox import Outbox

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 60.0


def keep_sending(outbox: Outbox | None, send: Callable[[], None], closing: threading.Event) -> None:
    """Send whenever something waits, after ever longer pauses, until `closing` is set."""
    wait = FIRST_SECONDS
    while outbox is not None and not closing.wait(wait):
        if not outbox.waiting:
            wait = FIRST_SECONDS
            continue
        send()
        wait = min(2 * wait, LONGEST_SECONDS)
