"""Why a drive is not erased, or why its erasure is not whole; the words are the schemas', for both sides."""

from msgspec import Struct

from rebond_schemas.refusal import Reason, Sentence
from rebond_schemas.refusal_sentences import SENTENCES, explain

__all__ = ["SENTENCES", "Reason", "Refusal", "Sentence", "explain"]


class Refusal(Struct, frozen=True, kw_only=True):
    """A drive that is not erased, and why."""

    reason: Reason
    detail: str | None = None

    @property
    def sentence(self) -> Sentence:
        """What the technician reads: the reason and the next thing to try."""
        return explain(self.reason, self.detail)
