"""The view that asks who works here, and how a second read ended."""

from rich.text import Text

from rebond_agent.console.lines import Size, Style, line, wrapped
from rebond_agent.console.state import State
from rebond_agent.language import Language, say
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.phrases import Phrase
from rebond_agent.wipe.reasons import Reason, explain
from rebond_schemas.erasure import Ending
from rebond_schemas.statement import Erasure


def who(state: State, size: Size) -> list[Text]:
    """Ask for a name or a badge; say what it is for, and who is not to read."""
    language = state.language
    known = state.operator or say(language, Phrase.UNKNOWN)
    said = [say(language, ConsolePhrase.WHO_HOW), say(language, ConsolePhrase.WHO_NOW, name=known)]
    if state.reads_next and state.not_by:
        said.append(say(language, ConsolePhrase.WHO_NOT, names=", ".join(state.not_by)))
    lines = [line(""), line(f" {say(language, ConsolePhrase.WHO)}", Style.STRONG), line("")]
    for text in said:
        lines += [line(f" {row}") for row in wrapped(text, size.width - 2)]
    return lines


def read_text(read: Erasure, language: Language) -> tuple[str, bool]:
    """Return how a second read ended, and whether it went well; the server alone confirms."""
    key, _, detail = (read.reason or "").partition(": ")
    if key in set(Reason):
        sentence = explain(Reason(key), detail or None)
        return (sentence.fr if language is Language.FR else sentence.en), False
    if read.ending is Ending.COMPLETED:
        return say(language, ConsolePhrase.READ_WELL), True
    return read.reason or say(language, Phrase.UNKNOWN), False
