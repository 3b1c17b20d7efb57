"""Who received: kept apart, sealed where it is a picture, purged, shown and erased on request.

No event, log or address ever holds a name: history tells counts and numbers of sheets.
"""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete, select

from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.step import reason_given
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Handover, Recipient, Signature
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.locked_box import opened, sealed

KEPT = timedelta(days=2 * 365)
"""How long a recipient's name is kept: two years after the last contact (CNIL's usual limit)."""
LONGEST_NAME = 200
LARGEST_SCAN = 2 * 1024 * 1024
SHORTEST_SEARCH = 2
_MAGIC = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}
"""What a scan may be, told by its first bytes and never by its name."""


class Person(Struct, frozen=True, kw_only=True):
    """Everything that is kept of one recipient: personal, for who may see it alone."""

    recipient_id: UUID
    name: str
    handover: str
    day: str
    tag: str | None
    signatures: int
    purge_after: str


def keep_name(
    work: Work, handover: Handover, name: str | None, device_id: UUID | None = None
) -> None:
    """Keep a name apart from everything else; no event tells it."""
    told = clean(name)
    if told is None:
        return
    work.session.add(
        Recipient(
            site_id=work.site_id,
            id=uuid7(work.now),
            handover_id=handover.id,
            device_id=device_id,
            name=told[:LONGEST_NAME],
            purge_after=(work.now + KEPT).date(),
        )
    )


def keep_signature(work: Work, handover_id: UUID, picture: bytes) -> Signature:
    """Seal the drawn signature, or the scan of the signed sheet, and keep it with the handover."""
    work.require(Permission.HAND_OVER)
    handover = _handover(work, handover_id)
    media = next((kind for magic, kind in _MAGIC.items() if picture.startswith(magic)), None)
    if media is None or len(picture) > LARGEST_SCAN:
        raise BadValue(
            Sentence(
                fr="Le scan est une image PNG ou JPEG, ou un PDF, de 2 Mo au plus.",
                en="The scan is a PNG or JPEG picture, or a PDF, of 2 MB at most.",
            )
        )
    row_id = uuid7(work.now)
    row = Signature(
        site_id=work.site_id,
        id=row_id,
        handover_id=handover.id,
        media=media,
        sealed=sealed(work.server_key, row_id.bytes, picture),
        noted=work.now,
        purge_after=(work.now + KEPT).date(),
    )
    work.session.add(row)
    work.session.flush()
    tell(work, "keep_signature", ("handover", handover.id), new=handover.number)
    return row


def read_signature(work: Work, signature_id: UUID) -> tuple[str, bytes]:
    """Return a signature as it was, with its media type; history tells that it was looked at."""
    work.require(Permission.VIEW_PERSONAL_DATA)
    row = work.session.get(Signature, (work.site_id, signature_id))
    if row is None:
        raise NotFound(Sentence(fr="Cette signature n'est plus là.", en="This signature is gone."))
    tell(work, "see_signature", ("handover", row.handover_id))
    return row.media, opened(work.server_key, row.id.bytes, row.sealed)


def find_people(work: Work, name: str) -> tuple[Person, ...]:
    """Return what is kept of the people whose name holds this text; history tells that one looked."""
    work.require(Permission.VIEW_PERSONAL_DATA)
    told = clean(name)
    if told is None or len(told) < SHORTEST_SEARCH:
        raise BadValue(
            Sentence(fr="Donnez au moins deux lettres.", en="Give at least two letters.")
        )
    rows = work.session.execute(
        select(Recipient, Handover, Device.tag)
        .join(
            Handover,
            (Handover.site_id == Recipient.site_id) & (Handover.id == Recipient.handover_id),
        )
        .outerjoin(
            Device, (Device.site_id == Recipient.site_id) & (Device.id == Recipient.device_id)
        )
        .where(Recipient.site_id == work.site_id)
        .order_by(Handover.at, Recipient.id)
    )
    found = tuple(
        _person(work, recipient, handover, tag)
        for recipient, handover, tag in rows
        if told.casefold() in recipient.name.casefold()
    )
    tell(work, "search_people", ("site", work.site_id), details={"found": len(found)})
    return found


def erase_person(work: Work, recipient_id: UUID, reason: str) -> str:
    """Erase a name, and the signatures of its sheet; return the number of the sheet."""
    work.require(Permission.VIEW_PERSONAL_DATA)
    given = reason_given(reason)
    row = work.session.get(Recipient, (work.site_id, recipient_id))
    if row is None:
        raise NotFound(Sentence(fr="Ce nom n'est plus là.", en="This name is gone."))
    if row.name.casefold() in given.casefold():
        raise BadValue(
            Sentence(
                fr="N'écrivez pas le nom dans la raison : elle reste dans l'historique.",
                en="Don't write the name in the reason: it stays in the history.",
            )
        )
    handover = _handover(work, row.handover_id)
    work.session.execute(
        delete(Signature).where(
            Signature.site_id == work.site_id, Signature.handover_id == handover.id
        )
    )
    work.session.delete(row)
    work.session.flush()
    tell(work, "erase_person", ("handover", handover.id), new=handover.number, reason=given)
    return handover.number


def _person(work: Work, recipient: Recipient, handover: Handover, tag: str | None) -> Person:
    signatures = work.session.scalars(
        select(Signature.id).where(
            Signature.site_id == work.site_id, Signature.handover_id == handover.id
        )
    ).all()
    return Person(
        recipient_id=recipient.id,
        name=recipient.name,
        handover=handover.number,
        day=handover.at.date().isoformat(),
        tag=tag,
        signatures=len(signatures),
        purge_after=recipient.purge_after.isoformat(),
    )


def _handover(work: Work, handover_id: UUID) -> Handover:
    found = work.session.get(Handover, (work.site_id, handover_id))
    if found is None:
        raise NotFound(Sentence(fr="Cette remise n'existe pas.", en="There is no such handover."))
    return found
