"""What the parts of the command line share: a verb, the open workshop, the clock, the voice."""

import argparse
import gc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from rebond_server.config import Config
from rebond_server.operations.workshop import Workshop, open_workshop


class Verb(NamedTuple):
    """One word of the command line: what it does and what it takes."""

    help: str
    act: Callable[[Config, argparse.Namespace], int]
    words: tuple[tuple[str, dict[str, object]], ...] = ()


class Open:
    """The open workshop, closed at the end of the command."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def __enter__(self) -> Workshop:
        self.workshop = open_workshop(self.config)
        gc.freeze()  # all that is loaded stays: every search for cycles went through 260,000 objects of it
        return self.workshop

    def __exit__(self, *error: object) -> None:
        self.workshop.close()


def utc_now() -> datetime:
    """Return the time: the one clock of the command line."""
    return datetime.now(UTC)


def say(text: str) -> None:
    """Print one line."""
    print(text)  # noqa: T201 - the command line speaks here
