"""The main tasks: how many gestures each takes on these screens, and how few it could take.

A gesture is a click, a key that is not text (Enter, "/"), a text typed, a scan or a drawn line. The
numbers are counted by tests/server/web/test_tasks.py while a browser does the task.
"""

from typing import NamedTuple

from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence


class Task(NamedTuple):
    """One task, from its first page, log-in done."""

    name: str
    role: Role
    title: Sentence
    gestures: int
    least: int
    """The gestures that the task itself asks for, whatever the screens: scans, choices, consents."""


TASKS: tuple[Task, ...] = ()
