"""The computer under examination, behind one door: run a program, read a file, list a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

TIME_LIMIT = 5.0
"""Seconds one program may take before it is stopped with its whole process group."""

OUTPUT_LIMIT = 4 * 1024 * 1024
"""Bytes read of one program's output or of one file."""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """What came of running one program. Nothing here is an exception: a tool may well be missing."""

    command: tuple[str, ...]
    outcome: Literal["ok", "failed", "missing", "timeout"]
    exit_status: int | None = None
    output: bytes = b""
    errors: bytes = b""

    @property
    def text(self) -> str:
        """The output as text, whatever bytes it held."""
        return self.output.decode("utf-8", "replace")


class Library(StrEnum):
    """A question that a Python library answers instead of a program."""

    CPUINFO = "cpuinfo"
    """py-cpuinfo's dictionary (called once a run: it takes 1.2 s)."""
    USABLE_MEMORY = "usable_memory"
    """psutil: bytes of memory left for the system."""
    UDEV = "udev"
    """pyudev: list of {subsystem, name, properties} for block, net, input, sound, video4linux…"""
    SMART_DEVICES = "smart_devices"
    """pySMART: list of {name, interface, assessment, is_ssd…}, a second opinion beside smartctl."""


class Machine(Protocol):
    """One computer: this one (live), or one that was recorded into a folder."""

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:
        """Run a program without a shell, in its own process group, with a clean C locale."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes (at most OUTPUT_LIMIT), or None when it can't be read."""
        ...

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the sorted names in a folder; empty when it can't be listed."""
        ...

    def ask(self, library: Library) -> object | None:
        """Return a library's answer as plain JSON values, or None when it has none."""
        ...
