"""The readable sheet of one machine: plain text, 80 columns, French or English."""

import textwrap

from rebond_agent.language import Language, say
from rebond_agent.language.phrases import Phrase
from rebond_agent.sheet.parts import PARTS
from rebond_agent.sheet.rows import WIDTH, Rows
from rebond_schemas.statement import Inventory


def sheet(statement: Inventory, language: Language, *, origin: str) -> str:
    """Return the whole sheet; `origin` says which stick made it, or that none did."""
    rows = Rows(language, statement.sources)
    facts = statement.facts
    for part in PARTS:
        part(rows, facts)
    for failure in statement.failures:
        rows.add(Phrase.FAILURES, [f"{failure.probe} : {failure.reason}"])
    return "\n".join([*_head(statement, language, origin), *rows.lines, "═" * WIDTH, ""])


def _head(statement: Inventory, language: Language, origin: str) -> list[str]:
    """Title and moment, then asset tag and stick."""
    title = say(language, Phrase.TITLE)
    if statement.asset_tag:
        title += " · " + say(language, Phrase.TAG, tag=statement.asset_tag)
    moment = f"{statement.made.wall:%Y-%m-%d %H:%M} UTC"
    if len(title) + len(moment) + 1 > WIDTH:
        lines = [title, moment]
    else:
        lines = [title + moment.rjust(WIDTH - len(title))]
    return ["═" * WIDTH, *lines, *textwrap.wrap(origin, WIDTH), "─" * WIDTH]
