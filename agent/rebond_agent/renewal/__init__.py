"""A newer agent beside the stick's own: kept, tried, and taken back when it does not come up.

The image's own agent is never touched, so every moment of a power cut leaves a stick that boots. What
lies in the folder `agent` counts only as far as the file `state` names it, and that file is replaced whole.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import msgspec

from rebond_agent.errors import StickFailed
from rebond_agent.stick import Settings
from rebond_agent.stick.durable import Durable
from rebond_schemas.agent_build import AgentBuild, AgentOffer
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.signing import AGENT_OFFER_TYPE, verified

FOLDER = "agent"
TRIES = 2
"""Boots that a new agent has to show itself sound: one may end by the PC's switch."""
MOST_REFUSED = 16
_STATE = "state"


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which agent runs: names are SHA-256 of their layers; None is the image's own."""

    sound: str | None = None
    """It has come up before."""
    trying: str | None = None
    tries: int = 0
    refused: tuple[str, ...] = ()
    """Did not come up: never to be fetched again."""


class Unfit(StrEnum):
    """Why an offer is not taken."""

    NOT_SIGNED = "not_signed"
    OTHER_WORKSHOP = "other_workshop"
    OTHER_BASE = "other_base"
    NOT_NEWER = "not_newer"
    DID_NOT_COME_UP = "did_not_come_up"
    NO_ROOM = "no_room"
    OTHER_BYTES = "other_bytes"


def read_offer(
    body: bytes, signature: str, settings: Settings, own: AgentBuild
) -> AgentOffer | Unfit:
    """Return the offer in these bytes, or why this stick does not take it. `own`: the image's agent."""
    if not verified(settings.server_public_key, AGENT_OFFER_TYPE, body, signature):
        return Unfit.NOT_SIGNED
    try:
        offer: AgentOffer = decode_as(body, AgentOffer)
    except Unreadable:
        return Unfit.NOT_SIGNED
    if offer.site != settings.site:
        return Unfit.OTHER_WORKSHOP
    if offer.build.base != own.base:
        return Unfit.OTHER_BASE
    return offer if offer.build.built > own.built else Unfit.NOT_NEWER


class Renewal:
    """The folder `agent` of one stick, seen by the image's own agent and by newer ones."""

    def __init__(self, stick: Path, settings: Settings, own: AgentBuild, disk: Durable) -> None:
        """Take the stick's folder, whom it believes, what the image brings, and the hand that writes."""
        self._folder, self._settings, self._own, self._disk = stick / FOLDER, settings, own, disk

    @property
    def kept(self) -> Kept:
        """What stands in the state; nothing where it is missing or damaged."""
        try:
            kept: Kept = decode_as((self._folder / _STATE).read_bytes(), Kept)
        except (OSError, Unreadable):
            return Kept()
        return kept

    def choose(self, *, failed: bool = False) -> Path | None:
        """Return the layer to boot, or None for the image's own; count the try before it is made.

        `failed`: what was chosen a moment ago has just ended by itself.
        """
        kept = self.kept
        if kept.trying is not None and (failed or kept.tries >= TRIES):
            kept = self._put(self._without_trying(kept, refuse=True))
        if kept.trying is not None and self._sound(kept.trying):
            self._put(msgspec.structs.replace(kept, tries=kept.tries + 1))
            return self._layer(kept.trying)
        if kept.trying is not None:
            kept = self._put(self._without_trying(kept, refuse=False))
        self._tidy(kept)
        return self._layer(kept.sound) if kept.sound and self._sound(kept.sound) else None

    def came_up(self, running: AgentBuild) -> None:
        """Mark that the agent that is tried works: it is the sound one from now on."""
        kept = self.kept
        offer = None if kept.trying is None else self._offer(kept.trying)
        if offer is None or offer.build != running:
            return
        kept = self._put(Kept(sound=kept.trying, refused=kept.refused))
        self._tidy(kept)

    def unfit(self, offer: AgentOffer) -> Unfit | None:
        """Say why an offer is not to be taken now; None: it is."""
        kept = self.kept
        if offer.sha256 in kept.refused:
            return Unfit.DID_NOT_COME_UP
        best = max(self._built(name) for name in (kept.sound, kept.trying))
        return Unfit.NOT_NEWER if offer.build.built <= best else None

    def keep(self, body: bytes, signature: str, content: bytes) -> Unfit | None:
        """Keep an agent to be tried at the next boot, or say why not; StickFailed as the disk says it."""
        offer = read_offer(body, signature, self._settings, self._own)
        why = offer if isinstance(offer, Unfit) else self.unfit(offer)
        if isinstance(offer, Unfit) or why is not None:
            return why
        if hashlib.sha256(content).hexdigest() != offer.sha256:
            return Unfit.OTHER_BYTES
        kept = self.kept
        self._disk.folder(self._folder)
        self._disk.write(self._layer(offer.sha256), content)
        self._disk.write(self._said(offer.sha256), signature.encode("ascii") + b"\n" + body)
        # Only now does it count: before this file is in place nothing names what was written.
        self._put(Kept(sound=kept.sound, trying=offer.sha256, refused=kept.refused))
        return None

    def _without_trying(self, kept: Kept, *, refuse: bool) -> Kept:
        gone = (kept.trying,) if refuse and kept.trying is not None else ()
        return Kept(sound=kept.sound, refused=(*kept.refused, *gone)[-MOST_REFUSED:])

    def _put(self, kept: Kept) -> Kept:
        self._disk.write(self._folder / _STATE, encode(kept))
        return kept

    def _offer(self, name: str) -> AgentOffer | None:
        """Return what is said of a layer, if the workshop still vouches for it on this image."""
        try:
            signature, _, body = self._said(name).read_bytes().partition(b"\n")
        except OSError:
            return None
        offer = read_offer(body, signature.decode("ascii", "replace"), self._settings, self._own)
        return offer if isinstance(offer, AgentOffer) and offer.sha256 == name else None

    def _sound(self, name: str) -> bool:
        """Say whether a layer is, byte for byte, what the workshop signed for."""
        if self._offer(name) is None:
            return False
        try:
            content = self._layer(name).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(content).hexdigest() == name

    def _built(self, name: str | None) -> int:
        offer = None if name is None else self._offer(name)
        return self._own.built if offer is None else offer.build.built

    def _layer(self, name: str) -> Path:
        return self._folder / f"{name}.squashfs"

    def _said(self, name: str) -> Path:
        return self._folder / f"{name}.offer"

    def _tidy(self, kept: Kept) -> None:
        """Delete what no state names any more; what can't be deleted is left."""
        wanted = {path for name in (kept.sound, kept.trying) if name for path in self._files(name)}
        with suppress(OSError, StickFailed):
            for path in sorted(self._folder.iterdir()):
                if path.name != _STATE and path not in wanted:
                    self._disk.remove(path)

    def _files(self, name: str) -> Iterator[Path]:
        yield self._layer(name)
        yield self._said(name)
