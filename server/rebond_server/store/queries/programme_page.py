"""Programmes with what they gave, what waits, and the vouchers of each office."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rebond_schemas import plan
from rebond_server.domain.evaluation import File
from rebond_server.domain.programme_tally import GivenLine
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Agreement, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.organisation import GivenBefore
from rebond_server.store.voucher import Answer, Counter, ProofSeen, Question, Voucher


@dataclass(frozen=True, kw_only=True)
class OfficeCount:
    """How the places of one office stand."""

    office: str
    standing: int
    used: int
    limit: int | None
    waiting: int


@dataclass(frozen=True, kw_only=True)
class ProgrammePage:
    """One programme. `wanted` units are asked by open requests, `open_requests` of them."""

    programme_id: UUID
    code: str
    name: str
    operator: str
    agreement: str | None
    agreement_ends: date | None
    first_come: bool
    voucher_days: int | None
    trainees: int | None
    funding: tuple[str, ...]
    terms: plan.Programme
    given: tuple[GivenLine, ...]
    open_requests: int
    wanted: int
    allocated: int
    offices: tuple[OfficeCount, ...]


def programmes(session: Session, site_id: UUID, zone: ZoneInfo) -> tuple[ProgrammePage, ...]:
    """Return every programme, by code."""
    rows = session.scalars(
        select(Programme).where(Programme.site_id == site_id).order_by(Programme.code)
    ).all()
    return tuple(_page(session, row, zone) for row in rows)


def programme_names(session: Session, site_id: UUID) -> list[tuple[str, str]]:
    """Return code and name of every programme, by name."""
    rows = session.execute(
        select(Programme.code, Programme.name)
        .where(Programme.site_id == site_id)
        .order_by(Programme.name, Programme.code)
    )
    return [(code, name) for code, name in rows]


def programme_page(
    session: Session, site_id: UUID, code: str, zone: ZoneInfo
) -> ProgrammePage | None:
    """Return one programme; None when this workshop has no such one."""
    row = session.scalars(
        select(Programme).where(Programme.site_id == site_id, Programme.code == code)
    ).one_or_none()
    return None if row is None else _page(session, row, zone)


def _page(session: Session, row: Programme, zone: ZoneInfo) -> ProgrammePage:
    paper = None
    if row.agreement_id is not None:
        paper = session.get_one(Agreement, (row.site_id, row.agreement_id))
    terms = msgspec.convert(row.terms, plan.Programme)
    wanted, requests = session.execute(
        select(func.coalesce(func.sum(Request.quantity), 0), func.count()).where(
            Request.site_id == row.site_id,
            Request.programme_id == row.id,
            Request.closed.is_(None),
        )
    ).one()
    return ProgrammePage(
        programme_id=row.id,
        code=row.code,
        name=row.name,
        operator=row.operator,
        agreement=None if paper is None else paper.number,
        agreement_ends=None if paper is None else paper.ends,
        first_come=row.first_come,
        voucher_days=row.voucher_days,
        trainees=row.trainees,
        funding=tuple(row.funding or ()),
        terms=terms,
        given=given_lines(session, row, zone),
        open_requests=int(requests),
        wanted=int(wanted),
        allocated=_allocated(session, row),
        offices=_offices(session, row, terms) if row.first_come else (),
    )


def given_lines(session: Session, row: Programme, zone: ZoneInfo) -> tuple[GivenLine, ...]:
    """Return every device that left for a programme and did not come back, and the catch-up entries."""
    rows = session.execute(
        select(Assignment, Device.kind, Device.tag, Request, Handover)
        .join(Device, and_(Device.site_id == Assignment.site_id, Device.id == Assignment.device_id))
        .join(
            Request,
            and_(Request.site_id == Assignment.site_id, Request.id == Assignment.request_id),
        )
        .join(
            Handover,
            and_(Handover.site_id == Assignment.site_id, Handover.id == Assignment.handover_id),
        )
        .where(
            Assignment.site_id == row.site_id,
            Assignment.closed.is_(None),
            Request.programme_id == row.id,
        )
        .order_by(Handover.at, Device.tag)
    )
    lines = [
        GivenLine(
            day=handover.at.astimezone(zone).date(),
            kind=kind,
            public=request.terms.get("public"),
            territory=request.terms.get("territory"),
            qpv=request.terms.get("qpv"),
            organisation=None if request.terms.get("person") else request.organisation,
            office=request.terms.get("office"),
            tag=tag,
            handover=handover.number,
        )
        for _, kind, tag, request, handover in rows
    ]
    before = session.scalars(
        select(GivenBefore)
        .where(GivenBefore.site_id == row.site_id, GivenBefore.programme_id == row.id)
        .order_by(GivenBefore.ends)
    )
    lines += [
        GivenLine(
            day=one.ends,
            kind=one.kind,
            count=one.count,
            public=one.public,
            source=one.source,
            starts=one.starts,
        )
        for one in before
    ]
    return tuple(lines)


def _allocated(session: Session, row: Programme) -> int:
    count = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .join(
            Request,
            and_(Request.site_id == Assignment.site_id, Request.id == Assignment.request_id),
        )
        .where(
            Assignment.site_id == row.site_id,
            Assignment.closed.is_(None),
            Assignment.handover_id.is_(None),
            Request.programme_id == row.id,
        )
    )
    return count or 0


def _offices(session: Session, row: Programme, terms: plan.Programme) -> tuple[OfficeCount, ...]:
    limits = [cap.limit for cap in terms.caps if cap.scope is plan.Scope.OFFICE]
    counters = {
        one.office: one.standing
        for one in session.scalars(
            select(Counter).where(
                Counter.site_id == row.site_id, Counter.programme_id == row.id, Counter.office != ""
            )
        )
    }
    files = [(one.office, one.voucher, one.completed) for one in files_of(session, row)]
    names = sorted({*counters, *(office for office, _, _ in files)})
    return tuple(
        OfficeCount(
            office=name,
            standing=counters.get(name, 0),
            used=sum(office == name and state == "used" for office, state, _ in files),
            limit=min(limits, default=None),
            waiting=sum(
                office == name and state is None and completed is not None
                for office, state, completed in files
            ),
        )
        for name in names
    )


def files_of(session: Session, row: Programme) -> tuple[File, ...]:
    """Return the files of a programme with what they went through, for its evaluation."""
    key = Request.site_id == row.site_id
    requests = session.scalars(select(Request).where(key, Request.programme_id == row.id)).all()
    steps: dict[UUID, set[str]] = {}
    for request_id, name in session.execute(
        select(ProofSeen.request_id, ProofSeen.name).where(ProofSeen.site_id == row.site_id)
    ):
        steps.setdefault(request_id, set()).add(name)
    states: dict[UUID, str] = {}
    for voucher in session.scalars(
        select(Voucher)
        .where(Voucher.site_id == row.site_id, Voucher.programme_id == row.id)
        .order_by(Voucher.issued)
    ):
        states[voucher.request_id] = state_of(voucher.used, voucher.lapsed)
    marks = {
        (answer.request_id, answer.question): answer.mark
        for answer in session.scalars(select(Answer).where(Answer.site_id == row.site_id))
    }
    return tuple(
        File(
            office=str(one.terms.get("office") or ""),
            steps=frozenset(steps.get(one.id, set()) | set(one.terms.get("proofs", ()))),
            voucher=states.get(one.id),
            satisfaction=marks.get((one.id, Question.SATISFACTION)),
            usefulness=marks.get((one.id, Question.USEFULNESS)),
            completed=None if one.completed is None else one.completed.date(),
        )
        for one in requests
    )


def state_of(used: datetime | None, lapsed: datetime | None) -> str:
    """Return how a voucher stands: `used`, `lapsed` or `standing`."""
    if used is not None:
        return "used"
    return "standing" if lapsed is None else "lapsed"
