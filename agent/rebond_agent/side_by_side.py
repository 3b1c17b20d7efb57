"""Several engines at once, one thread each; everything they say is heard by one listener."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.engine import Said
from rebond_agent.wipe.reread import Read

_LOOK_SECONDS = 0.5
_GOODBYE_SECONDS = 6.0

Key = TypeVar("Key")

Started = Callable[[Callable[[], None]], Iterator[Said | Read]]
"""Starts one engine, given its `record_intent`."""


class Abandoned(Exception):
    """Nobody listens any more: nothing more may be begun."""


@dataclass(frozen=True, kw_only=True)
class IntentAsked:
    """An engine is about to touch its drive, and waits until its intent is safe."""

    answer: Callable[[Exception | None], None]
    """To be called once: None when the intent is safe, else what kept it from being so."""


@dataclass(frozen=True, kw_only=True)
class Over:
    """An engine has said its last word; `error` is what broke it."""

    error: BaseException | None = None


Heard = Said | Read | IntentAsked | Over


class SideBySide(Generic[Key]):
    """Engines under way, each known by its key."""

    def __init__(self, work: Sequence[tuple[Key, Started]]) -> None:
        """Take what to start; nothing runs yet."""
        self._said: SimpleQueue[tuple[Key, Heard, threading.Event]] = SimpleQueue()
        self._abandoned = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(key, start), daemon=True)
            for key, start in work
        ]

    def heard(self) -> Iterator[tuple[Key, Heard]]:
        """Start all, and give what they say until the last is over; leaving early stops them all."""
        for thread in self._threads:
            thread.start()
        try:
            left = len(self._threads)
            while left:
                key, said, dealt_with = self._said.get()
                left -= isinstance(said, Over)
                yield key, said
                dealt_with.set()
        finally:
            self._abandoned.set()
            for thread in self._threads:
                thread.join(_GOODBYE_SECONDS)

    def _run(self, key: Key, start: Started) -> None:
        error: BaseException | None = None
        try:
            self._listen(key, start(lambda: self._ask(key)))
        except BaseException as broken:  # noqa: BLE001 - told to the listener, who raises it
            error = broken
        self._say(key, Over(error=error))

    def _listen(self, key: Key, engine: Iterator[Said | Read]) -> None:
        for said in engine:
            dealt_with = self._say(key, said)
            if isinstance(said, Checkpoint):
                self._await(dealt_with)
            if self._abandoned.is_set():
                with suppress(AttributeError):  # an engine may be any iterator
                    engine.close()  # type: ignore[attr-defined] # a generator's: lets the drive go
                return

    def _say(self, key: Key, said: Heard) -> threading.Event:
        """Pass it on; what is returned is set when the listener has dealt with it."""
        dealt_with = threading.Event()
        self._said.put((key, said, dealt_with))
        return dealt_with

    def _await(self, dealt_with: threading.Event) -> None:
        """Hold the engine until a checkpoint is safe.

        What it does next may undo what the one before says: marks are overwritten.
        """
        while not dealt_with.wait(_LOOK_SECONDS) and not self._abandoned.is_set():
            pass

    def _ask(self, key: Key) -> None:
        """Wait until the listener has made the intent safe; raise what kept it from doing so."""
        answers: SimpleQueue[Exception | None] = SimpleQueue()
        self._say(key, IntentAsked(answer=answers.put))
        while not self._abandoned.is_set():
            try:
                error = answers.get(timeout=_LOOK_SECONDS)
            except Empty:
                continue
            if error is not None:
                raise error
            return
        raise Abandoned
