"""What stands behind one request: proofs seen, voucher, prescriber, class list, rank and usual wait."""

from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Request
from rebond_server.store.device import Device
from rebond_server.store.organisation import ListEntry, Organisation, Prescription
from rebond_server.store.people import Account
from rebond_server.store.queries.programme_page import state_of
from rebond_server.store.voucher import Answer, ProofSeen, Voucher

LEAST_WAITS = 5
"""Handovers from which on a usual wait is told."""


@dataclass(frozen=True, kw_only=True)
class ProofLine:
    """One proof or step: seen by whom, on which day."""

    name: str
    on: date
    by: str
    place: str | None


@dataclass(frozen=True, kw_only=True)
class VoucherLine:
    """One voucher; `state` is `standing`, `used` or `lapsed`."""

    voucher_id: UUID
    number: str
    office: str
    rank: int
    issued: datetime
    expires: date
    state: str
    used: datetime | None


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One line of a class list, with the tag of its device once it left."""

    code: str
    tag: str | None


@dataclass(frozen=True, kw_only=True)
class FilePage:
    """What the file of a request holds. `rank` among the complete, unserved files of its programme."""

    proofs: tuple[ProofLine, ...]
    vouchers: tuple[VoucherLine, ...]
    prescriber: str | None
    entries: tuple[EntryLine, ...]
    answers: dict[str, int]
    rank: int | None
    wait_days: int | None


def file_page(session: Session, site_id: UUID, request: Request) -> FilePage:
    """Return the file of a request."""
    proofs = session.execute(
        select(ProofSeen, Account.name)
        .join(Account, and_(Account.site_id == site_id, Account.id == ProofSeen.seen_by))
        .where(ProofSeen.site_id == site_id, ProofSeen.request_id == request.id)
        .order_by(ProofSeen.on, ProofSeen.noted)
    )
    answers = session.scalars(
        select(Answer).where(Answer.site_id == site_id, Answer.request_id == request.id)
    )
    return FilePage(
        proofs=tuple(
            ProofLine(name=one.name, on=one.on, by=by, place=one.place) for one, by in proofs
        ),
        vouchers=vouchers(session, site_id, request.id),
        prescriber=_prescriber(session, site_id, request.id),
        entries=_entries(session, site_id, request.id),
        answers={one.question.value: one.mark for one in answers},
        rank=_rank(session, request),
        wait_days=_wait(session, request),
    )


def vouchers(
    session: Session, site_id: UUID, request_id: UUID | None = None, most: int = 200
) -> tuple[VoucherLine, ...]:
    """Return vouchers, newest first: of one request, or of the workshop."""
    query = select(Voucher).where(Voucher.site_id == site_id)
    if request_id is not None:
        query = query.where(Voucher.request_id == request_id)
    query = query.order_by(Voucher.issued.desc(), Voucher.rank.desc()).limit(most)
    return tuple(
        VoucherLine(
            voucher_id=one.id,
            number=one.number,
            office=one.office,
            rank=one.rank,
            issued=one.issued,
            expires=one.expires,
            state=state_of(one.used, one.lapsed),
            used=one.used,
        )
        for one in session.scalars(query)
    )


def _prescriber(session: Session, site_id: UUID, request_id: UUID) -> str | None:
    return session.scalar(
        select(Organisation.name)
        .join(
            Prescription,
            and_(
                Prescription.site_id == Organisation.site_id,
                Prescription.prescriber_id == Organisation.id,
            ),
        )
        .where(Prescription.site_id == site_id, Prescription.request_id == request_id)
    )


def codes_of(session: Session, site_id: UUID, request_id: UUID) -> dict[str, str]:
    """Return the codes of a class list by the tag of the device that each got."""
    entries = _entries(session, site_id, request_id)
    return {one.tag: one.code for one in entries if one.tag is not None}


def _entries(session: Session, site_id: UUID, request_id: UUID) -> tuple[EntryLine, ...]:
    rows = session.execute(
        select(ListEntry.code, Device.tag)
        .outerjoin(
            Assignment,
            and_(Assignment.site_id == ListEntry.site_id, Assignment.id == ListEntry.assignment_id),
        )
        .outerjoin(
            Device, and_(Device.site_id == Assignment.site_id, Device.id == Assignment.device_id)
        )
        .where(ListEntry.site_id == site_id, ListEntry.request_id == request_id)
        .order_by(ListEntry.line)
    )
    return tuple(EntryLine(code=code, tag=tag) for code, tag in rows)


def _rank(session: Session, request: Request) -> int | None:
    if request.completed is None or request.closed is not None:
        return None
    waiting = session.execute(
        select(Request.completed, Request.terms, Request.code).where(
            Request.site_id == request.site_id,
            Request.programme_id == request.programme_id,
            Request.completed.is_not(None),
            Request.closed.is_(None),
        )
    )
    own = (request.completed, int(request.terms.get("lottery", 0)), request.code)
    return 1 + sum(
        (completed, int(terms.get("lottery", 0)), code) < own for completed, terms, code in waiting
    )


def _wait(session: Session, request: Request) -> int | None:
    """Return the median of days from complete file to first handover in this programme."""
    rows = session.execute(
        select(Request.completed, func.min(Handover.at))
        .join(
            Handover,
            and_(Handover.site_id == Request.site_id, Handover.request_id == Request.id),
        )
        .where(
            Request.site_id == request.site_id,
            Request.programme_id == request.programme_id,
            Request.completed.is_not(None),
        )
        .group_by(Request.id, Request.completed)
    ).all()
    waits = [max(0, (given - completed).days) for completed, given in rows if completed and given]
    return round(median(waits)) if len(waits) >= LEAST_WAITS else None
