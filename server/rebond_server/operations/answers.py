"""What a stick is told. Refusals are values: what they leave behind must be committed."""

from dataclasses import dataclass
from enum import StrEnum

from rebond_server.domain.sentence import Sentence


class Status(StrEnum):
    """How a request of a stick ended."""

    CREATED = "created"
    KNOWN = "known"
    BAD_REQUEST = "bad_request"
    UNREADABLE = "unreadable"
    NOT_KNOWN = "not_known"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The bytes of the answer and the server's signature over them."""

    status: Status
    body: bytes
    signature: str


@dataclass(frozen=True, kw_only=True)
class Declined:
    """Why not, in a sentence a person can act on."""

    status: Status
    sentence: Sentence


NOT_KNOWN = Declined(
    status=Status.NOT_KNOWN,
    sentence=Sentence(
        fr="Clé inconnue ou signature fausse : enrôlez la clé auprès de l'atelier.",
        en="Unknown stick or wrong signature: enrol the stick with the workshop.",
    ),
)
"""One answer for every reason, so that nobody learns which it was."""
