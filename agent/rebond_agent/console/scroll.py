"""More than the screen holds: whole blocks from the first one shown, and how many are beyond."""

from collections.abc import Sequence

from rich.text import Text

from rebond_agent.console.lines import labelled
from rebond_agent.language import Language, say
from rebond_agent.language.console_phrases import ConsolePhrase

Block = list[Text]


def scrolled(blocks: Sequence[Block], top: int, room: int, language: Language) -> list[Text]:
    """Return blocks that fit into the room, never half a block unless one alone is too large."""
    if sum(map(len, blocks)) <= room:
        return [row for block in blocks for row in block]
    top = min(top, last_top(blocks, room))
    lines: list[Text] = []
    if top:
        lines += labelled("", [say(language, ConsolePhrase.MORE_ABOVE, count=top)])
    shown = top
    while shown < len(blocks):
        rest = 0 if shown == len(blocks) - 1 else 1
        if shown > top and len(lines) + len(blocks[shown]) + rest > room:
            break
        lines += blocks[shown]
        shown += 1
    if shown < len(blocks):
        count = len(blocks) - shown
        lines += labelled("", [say(language, ConsolePhrase.MORE_BELOW, count=count)])
    return lines


def last_top(blocks: Sequence[Block], room: int) -> int:
    """Return the first block shown when the last one stands at the bottom."""
    left = room - 1
    for number in range(len(blocks) - 1, -1, -1):
        left -= len(blocks[number])
        if left < 0:
            return min(number + 1, len(blocks) - 1)
    return 0
