"""Checkpoints: the head of the chain of history, signed, as a text that can leave the building.

Whoever keeps one elsewhere (a mail, a partner, a sheet of paper) can later tell whether what came
before it was rewritten or cut off, also by somebody who holds the database and its passwords.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.signing import public_key, sign, verified
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.work import Work
from rebond_server.store.history import HistoryEvent

CHECKPOINT_TYPE = "application/vnd.rebond.checkpoint.v1+text"

_form = re.compile(
    r"(?P<signed>rebond-checkpoint 1\n"
    r"site: (?P<site>[0-9a-f-]{36})\n"
    r"sequence: (?P<sequence>[0-9]{1,18})\n"
    r"sha256: (?P<sha256>[0-9a-f]{64})\n"
    r"made: [0-9T:.+-]{20,40}\n"
    r"key: (?P<key>[0-9a-f]{64})\n)"
    r"signature: (?P<signature>[0-9a-f]{128})\n*"
)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a text says that this workshop's history was; its signature fits its own key."""

    site: UUID
    sequence: int
    sha256: str
    key: str


def make_checkpoint(work: Work) -> str:
    """Return the newest line of history, signed with the server's key, as seven lines of text."""
    sequence, sha256 = work.session.execute(
        select(HistoryEvent.sequence, HistoryEvent.sha256)
        .where(HistoryEvent.site_id == work.site_id, HistoryEvent.sequence.is_not(None))
        .order_by(HistoryEvent.sequence.desc())
        .limit(1)
    ).one()
    signed = (
        "rebond-checkpoint 1\n"
        f"site: {work.site_id}\n"
        f"sequence: {sequence}\n"
        f"sha256: {sha256}\n"
        f"made: {work.now.isoformat()}\n"
        f"key: {public_key(work.server_key)}\n"
    )
    return f"{signed}signature: {sign(work.server_key, CHECKPOINT_TYPE, signed.encode())}\n"


def read_checkpoint(text: str) -> Checkpoint | Sentence:
    """Return what the text says, or why it says nothing."""
    found = _form.fullmatch(text.replace("\r\n", "\n").strip() + "\n")
    if found is None:
        return Sentence(
            fr="Ceci n'est pas un point de contrôle, ou il est abîmé.",
            en="This is no checkpoint, or it is damaged.",
        )
    signed = found["signed"].encode()
    if not verified(found["key"], CHECKPOINT_TYPE, signed, found["signature"]):
        return Sentence(
            fr="La signature du point de contrôle est fausse.",
            en="The signature of the checkpoint is wrong.",
        )
    return Checkpoint(
        site=UUID(found["site"]),
        sequence=int(found["sequence"]),
        sha256=found["sha256"],
        key=found["key"],
    )


def contradictions(work: Work, text: str) -> tuple[Sentence, ...]:
    """Return what in history contradicts this older checkpoint; nothing when it still stands."""
    known = read_checkpoint(text)
    if isinstance(known, Sentence):
        return (known,)
    if known.key != public_key(work.server_key) or known.site != work.site_id:
        return (
            Sentence(
                fr="Ce point de contrôle vient d'un autre atelier, ou la clé du serveur a changé.",
                en="This checkpoint is of another workshop, or the server's key was exchanged.",
            ),
        )
    now = work.session.scalar(
        select(HistoryEvent.sha256).where(
            HistoryEvent.site_id == work.site_id, HistoryEvent.sequence == known.sequence
        )
    )
    if now == known.sha256:
        return ()
    line = known.sequence
    if now is None:
        return (
            Sentence(
                fr=f"Historique tronqué : la ligne {line} du point de contrôle n'existe plus.",
                en=f"History was cut off: line {line} of the checkpoint is gone.",
            ),
        )
    return (
        Sentence(
            fr=f"Historique réécrit : la ligne {line} n'est plus celle du point de contrôle.",
            en=f"History was rewritten: line {line} is no longer that of the checkpoint.",
        ),
    )
