"""A sentence for people, in the two languages of the workshop; French comes first on screens."""

from typing import Literal

from msgspec import Struct

Language = Literal["fr", "en"]


def both(fr: str, en: str | None) -> "Sentence":
    """Return a text with its English, which is left out where it is the same."""
    return Sentence(fr=fr, en=fr if en is None else en)


class Sentence(Struct, frozen=True, kw_only=True, gc=False):
    """The same sentence in French and in English."""

    fr: str
    en: str

    def into(self, language: Language) -> str:
        """Return the sentence in this language."""
        return self.fr if language == "fr" else self.en

    def __str__(self) -> str:
        """Return the French sentence."""
        return self.fr
