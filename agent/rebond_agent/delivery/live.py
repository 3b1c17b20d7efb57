"""Telling the server what the bench does, about once a second: at best, and never at the work's cost.

One thread of its own sends the latest state; whatever it could not send in time is forgotten. Nothing
that works ever waits for it.
"""

import threading
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

import msgspec

from rebond_agent.delivery.server import Answer
from rebond_agent.errors import ServerError
from rebond_agent.stick import Stick
from rebond_agent.wipe.progress import Progress
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.facts import Board, DriveIdentity
from rebond_schemas.progress import BenchProgress, DriveProgress, ProgressAnswer
from rebond_schemas.sealing import seal
from rebond_schemas.signing import PROGRESS_TYPE, sign
from rebond_schemas.text import clean

PATIENCE_SECONDS = 2.0
"""Of one word; a server that needs longer hears the next one."""
BACKOFF_SECONDS = 15.0
"""Until the next try when nobody answered."""
_FAREWELL_SECONDS = 2.5
_OK = 200


class Listener(Protocol):
    """Whoever hears: the server."""

    def hear(self, sealed: bytes, stick: UUID, signature: str) -> Answer:
        """Take one word; raise Unreachable when nobody answers."""
        ...


class Live:
    """The state of one machine, as the bench page shows it."""

    def __init__(self, stick: Stick | None, listener: Listener | None, run: UUID) -> None:
        """Take whom to tell (nobody, where the stick is not enrolled); nothing is sent before `begin`."""
        self._stick, self._listener = stick, listener
        known = UUID(int=0) if stick is None else stick.settings.stick
        self._state = BenchProgress(stick=known, run=run, number=0)
        self._drives: dict[str, DriveProgress] = {}
        self._lock = threading.Lock()
        self._news, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Start telling, where there is somebody to tell."""
        if self._listener is not None:
            self._thread.start()

    def end(self) -> None:
        """Tell the last state if that is quick, and stop."""
        self._over.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(_FAREWELL_SECONDS)

    def machine(self, board: Board, asset_tag: str | None) -> None:
        """Say which machine this is."""
        names = (board.maker or board.board_maker, board.marketing_name or board.model)
        self._change(machine=clean(" ".join(name for name in names if name)), asset_tag=asset_tag)

    def needs(self, what: str | None) -> None:
        """Say what a person has to do here; None: nothing any more."""
        self._change(needs=clean(what))

    def drive(self, identity: DriveIdentity, path: str, progress: Progress) -> None:
        """Say how far the work on a drive has come."""
        self._keep(
            DriveProgress(
                path=path,
                model=identity.model,
                serial=identity.serial,
                step=progress.step,
                steps=progress.steps,
                action=progress.action,
                bytes_done=progress.bytes_done,
                bytes_total=progress.bytes_total,
                bytes_per_second=progress.bytes_per_second,
                eta_seconds=progress.eta_seconds,
                fault_count=progress.fault_count,
                mismatch_count=progress.mismatch_count,
                celsius=progress.celsius,
                paused=progress.paused,
            )
        )

    def ended(self, identity: DriveIdentity, path: str, ending: str) -> None:
        """Say how the work on a drive ended, as the agent saw it."""
        before = self._drives.get(path) or DriveProgress(
            path=path, model=identity.model, serial=identity.serial
        )
        self._keep(msgspec.structs.replace(before, ending=ending, paused=False))

    def _keep(self, drive: DriveProgress) -> None:
        with self._lock:
            self._drives[drive.path] = drive
        self._news.set()

    def _change(self, **fields: str | None) -> None:
        with self._lock:
            self._state = msgspec.structs.replace(self._state, **fields)
        self._news.set()

    def _run(self) -> None:
        while True:
            self._news.wait()
            over = (
                self._over.is_set()
            )  # asked before the state is read: the last word is the last state
            self._news.clear()
            wait = self._say()
            if over:
                return
            self._over.wait(wait)

    def _say(self) -> float:
        """Send the latest state; return the seconds until the next."""
        with self._lock:
            number = self._state.number + 1
            self._state = msgspec.structs.replace(self._state, number=number)
            told = encode(msgspec.structs.replace(self._state, drives=_sorted(self._drives)))
        assert self._stick is not None  # noqa: S101 - `begin` saw to it; tells the type checker
        assert self._listener is not None  # noqa: S101 - likewise
        settings = self._stick.settings
        sealed = seal(bytes.fromhex(settings.sealing_key), told)
        try:
            signature = sign(self._stick.key, PROGRESS_TYPE, sealed)
            answer = self._listener.hear(sealed, settings.stick, signature)
            wish: ProgressAnswer = decode_as(answer.body, ProgressAnswer)
        except (ServerError, Unreadable):
            return BACKOFF_SECONDS
        return wish.seconds if answer.status == _OK else BACKOFF_SECONDS


def _sorted(drives: Mapping[str, DriveProgress]) -> tuple[DriveProgress, ...]:
    return tuple(drives[path] for path in sorted(drives))
