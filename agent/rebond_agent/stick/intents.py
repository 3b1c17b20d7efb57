"""Erasures that began: written before the first byte of a drive is touched, gone with their end.

An intent found at start-up is a wipe that nobody finished: power cut, pulled stick, kill -9.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from rebond_agent.stick import Stick, hidden
from rebond_agent.stick.outbox import Aside, Notice
from rebond_agent.wipe.plan import Plan
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.smart import Smart
from rebond_schemas.statement import Clock
from rebond_schemas.text import Text


class Intent(Struct, frozen=True, kw_only=True):
    """One erasure that is about to begin; `erasure` is the id its statement will have."""

    erasure: UUID
    run: UUID
    asset_tag: Text | None
    order: Text | None
    plan: Plan
    started: Clock
    smart_before: Smart | None
    operator: Text | None = None
    """Who began it, where they said so."""


def record(stick: Stick, intent: Intent) -> None:
    """Write the intent, hidden; when this returns it survives a power cut."""
    stick.disk.folder(stick.intents)
    stick.disk.write(_path(stick, intent), hidden.hide(stick.key, encode(intent)))


def settled(stick: Stick, intent: Intent) -> None:
    """Delete the intent; its erasure statement stands in the outbox."""
    stick.disk.remove(_path(stick, intent))


def pending(stick: Stick) -> Iterator[Intent | Notice]:
    """Give every intent on the stick; one that cannot be read goes to quarantine with a notice."""
    for path in sorted(stick.intents.glob("*.intent")):
        try:
            intent: Intent = decode_as(hidden.bring(stick.key, path.read_bytes()), Intent)
        except (Unreadable, OSError) as error:
            stick.disk.move(path, stick.outbox / Aside.QUARANTINE)
            yield Notice(file=path.name, reason=str(error))
        else:
            yield intent


def is_recorded(stick: Stick, intent: Intent) -> bool:
    """Tell whether the intent was written: an engine that refused early never asked for it."""
    return _path(stick, intent).exists()


def _path(stick: Stick, intent: Intent) -> Path:
    return stick.intents / f"{intent.erasure}.intent"
