"""The stick's own folder: who it is, which server it believes, and how far its numbers went."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from rebond_agent.errors import NotEnrolled, StickDamaged, StickInUse
from rebond_agent.stick.durable import Durable
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.exchange import PublicKey
from rebond_schemas.signing import new_key, public_key
from rebond_schemas.statement import Moment
from rebond_schemas.text import Text

KEY_BYTES = 32
_head = re.compile(r"([1-9][0-9]{0,15}) ([0-9a-f]{64})\n")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment settled; `anchor` is the last time this server told the stick."""

    server: str
    server_public_key: PublicKey
    sealing_key: PublicKey
    """What statements are sealed for: nobody reads them on the way, nor on this stick."""
    authority: str | None = None
    """The server's certificate authority (PEM), pinned at enrolment; None: that of the system."""
    public_key: PublicKey
    stick: UUID
    name: Text
    site: UUID
    site_name: Text
    language: Literal["fr", "en"] = "fr"
    anchor: Moment | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last statement this stick made: its number and its SHA-256 (None: none yet)."""

    sequence: int = 0
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stick:
    """An enrolled stick, its folder and the hand that writes there."""

    folder: Path
    key: bytes
    settings: Settings
    disk: Durable

    @property
    def outbox(self) -> Path:
        """Folder of the statements that no receipt was seen for."""
        return self.folder / "outbox"

    @property
    def intents(self) -> Path:
        """Folder of the erasures that began."""
        return self.folder / "intents"

    @property
    def ledger(self) -> Path:
        """File of the receipts."""
        return self.folder / "delivered"


def is_enrolled(folder: Path) -> bool:
    """Tell whether enrolment came to its end here; a damaged stick still counts as enrolled."""
    return (folder / "settings.json").exists()


def open_stick(folder: Path, disk: Durable) -> Stick:
    """Return the enrolled stick in this folder, or raise NotEnrolled or StickDamaged."""
    path = folder / "settings.json"
    if not path.exists():
        raise NotEnrolled(path=folder)
    settings = _read_settings(path)
    return Stick(folder=folder, key=_read_key(folder, settings), settings=settings, disk=disk)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep the stick for this process alone; the kernel lets go of it even after kill -9."""
    path = folder / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StickDamaged(path=path.name, reason=error.strerror or str(error)) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StickInUse(path=folder) from error
        yield
    finally:
        os.close(descriptor)


def candidate_key(folder: Path, disk: Durable) -> bytes:
    """Return the key to enrol with: safe on the stick before the server hears of it.

    The same key again after an enrolment that was cut: the server may have said yes already.
    """
    disk.folder(folder)
    path = folder / "identity"
    if path.exists():
        key = path.read_bytes()
        if len(key) == KEY_BYTES:
            return key
    key = new_key()
    disk.write(path, key)
    return key


def enrolled(folder: Path, disk: Durable, settings: Settings) -> Stick:
    """Write the settings: from here on the stick is enrolled."""
    disk.write(folder / "settings.json", encode(settings))
    return open_stick(folder, disk)


def forget(stick: Stick) -> None:
    """Undo an enrolment whose words were not the same; the key goes, too, for it may be known."""
    stick.disk.remove(stick.folder / "settings.json")
    stick.disk.remove(stick.folder / "identity")


def anchored(stick: Stick, received: datetime, server: str | None = None) -> Stick:
    """Remember the latest time the server told, which never runs back, and where it said so."""
    known = stick.settings
    latest = received if known.anchor is None else max(received, known.anchor)
    settings = msgspec.structs.replace(known, anchor=latest, server=server or known.server)
    if settings == known:
        return stick
    stick.disk.write(stick.folder / "settings.json", encode(settings))
    return replace(stick, settings=settings)


def read_head(stick: Stick) -> Head:
    """Return what the sequence file remembers, or nothing where it is missing or damaged.

    It is a second witness: every number ever given also stands in the outbox or in the ledger.
    """
    try:
        match = _head.fullmatch((stick.folder / "sequence").read_bytes().decode("ascii", "replace"))
    except FileNotFoundError:
        return Head()
    return Head(sequence=int(match[1]), sha256=match[2]) if match else Head()


def write_head(stick: Stick, head: Head) -> None:
    """Remember the last number, so that it is never given twice even with an empty outbox."""
    stick.disk.write(stick.folder / "sequence", f"{head.sequence} {head.sha256}\n".encode("ascii"))


def _read_settings(path: Path) -> Settings:
    try:
        settings: Settings = decode_as(path.read_bytes(), Settings)
    except (OSError, Unreadable) as error:
        raise StickDamaged(path=path.name, reason=str(error)) from error
    return settings


def _read_key(folder: Path, settings: Settings) -> bytes:
    path = folder / "identity"
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StickDamaged(path=path.name, reason=error.strerror or "unreadable") from error
    if len(key) != KEY_BYTES or public_key(key) != settings.public_key:
        raise StickDamaged(path=path.name, reason="it is not the key that was enrolled")
    return key
