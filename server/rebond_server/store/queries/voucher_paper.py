"""What a voucher on paper says."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from rebond_server.store.demand import Agreement, Programme, Request
from rebond_server.store.voucher import Voucher


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """One voucher. `person` is the code of the file, never a name."""

    voucher_id: UUID
    number: str
    programme: str
    agreement: str | None
    office: str
    person: str
    rank: int
    issued: datetime
    expires: date


def paper_facts(session: Session, site_id: UUID, voucher_id: UUID) -> PaperFacts | None:
    """Return what a voucher says; None when this workshop has no such one."""
    voucher = session.get(Voucher, (site_id, voucher_id))
    if voucher is None:
        return None
    request = session.get_one(Request, (site_id, voucher.request_id))
    programme = session.get_one(Programme, (site_id, voucher.programme_id))
    paper = None
    if programme.agreement_id is not None:
        paper = session.get_one(Agreement, (site_id, programme.agreement_id))
    return PaperFacts(
        voucher_id=voucher.id,
        number=voucher.number,
        programme=programme.name,
        agreement=None if paper is None else paper.number,
        office=voucher.office,
        person=str(request.terms.get("person") or request.code),
        rank=voucher.rank,
        issued=voucher.issued,
        expires=voucher.expires,
    )
