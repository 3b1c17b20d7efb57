"""Meeting every type once, in one thread, before several threads read messages.

msgspec 0.22 reads a null pointer when two threads are the first to convert to one type.
"""

from contextlib import suppress
from typing import Any

import msgspec

from rebond_agent.stick import Settings
from rebond_agent.stick.intents import Intent
from rebond_agent.wipe.orders import Answer, Order
from rebond_schemas.exchange import Receipt, Refusal
from rebond_schemas.statement import AnyStatement

TYPES: tuple[Any, ...] = (Order, Answer, Intent, Settings, Receipt, Refusal, AnyStatement)


def meet_types() -> None:
    """Let msgspec learn every type that the agent's threads read."""
    for known in TYPES:
        with suppress(msgspec.ValidationError):
            msgspec.convert(None, known)
