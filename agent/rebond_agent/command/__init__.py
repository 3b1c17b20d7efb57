"""Which module holds each command; it is imported only when its command is given."""

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from rebond_agent.command.desk import Desk

Command = Callable[[Desk, argparse.Namespace], int]
"""Does what was asked, and returns the exit code."""

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "inspect": "inspect_command",
        "wipe": "wipe_command",
        "reread": "reread_command",
        "check": "check_command",
        "console": "console_command",
        "send": "send_command",
        "record": "record_command",
        "enrol": "enrol_command",
        "status": "status_command",
    }
)
"""Name of each command, which is also its module's, and of its function."""


def command(name: str) -> Command:
    """Return the function of a command; KeyError when there is none of that name."""
    module = import_module(f"{__name__}.{name}")
    return cast("Command", getattr(module, COMMANDS[name]))
