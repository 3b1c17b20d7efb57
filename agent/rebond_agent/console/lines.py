"""Lines of a screen: text in one of few styles, never wider than the screen, never cut."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len
from rich.text import Text

from rebond_agent.sheet.rows import filled


class Style(StrEnum):
    """The few styles, all within the 16 colours of a bare console; the words say the same."""

    PLAIN = ""
    STRONG = "bold"
    BAR = "reverse"
    GOOD = "green"
    BAD = "bold red"
    RUNNING = "cyan"
    WAITING = "bold yellow"


@dataclass(frozen=True, kw_only=True)
class Size:
    """Columns and rows of the terminal."""

    width: int
    height: int


MARGIN = 11
"""Columns of the label on the left."""


def line(text: str, style: Style | str = Style.PLAIN) -> Text:
    """Return one line."""
    return Text(text, style=str(style), no_wrap=True)


def label_of(label: str) -> Text:
    """Return what stands on the left, in line with the head and the keys."""
    return line(f" {label:<{MARGIN - 1}}", Style.STRONG)


def labelled(label: str, texts: Iterable[str], style: Style = Style.PLAIN) -> list[Text]:
    """Return texts with a label before the first of them."""
    lines = []
    for text in texts:
        made = label_of(label)
        made.append(text, style=str(style))
        lines.append(made)
        label = ""
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most this width."""
    return textwrap.wrap(text, width) or [""]


def parts(said: Iterable[str | None], width: int) -> list[str]:
    """Return the known parts, joined by dots into lines of at most this width."""
    return filled([part for part in said if part], width)


def bar(left: str, right: str, width: int) -> Text:
    """Return a line over the whole width with text at both ends; the right one gives way."""
    room = width - cell_len(left) - cell_len(right) - 2
    if room < 1:
        return line(f" {left}".ljust(width)[:width], Style.BAR)
    return line(f" {left}{' ' * room}{right} ", Style.BAR)


def gauge(share: float, width: int) -> str:
    """Return a gauge of plain characters, which every console and every serial line has."""
    inner = max(width - 2, 1)
    done = int(max(0.0, min(share, 1.0)) * inner)
    head = ">" if 0 < done < inner else ""
    return f"[{('=' * (done - len(head)) + head):<{inner}}]"


def key_bar(keys: Iterable[str], width: int) -> list[Text]:
    """Return every key with its action, on as many lines as they need."""
    rows: list[str] = []
    keys = tuple(keys)
    wide = cell_len("   ".join(keys)) <= width - 2
    between = "   " if wide else "  "
    for key in keys:
        joined = f"{rows[-1]}{between}{key}" if rows else key
        if cell_len(joined) <= width - 2:
            rows[-1:] = [joined]
        else:
            rows.append(key)
    return [line(f" {row}".ljust(width), Style.BAR) for row in rows]
