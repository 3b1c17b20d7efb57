"""Taking statements from a stick in our hands: plugged into the server's computer, or its files sent by a browser."""

from dataclasses import dataclass
from enum import StrEnum

from rebond_schemas.parcel import Torn, read
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.answers import Accepted, Status
from rebond_server.operations.receive_parcel import receive_parcel
from rebond_server.operations.work import Work


class Outcome(StrEnum):
    """What became of one file."""

    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One file of a stick."""

    name: str
    outcome: Outcome
    why: Sentence | None = None
    receipt: bytes | None = None
    """As the stick will find it beside its statement: the signature, a line end, the receipt."""


def import_parcel(work: Work, name: str, content: bytes) -> Imported:
    """Take in one file; the same statement again, sent or plugged, is known and counts once.

    One file that fails takes no other with it. A revoked stick that came back may still hold what honest hands wrote: it goes into quarantine.
    """
    try:
        read(content)
    except Torn as torn:
        why = Sentence(fr=f"fichier abîmé : {torn}", en=f"damaged file: {torn}")
        return Imported(name=name, outcome=Outcome.REFUSED, why=why)
    with work.session.begin_nested():
        answer = receive_parcel(work, content, by_hand=True)
    if not isinstance(answer, Accepted):
        return Imported(name=name, outcome=Outcome.REFUSED, why=answer.sentence)
    return Imported(
        name=name,
        outcome=Outcome.NEW if answer.status is Status.CREATED else Outcome.KNOWN,
        receipt=answer.signature.encode("ascii") + b"\n" + answer.body,
    )
