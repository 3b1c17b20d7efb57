"""What the papers of a lot share: their head, their number, keeping them, finding them again."""

import base64
import secrets
from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import undefer

from rebond_server.domain.lot_paper import (
    Head,
    LotErasure,
    LotPaper,
    PaperKind,
    Reuse,
    Transfer,
)
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.demand import Agreement, Lot
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import Donation, Donor
from rebond_server.store.paper import PaperRow
from rebond_server.store.people import Account, Site

LETTERS = {PaperKind.ERASURE: "E", PaperKind.TRANSFER: "T", PaperKind.REUSE: "U"}
VERBS = {
    PaperKind.ERASURE: "issue_lot_certificate",
    PaperKind.TRANSFER: "transfer",
    PaperKind.REUSE: "count_reuse",
}
_SHAPES: dict[PaperKind, type[LotErasure | Transfer | Reuse]] = {
    PaperKind.ERASURE: LotErasure,
    PaperKind.TRANSFER: Transfer,
    PaperKind.REUSE: Reuse,
}
_CODE_BYTES = 5
MOST_PAPERS = 50


def head_of(work: Work, lot: Lot, kind: PaperKind) -> Head:
    """Return what stands on every paper, with a new number."""
    donor = work.session.scalar(
        select(Donor.name)
        .join(Donation, (Donation.site_id == Donor.site_id) & (Donation.donor_id == Donor.id))
        .where(Donation.site_id == work.site_id, Donation.lot_id == lot.id)
    )
    agreement = None
    if lot.agreement_id is not None:
        agreement = work.session.get_one(Agreement, (work.site_id, lot.agreement_id)).number
    return Head(
        number=f"{LETTERS[kind]}-{base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()}",
        workshop=work.session.get_one(Site, work.site_id).name,
        issued=work.now,
        issued_by=work.session.get_one(Account, (work.site_id, work.person())).name,
        lot=lot.code,
        lot_name=lot.name,
        donor=donor,
        agreement=agreement,
    )


def keep_paper(
    work: Work,
    kind: PaperKind,
    lot: Lot,
    said: LotPaper,
    *,
    code: str | None = None,
    judgements: Sequence[UUID] = (),
) -> PaperRow:
    """Keep a paper as it will be printed, for ever."""
    row = PaperRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        number=said.head.number,
        kind=kind,
        lot_id=lot.id,
        issued=work.now,
        issued_by=work.person(),
        said=plain(said),
        code=code,
        judgements=[str(one) for one in judgements],
    )
    work.session.add(row)
    work.session.flush()
    tell(work, VERBS[kind], ("lot", lot.id), new=row.number)
    return row


def papers_of(work: Work, lot_id: UUID) -> list[PaperRow]:
    """Return the papers of a lot, newest first, without what they say."""
    return list(
        work.session.scalars(
            select(PaperRow)
            .where(PaperRow.site_id == work.site_id, PaperRow.lot_id == lot_id)
            .order_by(PaperRow.issued.desc(), PaperRow.id.desc())
            .limit(MOST_PAPERS)
        )
    )


def paper_numbered(work: Work, number: str) -> PaperRow | None:
    """Return the paper with this number, with what it says; None when there is none."""
    return work.session.scalars(
        select(PaperRow)
        .options(undefer(PaperRow.said), undefer(PaperRow.judgements))
        .where(PaperRow.site_id == work.site_id, PaperRow.number == number.strip().upper())
    ).one_or_none()


def paper_of(work: Work, number: str) -> PaperRow:
    """Return the paper with this number, or raise NotFound."""
    found = paper_numbered(work, number)
    if found is None:
        raise NotFound(Sentence(fr="Ce papier n'existe pas.", en="There is no such paper."))
    return found


def said_by(row: PaperRow) -> LotPaper:
    """Return what a stored paper says, word for word."""
    return msgspec.convert(row.said, _SHAPES[row.kind])
