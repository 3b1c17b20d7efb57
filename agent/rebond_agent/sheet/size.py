"""Sizes as they stand on a label: drives in powers of ten, memory in powers of two."""

from rebond_agent.language import Language, decimal, say
from rebond_agent.language.phrases import Phrase

_STEPS = (
    (10**12, Phrase.TERA),
    (10**9, Phrase.GIGA),
    (10**6, Phrase.MEGA),
    (10**3, Phrase.KILO),
)
_ROUND = 10
"""From ten on, labels carry no decimals: 256 Go, but 1,92 To."""

_MEBIBYTES_A_GIBIBYTE = 1024


def decimal_size(language: Language, size_bytes: int) -> str:
    """Return a drive's size: 500 Go, 1 To."""
    for step, phrase in _STEPS:
        if size_bytes >= step:
            number = size_bytes / step
            digits = 0 if number >= _ROUND else 2
            return say(language, phrase, number=decimal(language, number, digits))
    return say(language, Phrase.BYTES, number=size_bytes)


def binary_size(language: Language, mebibytes: int) -> str:
    """Return a memory size as its label says it: 8 Go for 8192 MiB."""
    if mebibytes < _MEBIBYTES_A_GIBIBYTE:
        return say(language, Phrase.MEGA, number=mebibytes)
    number = decimal(language, mebibytes / _MEBIBYTES_A_GIBIBYTE)
    return say(language, Phrase.GIGA, number=number)
