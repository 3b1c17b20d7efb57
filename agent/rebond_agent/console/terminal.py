"""The terminal in front of the technician: raw keys in, changed lines out."""

import codecs
import os
import select
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.control import Control
from rich.text import Text

from rebond_agent.console.event import Key
from rebond_agent.console.keys import read_keys
from rebond_agent.console.lines import Size

_ESCAPE_SECONDS = 0.4
"""How long an Escape waits for the rest of its sequence, over serial or from a person."""


class Terminal:
    """One terminal, as long as the console holds it."""

    def __init__(self, keyboard: int, screen: TextIO) -> None:
        """Take the descriptor to read keys from and the stream to draw on."""
        self._keyboard = keyboard
        # No links, no highlighting of numbers, and the 16 colours that every console has.
        self._console = Console(
            file=screen, highlight=False, color_system="standard", legacy_windows=False
        )
        self._shown: list[Text] = []
        self._size: Size | None = None
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def size(self) -> Size:
        """Columns and rows; a serial line that tells none has 80 and 24."""
        try:
            columns, rows = os.get_terminal_size(self._keyboard)
        except OSError:
            columns, rows = 0, 0
        return Size(width=columns or 80, height=rows or 24)

    def keys(self, seconds: float) -> tuple[Key | str, ...]:
        """Return what was pressed, waiting at most this long."""
        ready, _, _ = select.select([self._keyboard], [], [], seconds)
        if not ready and not self._rest:
            return ()
        if ready:
            came = os.read(self._keyboard, 4096)
            if not came:
                raise EOFError("the terminal has gone")
            self._rest += self._decoder.decode(came)
        keys, self._rest = read_keys(self._rest, waited=not ready)
        if self._rest and not keys:
            more, _, _ = select.select([self._keyboard], [], [], _ESCAPE_SECONDS)
            if not more:
                keys, self._rest = read_keys(self._rest, waited=True)
        return keys

    def show(self, lines: Sequence[Text]) -> None:
        """Draw the lines that have changed: a serial line carries 11 kB a second."""
        size = self.size
        if size != self._size:
            self._size, self._shown = size, []
            self._console.control(Control.clear(), Control.home())
        for number, line in enumerate(lines[: size.height]):
            if number < len(self._shown) and self._shown[number] == line:
                continue
            self._console.control(Control.move_to(0, number))
            shown = line.copy()
            shown.truncate(size.width, overflow="crop", pad=True)
            # Never the very last cell: writing there scrolls a terminal without delayed wrap.
            last = number == size.height - 1
            if last:
                shown.right_crop(1)
            self._console.print(shown, end="", soft_wrap=True)
        self._shown = list(lines)


@contextmanager
def held(screen: TextIO) -> Iterator[Terminal]:
    """Hold the terminal of this process: no echo, no line editing; everything back at the end."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    terminal = Terminal(keyboard, screen)
    tty.setraw(keyboard, termios.TCSANOW)
    print("\x1b[?1049h\x1b[?25l", end="", file=screen, flush=True)
    try:
        yield terminal
    finally:
        print("\x1b[0m\x1b[2J\x1b[H\x1b[?25h\x1b[?1049l", end="", file=screen, flush=True)
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
