"""A machine that follows a script, and input devices that type one: they prove the tests' judgement."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from rebond_agent.checks.tools import Input, Press
from rebond_agent.machine import TIME_LIMIT, Completed, Library
from rebond_schemas.facts import Facts

T = TypeVar("T")
Script = Sequence[bytes | None]
"""What a file holds at each look; the last one stays."""


class ScriptedMachine:
    """The Machine protocol over tables: programs by name, files and folders by path."""

    def __init__(
        self,
        *,
        programs: Mapping[str, Sequence[Completed]] | None = None,
        files: Mapping[str, Script] | None = None,
        folders: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        """Take what each look shows; a program that is not named is missing."""
        self._programs = {name: list(answers) for name, answers in (programs or {}).items()}
        self._files = {path: list(answers) for path, answers in (files or {}).items()}
        self._folders = {path: list(answers) for path, answers in (folders or {}).items()}
        self.commands: list[tuple[str, ...]] = []

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:  # noqa: ARG002 - the protocol's
        """Return the program's next answer."""
        self.commands.append(tuple(command))
        return _next(self._programs.get(command[0])) or Completed(
            command=tuple(command), outcome="missing"
        )

    def read(self, path: str) -> bytes | None:
        """Return what the file holds now."""
        return _next(self._files.get(path))

    def names(self, folder: str) -> tuple[str, ...]:
        """Return what the folder holds now."""
        seen = _next(self._folders.get(folder))
        return tuple(seen or ())

    def ask(self, library: Library) -> object | None:  # noqa: ARG002 - the protocol's
        """Know no library."""
        return None


def _next(answers: list[T] | None) -> T | None:
    if not answers:
        return None
    return answers.pop(0) if len(answers) > 1 else answers[0]


class ScriptedInput:
    """Input devices that give these presses, one a look, and then nothing."""

    def __init__(self, presses: Sequence[Press]) -> None:
        """Take the presses."""
        self._presses = list(presses)

    def read(self, seconds: float) -> tuple[Press, ...]:  # noqa: ARG002 - the protocol's
        """Return the next press, if there is one."""
        return (self._presses.pop(0),) if self._presses else ()


def typing(*presses: Press) -> Callable[..., AbstractContextManager[Input | None]]:
    """Return what opens a scripted device, for `Tools.inputs`."""

    @contextmanager
    def opened(facts: Facts, *, keys: bool) -> Iterator[Input]:  # noqa: ARG001 - the form of Pointing
        yield ScriptedInput(presses)

    return opened
