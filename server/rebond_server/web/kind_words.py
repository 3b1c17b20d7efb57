"""The word for a kind of device."""

from rebond_server.domain.sentence import Sentence
from rebond_server.web.words import KINDS


def kind_name(kind: str) -> Sentence:
    """Return the word for a kind; what the table lacks is shown as it came."""
    return KINDS.get(kind, Sentence(fr=kind, en=kind))
