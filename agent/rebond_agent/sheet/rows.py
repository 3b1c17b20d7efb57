"""Lines of the sheet in the making: labels on the left, parts joined by dots, never too wide."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rebond_agent.language import Language, say
from rebond_agent.language.phrases import Phrase
from rebond_schemas.facts import Source

WIDTH = 80
MARGIN = 16
"""Columns of the label on the left."""


class Rows:
    """Lines in the making: a label on the left, parts joined by dots, never wider than `width`."""

    def __init__(
        self, language: Language, sources: Mapping[str, Source], width: int = WIDTH
    ) -> None:
        self.language = language
        self.sources = sources
        self.width = width
        self.lines: list[str] = []
        self._last: Phrase | None = None

    def say(self, phrase: Phrase, **details: object) -> str:
        return say(self.language, phrase, **details)

    def add(self, label: Phrase, parts: Iterable[str | None]) -> None:
        """Add one row; without any part the row says "unknown"."""
        said = [part for part in parts if part] or [self.say(Phrase.UNKNOWN)]
        shown = "" if label is self._last else self.say(label)
        self._last = label
        for line in filled(said, self.width - MARGIN):
            self.lines.append(f"{shown:<{MARGIN}}{line}")
            shown = ""

    def under(self, parts: Iterable[str | None]) -> None:
        """Add one row under the last label, a little to the right; nothing when empty."""
        said = [part for part in parts if part]
        self.lines.extend(
            " " * (MARGIN + 2) + line for line in filled(said, self.width - MARGIN - 2)
        )

    def none_or_unknown(self, name: str, phrase: Phrase) -> list[str]:
        """Say that there is none only where something that could tell said so."""
        source = self.sources.get(name)
        known = source is not None and source.status != "unknown"
        return [self.say(phrase)] if known else []


def filled(parts: Sequence[str], width: int) -> list[str]:
    """Join parts by dots into lines; a part is broken only when it fills a line by itself."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} · {part}" if lines else part
        if len(joined) <= width:
            lines[-1:] = [joined]
        else:
            lines.extend(textwrap.wrap(part, width))
    return lines
