"""How far erasures came that are not at their end: kept beside the intents until they are.

A power cut turns the intent into an interrupted erasure; the checkpoint stays, and the next erasure
of the same drive goes on from it.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from rebond_agent.stick import Stick, hidden
from rebond_agent.stick.durable import TEMPORARY
from rebond_agent.stick.outbox import Aside
from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.identity import difference
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.facts import DriveIdentity

MOST_KEPT = 256
"""Drives that may wait for their erasure to be gone on with."""


def record(stick: Stick, erasure: UUID, checkpoint: Checkpoint) -> None:
    """Write the checkpoint in the place of the one before."""
    stick.disk.folder(stick.intents)
    stick.disk.write(_path(stick, erasure), hidden.hide(stick.key, encode(checkpoint)))


def forget(stick: Stick, erasure: UUID) -> None:
    """Delete what was kept of this erasure, if anything was."""
    path = _path(stick, erasure)
    if path.exists():
        stick.disk.remove(path)


def tidy(stick: Stick) -> None:
    """Delete what a power cut left half written, and the oldest beyond the most that are kept."""
    torn = list(stick.intents.glob(f".*.unfinished{TEMPORARY}"))
    kept = sorted(stick.intents.glob("*.unfinished"), key=lambda path: path.stat().st_mtime)
    for path in (*torn, *kept[:-MOST_KEPT]):
        stick.disk.remove(path)


def is_known(stick: Stick, erasure: UUID) -> bool:
    """Tell whether anything is kept of this erasure."""
    return _path(stick, erasure).exists()


def of_drive(stick: Stick, identity: DriveIdentity) -> Iterator[tuple[UUID, Checkpoint]]:
    """Give what is kept of erasures of this very drive; what cannot be read goes to quarantine."""
    for path in sorted(stick.intents.glob("*.unfinished")):
        try:
            erasure, kept = UUID(path.stem), _read(stick, path)
        except (Unreadable, OSError, ValueError):
            stick.disk.move(path, stick.outbox / Aside.QUARANTINE)
            continue
        if difference(kept.asked.drive, identity) is None:
            yield erasure, kept


def _read(stick: Stick, path: Path) -> Checkpoint:
    kept: Checkpoint = decode_as(hidden.bring(stick.key, path.read_bytes()), Checkpoint)
    return kept


def _path(stick: Stick, erasure: UUID) -> Path:
    return stick.intents / f"{erasure}.unfinished"
