"""The command line: the only place that catches the agent's errors, and says them."""

import io
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TextIO

from rebond_agent import config
from rebond_agent.command import command
from rebond_agent.command.arguments import language_of, parser
from rebond_agent.command.desk import Desk
from rebond_agent.errors import AgentError
from rebond_agent.language import say_error
from rebond_agent.stick.durable import Durable

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count it."""


def main() -> int:
    """Run the command of this process and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console without our characters gets question marks, never a crash after a wipe.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    return run(sys.argv[1:], os.environ, sys.stdout, sys.stderr)


def run(words: Sequence[str], environment: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Run one command; an error becomes its sentence on `err` and its exit code."""
    known = config.read(environment)
    language = language_of(words, known)
    asked = parser(language).parse_args(words)
    desk = Desk(
        language=language,
        # set_defaults would reach into the words shared by all commands and undo --stick
        stick=getattr(asked, "stick", known.stick),
        out=out,
        err=err,
        clocks=config.computer_clocks(),
        sleep=time.sleep,
        disk=Durable(),
        asks=sys.stdin is not None and sys.stdin.isatty(),
    )
    try:
        return command(asked.command)(desk, asked)
    except AgentError as error:
        print(say_error(language, error), file=err)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
