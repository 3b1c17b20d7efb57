"""Files kept with an agreement, a lot or a device: what the bytes are decides, not what they are called."""

import hashlib
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.defects import DEFECTS
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.step import reason_given
from rebond_server.operations.work import Work
from rebond_server.store.demand import Agreement, Lot
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.record import Attachment

MOST = 50
"""Files of one subject."""
_BEGINS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
"""How files begin that are taken, what they are, and how their names end."""


class Subject(StrEnum):
    """What a file may be kept with."""

    DEVICE = "device"
    LOT = "lot"
    AGREEMENT = "agreement"


_TABLES = {Subject.DEVICE: Device, Subject.LOT: Lot, Subject.AGREEMENT: Agreement}


def attach(
    work: Work,
    subject: Subject,
    subject_id: UUID,
    name: str,
    raw: bytes,
    about: str | None = None,
) -> Attachment:
    """Keep a PDF, PNG or JPEG file with its subject; the same bytes are kept once.

    `about` is the code of the defect that it shows; BadValue when it is none.
    """
    if about is not None and about not in DEFECTS:
        raise BadValue(
            Sentence(fr="Ce défaut n'est pas dans la liste.", en="This defect is not in the list.")
        )
    work.require(Permission.RECEIVE_DEVICE if subject is Subject.DEVICE else Permission.MANAGE_LOTS)
    if work.session.get(_TABLES[subject], (work.site_id, subject_id)) is None:
        raise NotFound(Sentence(fr="Rien ne porte ce numéro.", en="Nothing has this number."))
    found = next((one for one in _BEGINS if raw.startswith(one[0])), None)
    if found is None:
        raise BadValue(
            Sentence(
                fr="Joignez un fichier PDF, PNG ou JPEG.", en="Attach a PDF, PNG or JPEG file."
            )
        )
    _, mime, ending = found
    sha256 = hashlib.sha256(raw).hexdigest()
    known = attachments(work, subject, subject_id)
    same = next((one for one in known if one.sha256 == sha256), None)
    if same is not None:
        return same
    if len(known) >= MOST:
        raise BadValue(Sentence(fr=f"Au plus {MOST} fichiers.", en=f"At most {MOST} files."))
    stem = name.rsplit(".", 1)[0][:180].strip() or "fichier"
    row = Attachment(
        site_id=work.site_id,
        id=uuid7(work.now),
        subject_kind=subject.value,
        subject_id=subject_id,
        name=f"{stem}{ending}",
        mime=mime,
        sha256=sha256,
        raw=raw,
        about=about,
        at=work.now,
        by=work.person(),
    )
    work.session.add(row)
    work.session.flush()
    # not the name: a scan may be called after a person
    tell(work, "attach", (subject.value, subject_id), new=sha256[:16])
    return row


def attachments(work: Work, subject: Subject, subject_id: UUID) -> list[Attachment]:
    """Return the files of a subject, oldest first, without their bytes."""
    return list(
        work.session.scalars(
            select(Attachment)
            .where(
                Attachment.site_id == work.site_id,
                Attachment.subject_kind == subject.value,
                Attachment.subject_id == subject_id,
            )
            .order_by(Attachment.at, Attachment.id)
        )
    )


def attachment(work: Work, attachment_id: UUID) -> Attachment:
    """Return one file with its bytes, or raise NotFound."""
    work.require(Permission.VIEW_DEVICE)
    row = work.session.get(Attachment, (work.site_id, attachment_id))
    if row is None:
        raise NotFound(Sentence(fr="Ce fichier n'existe pas.", en="There is no such file."))
    return row


def detach(work: Work, attachment_id: UUID, reason: str) -> Attachment:
    """Let a file go for good, with a reason: it may show a person."""
    row = attachment(work, attachment_id)
    subject = Subject(row.subject_kind)
    work.require(Permission.RECEIVE_DEVICE if subject is Subject.DEVICE else Permission.MANAGE_LOTS)
    tell(
        work,
        "detach",
        (row.subject_kind, row.subject_id),
        old=row.sha256[:16],
        reason=reason_given(reason),
    )
    work.session.delete(row)
    work.session.flush()
    return row
