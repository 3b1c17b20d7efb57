"""Taking in what a stick says: verify the bytes, keep them, and only then read them."""

import hashlib
import re
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select

from rebond_schemas import codec
from rebond_schemas.exchange import Receipt
from rebond_schemas.signing import RECEIPT_TYPE, STATEMENT_TYPE, sign, verified
from rebond_schemas.statement import AnyStatement, Erasure, Inspection, Inventory
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.doubt import doubt_of, hold_on_arrival
from rebond_server.operations.file_statement import device_for
from rebond_server.operations.history import tell
from rebond_server.operations.project import project
from rebond_server.operations.work import Work, by_stick
from rebond_server.store.database import take_turns
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Site
from rebond_server.store.stick import Conflict, DoubtReason, StatementKind, StatementRow, Stick

_signature = re.compile("[0-9a-f]{128}")

KEPT = "keep_statement"
"""The event that ties a statement, its receipt and its place in the order to the chain of history."""

Decoder = Callable[[bytes], AnyStatement]

TOO_LARGE = Declined(
    status=Status.TOO_LARGE,
    sentence=Sentence(
        fr=f"Le relevé dépasse {codec.SIZE_LIMIT} octets.",
        en=f"The statement exceeds {codec.SIZE_LIMIT} bytes.",
    ),
)


def receive_statement(
    work: Work,
    raw: bytes,
    stick_id: UUID,
    signature: str,
    decode: Decoder = codec.decode,
    *,
    held: bool | None = None,
    by_hand: bool = False,
) -> Accepted | Declined:
    """Take in one statement and say so with a receipt. Nothing is parsed before it is verified.

    The same bytes again get the same receipt. Other bytes under a known id are refused and kept.
    `by_hand`: a person of ours brought the stick, so that a revoked one is read, but not believed.
    `held` repeats what was decided when it came first (None: decide now whether it is in doubt).
    """
    if len(raw) > codec.SIZE_LIMIT:
        return TOO_LARGE
    stick = _signer(work, raw, stick_id, signature, by_hand=by_hand)
    if stick is None:
        return NOT_KNOWN
    work = by_stick(work, stick.id)
    work.require(Permission.INGEST)
    sha256 = work.evidence.keep(raw)
    try:
        statement = decode(raw)
    except codec.Unreadable as error:
        return _unreadable(work, stick, sha256, clean(str(error)) or "?")
    if (statement.site, statement.stick) != (work.site_id, stick.id):
        return _unreadable(work, stick, sha256, "made for another workshop or by another stick")
    return _take(work, stick, statement, (sha256, signature), held)


def _signer(
    work: Work, raw: bytes, stick_id: UUID, signature: str, *, by_hand: bool
) -> Stick | None:
    """Return the stick that signed these bytes, if it is known and not revoked."""
    stick = work.session.get(Stick, (work.site_id, stick_id))
    if stick is None or (stick.revoked is not None and not by_hand):
        return None
    if not _signature.fullmatch(signature):  # fromhex would also take spaces and capitals
        return None
    return stick if verified(stick.public_key, STATEMENT_TYPE, raw, signature) else None


def _take(
    work: Work,
    stick: Stick,
    statement: AnyStatement,
    proof: tuple[str, str],
    held: bool | None,  # noqa: FBT001 - passed on from a keyword
) -> Accepted | Declined:
    sha256, signature = proof
    # One statement of a workshop at a time: two sticks that report the same new device at once
    # must not make two devices of it.
    take_turns(work.session, f"statements {work.site_id}")
    known = work.session.get(StatementRow, (work.site_id, statement.id))
    if known is not None:
        if known.sha256 == sha256:
            return _receipt(work, known, Status.KNOWN)
        return _conflict(work, known, stick, sha256, signature)
    _tell_fork(work, stick, statement, sha256)
    why = doubt_of(stick, work.now) if held is None else DoubtReason.FORKED if held else None
    device = None if why is not None else device_for(work, statement)
    arrival = _next_arrival(work)
    row = StatementRow(
        site_id=work.site_id,
        id=statement.id,
        kind=kind_of(statement),
        stick_id=stick.id,
        run=statement.run,
        sequence=statement.sequence,
        previous=statement.previous,
        sha256=sha256,
        signature=signature,
        receipt=codec.encode(
            Receipt(
                statement=statement.id,
                sha256=sha256,
                site=work.site_id,
                stick=stick.id,
                received=work.now,
                device=None if device is None else device.tag,
            )
        ),
        received=work.now,
        arrival=arrival,
        made_before=_made_before(work, stick, statement.sequence, arrival),
        device_id=None if device is None else device.id,
    )
    work.session.add(row)
    stick.seen = work.now
    work.session.flush()
    _tell_kept(work, row)
    if why is None:
        project(work, row, statement)
    else:
        hold_on_arrival(work, row, why)
    return _receipt(work, row, Status.CREATED)


def _tell_kept(work: Work, row: StatementRow) -> None:
    tell(
        work,
        KEPT,
        ("statement", row.id),
        details={
            "sha256": row.sha256,
            "receipt_sha256": hashlib.sha256(row.receipt).hexdigest(),
            "arrival": row.arrival,
            "made_before": row.made_before,
        },
    )


def kind_of(statement: AnyStatement) -> StatementKind:
    """Return the kind of a statement, as its row names it."""
    match statement:
        case Inventory():
            return StatementKind.INVENTORY
        case Erasure():
            return StatementKind.ERASURE
        case Inspection():
            return StatementKind.INSPECTION


def _receipt(work: Work, row: StatementRow, status: Status) -> Accepted:
    return Accepted(
        status=status,
        body=row.receipt,
        signature=sign(work.server_key, RECEIPT_TYPE, row.receipt),
    )


def _unreadable(work: Work, stick: Stick, sha256: str, why: str) -> Declined:
    tell(work, "refuse_statement", ("stick", stick.id), reason=why, details={"sha256": sha256})
    return Declined(
        status=Status.UNREADABLE,
        sentence=Sentence(
            fr=f"Relevé signé mais illisible, gardé comme preuve : {why}"[:250],
            en=f"Signed but unreadable statement, kept as evidence: {why}"[:250],
        ),
    )


def _conflict(
    work: Work, known: StatementRow, stick: Stick, sha256: str, signature: str
) -> Declined:
    held = work.session.scalar(
        select(Conflict.id).where(
            Conflict.site_id == work.site_id,
            Conflict.statement_id == known.id,
            Conflict.sha256 == sha256,
        )
    )
    if held is None:
        work.session.add(
            Conflict(
                site_id=work.site_id,
                id=uuid7(work.now),
                statement_id=known.id,
                stick_id=stick.id,
                sha256=sha256,
                signature=signature,
                received=work.now,
            )
        )
        tell(work, "statement_conflict", ("statement", known.id), old=known.sha256, new=sha256)
    return Declined(
        status=Status.CONFLICT,
        sentence=Sentence(
            fr="Un autre relevé porte déjà ce numéro ; les deux sont gardés, prévenez le chef d'atelier.",
            en="Another statement already has this id; both are kept, tell the workshop lead.",
        ),
    )


def _tell_fork(work: Work, stick: Stick, statement: AnyStatement, sha256: str) -> None:
    """Tell history when the stick's chain splits: a copied stick, or one set back to an old state."""
    near = work.session.scalars(
        select(StatementRow).where(
            StatementRow.site_id == work.site_id,
            StatementRow.stick_id == stick.id,
            StatementRow.sequence.between(statement.sequence - 1, statement.sequence + 1),
        )
    ).all()
    before = {row.sha256 for row in near if row.sequence == statement.sequence - 1}
    after = {row.previous for row in near if row.sequence == statement.sequence + 1}
    forked = (
        any(row.sequence == statement.sequence for row in near)
        or (statement.previous is None) != (statement.sequence == 1)
        or (before and statement.previous not in before)
        or (after and sha256 not in after)
    )
    if forked or _is_copy(stick, statement):
        stick.forked = stick.forked or work.now
        tell(
            work,
            "stick_forked",
            ("stick", stick.id),
            new=str(statement.id),
            details={"sequence": statement.sequence, "sha256": sha256},
        )


def _is_copy(stick: Stick, statement: AnyStatement) -> bool:
    """Say whether the stick is made of something else than before; what is known first is kept."""
    if statement.medium is None:
        return False
    known = (stick.medium or "-.-").split(".")
    told = statement.medium.split(".")
    pairs = list(zip(known, told, strict=True))
    if any(_UNKNOWN not in pair and pair[0] != pair[1] for pair in pairs):
        return True
    stick.medium = ".".join(two if one == _UNKNOWN else one for one, two in pairs)
    return False


_UNKNOWN = "-"


def _next_arrival(work: Work) -> int:
    site = work.session.get_one(Site, work.site_id, populate_existing=True)
    site.arrivals += 1
    return site.arrivals


def _made_before(work: Work, stick: Stick, sequence: int, arrival: int) -> int:
    later = work.session.scalar(
        select(func.min(StatementRow.arrival)).where(
            StatementRow.site_id == work.site_id,
            StatementRow.stick_id == stick.id,
            StatementRow.sequence >= sequence,
        )
    )
    return arrival if later is None else later
