"""A machine that remembers all it was asked: no probe can forget to keep its evidence."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import TypeVar

from rebond_agent.machine import TIME_LIMIT, Completed, Library, Machine

K = TypeVar("K")
T = TypeVar("T")


class NotingMachine:
    """Wraps a machine; each question reaches it once, also from several threads at a time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = Lock()
        self._commands: dict[tuple[str, ...], Future[Completed]] = {}
        self._files: dict[str, Future[bytes | None]] = {}
        self._listings: dict[str, Future[tuple[str, ...]]] = {}
        self._answers: dict[Library, Future[object | None]] = {}

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:
        """Run a program, or return what it said before."""
        named = tuple(command)
        return self._once(
            self._commands, named, lambda: self._machine.run(named, time_limit=time_limit)
        )

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes as they were at the first question."""
        return self._once(self._files, path, lambda: self._machine.read(path))

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder as they were at the first question."""
        return self._once(self._listings, folder, lambda: self._machine.names(folder))

    def ask(self, library: Library) -> object | None:
        """Return a library's answer to the first question."""
        return self._once(self._answers, library, lambda: self._machine.ask(library))

    @property
    def commands(self) -> tuple[Completed, ...]:
        """Every program that was run, sorted by its command."""
        return tuple(self._commands[key].result() for key in sorted(self._commands))

    @property
    def files(self) -> dict[str, bytes]:
        """Every file that could be read."""
        read = {path: self._files[path].result() for path in sorted(self._files)}
        return {path: content for path, content in read.items() if content is not None}

    @property
    def listings(self) -> dict[str, tuple[str, ...]]:
        """Every folder that was listed."""
        return {path: self._listings[path].result() for path in sorted(self._listings)}

    @property
    def answers(self) -> dict[Library, object]:
        """Every library that answered."""
        heard = {library: self._answers[library].result() for library in sorted(self._answers)}
        return {library: value for library, value in heard.items() if value is not None}

    def _once(self, kept: dict[K, Future[T]], key: K, question: Callable[[], T]) -> T:
        with self._lock:
            first = key not in kept
            future = kept.setdefault(key, Future())
        if first:
            try:
                future.set_result(question())
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()
