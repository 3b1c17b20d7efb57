"""What happened to a drive, in two lines. The verdict is the server's, and is not told here."""

import textwrap

from rebond_agent.language import Language, say, word
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.words import ENDINGS, METHODS
from rebond_agent.sheet.size import decimal_size
from rebond_agent.wipe.reasons import Reason, explain
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.statement import Erasure

_WIDTH = 80


def erasure_text(erasure: Erasure, language: Language) -> str:
    """Return the drive and the ending, then the reason or what comes next."""
    identity = erasure.drive
    size = None if identity.size_bytes is None else decimal_size(language, identity.size_bytes)
    serial = (
        say(language, Phrase.SERIAL_IS, serial=identity.serial)
        if identity.serial
        else say(language, Phrase.NO_SERIAL)
    )
    who = " · ".join(part for part in (erasure.path, identity.model, serial, size) if part)
    ending = word(language, ENDINGS, erasure.ending)
    method = word(language, METHODS, erasure.method)
    resumed = say(language, Phrase.RESUMED, count=erasure.resumed) if erasure.resumed else None
    brackets = ", ".join(part for part in (method, resumed) if part)
    how = ending if erasure.method is Method.NONE else f"{ending} ({brackets})"
    after = textwrap.wrap(f"{how}. {_after(erasure, language)}", _WIDTH - 2)
    return "\n  ".join([who, *after])


def _after(erasure: Erasure, language: Language) -> str:
    if erasure.ending is Ending.COMPLETED:
        return say(language, Phrase.VERDICT_LATER)
    key, _, detail = (erasure.reason or "").partition(": ")
    if key not in set(Reason):
        return erasure.reason or say(language, Phrase.UNKNOWN)
    sentence = explain(Reason(key), detail or None)
    return sentence.fr if language is Language.FR else sentence.en
