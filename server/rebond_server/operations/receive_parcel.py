"""Opening what a stick sealed: the line is verified before the seal is broken, the seal before the statement."""

import hashlib
from datetime import timedelta

from sqlalchemy import ColumnElement, CursorResult, delete, func, select

from rebond_schemas.exchange import Arrived
from rebond_schemas.parcel import LARGEST, Parcel, Torn, read, read_part, signed_by
from rebond_schemas.sealing import Unopenable, derived_key, unseal
from rebond_schemas.signing import PART_TYPE, verified
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.receive_statement import TOO_LARGE, receive_statement
from rebond_server.operations.work import Work
from rebond_server.store.arrival import PartRow
from rebond_server.store.database import take_turns
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import Stick

PARTS_KEPT = timedelta(days=7)
MOST_UNDER_WAY = 4 * LARGEST
"""Bytes of unfinished parcels that one stick may have here; the oldest give way."""


def receive_parcel(work: Work, content: bytes, *, by_hand: bool = False) -> Accepted | Declined:
    """Take in one sealed statement, as `receive_statement` does once it is open.

    `by_hand`: a person of ours brought the stick; a revoked one is read, too, but not believed.
    """
    if len(content) > LARGEST:
        return TOO_LARGE
    try:
        parcel = read(content)
    except Torn as torn:
        return _torn(torn)
    stick = _known(work, parcel, by_hand=by_hand)
    if stick is None:
        return NOT_KNOWN
    try:
        raw = unseal(derived_key(work.server_key), parcel.sealed)
    except Unopenable:
        return _SEALED_FOR_ANOTHER
    return receive_statement(work, raw, stick.id, parcel.signature, by_hand=by_hand)


def receive_part(work: Work, content: bytes) -> Accepted | Declined | Arrived:
    """Keep some bytes of a parcel and say how many there are; its last part is answered by its receipt."""
    try:
        part, told, signature = read_part(content)
    except Torn as torn:
        return _torn(torn)
    stick = work.session.get(Stick, (work.site_id, part.stick))
    if stick is None or stick.revoked is not None:
        return NOT_KNOWN
    if not verified(stick.public_key, PART_TYPE, told, signature):
        return NOT_KNOWN
    if part.total > LARGEST or part.offset + len(part.data) > part.total:
        return TOO_LARGE
    take_turns(work.session, f"parts {stick.id}")
    held = _held(work, stick, part.parcel)
    if part.data and part.offset == held:
        work.session.add(
            PartRow(
                site_id=work.site_id,
                id=uuid7(work.now),
                stick_id=stick.id,
                parcel=part.parcel,
                offset=part.offset,
                length=len(part.data),
                data=part.data,
                arrived=work.now,
            )
        )
        work.session.flush()
        held += len(part.data)
        _make_room(work, stick, part.parcel)
    if held < part.total:
        return Arrived(offset=held)
    return _whole(work, stick, part.parcel)


def forget_parts(work: Work) -> int:
    """Delete parts of parcels that nobody finished in a week; the stick still has them whole."""
    gone = work.session.execute(
        delete(PartRow).where(
            PartRow.site_id == work.site_id, PartRow.arrived < work.now - PARTS_KEPT
        )
    )
    assert isinstance(gone, CursorResult)  # noqa: S101 - a DELETE gives one; tells the type checker
    return gone.rowcount


def _known(work: Work, parcel: Parcel, *, by_hand: bool) -> Stick | None:
    """Return the stick that wrote the parcel's line, if it is known and not revoked."""
    stick = work.session.get(Stick, (work.site_id, parcel.stick))
    if stick is None or (stick.revoked is not None and not by_hand):
        return None
    return stick if signed_by(parcel, stick.public_key) else None


def _held(work: Work, stick: Stick, parcel: str) -> int:
    return work.session.scalar(
        select(func.coalesce(func.sum(PartRow.length), 0)).where(*_of(work, stick, parcel))
    ) or 0  # fmt: skip


def _whole(work: Work, stick: Stick, parcel: str) -> Accepted | Declined:
    """Put the parts together; a whole that is not what its name says is thrown away and begun again."""
    rows = work.session.scalars(
        select(PartRow.data).where(*_of(work, stick, parcel)).order_by(PartRow.offset)
    )
    content = b"".join(rows)
    work.session.execute(delete(PartRow).where(*_of(work, stick, parcel)))
    if hashlib.sha256(content).hexdigest() != parcel:
        return _torn(Torn("its parts do not fit together"))
    return receive_parcel(work, content)


def _make_room(work: Work, stick: Stick, parcel: str) -> None:
    """Let the oldest unfinished parcels of this stick go when there are too many."""
    others = work.session.execute(
        select(PartRow.parcel, func.sum(PartRow.length))
        .where(PartRow.site_id == work.site_id, PartRow.stick_id == stick.id)
        .group_by(PartRow.parcel)
        .order_by((PartRow.parcel == parcel).desc(), func.max(PartRow.arrived).desc())
    ).all()
    total = 0
    for name, size in others:
        total += size
        if total > MOST_UNDER_WAY and name != parcel:
            work.session.execute(delete(PartRow).where(*_of(work, stick, name)))


def _of(work: Work, stick: Stick, parcel: str) -> tuple[ColumnElement[bool], ...]:
    return (
        PartRow.site_id == work.site_id,
        PartRow.stick_id == stick.id,
        PartRow.parcel == parcel,
    )


def _torn(torn: Torn) -> Declined:
    return Declined(
        status=Status.BAD_REQUEST,
        sentence=Sentence(
            fr=f"Ce n'est pas un relevé scellé intact : {torn}.",
            en=f"This is no sound sealed statement: {torn}.",
        ),
    )


_SEALED_FOR_ANOTHER = Declined(
    status=Status.UNREADABLE,
    sentence=Sentence(
        fr="Ce relevé est scellé pour un autre serveur : remettez la clé à son atelier.",
        en="This statement is sealed for another server: take the stick to its own workshop.",
    ),
)
