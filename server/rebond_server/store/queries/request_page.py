"""Requests, what they have received, and the sheets on which it left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from rebond_server.store.allocation import Assignment, Handover, Recipient
from rebond_server.store.demand import Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.people import Account
from rebond_server.store.queries.counting import Counted, count_up_to
from rebond_server.store.queries.find import Found, line


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """One request in one line: devices wanted are units times the parts of one unit."""

    request_id: UUID
    code: str
    programme: str
    programme_name: str
    operator: str
    organisation: str
    quantity: int
    parts: int
    allocated: int
    released: int
    completed: datetime | None
    closed: datetime | None


@dataclass(frozen=True, kw_only=True)
class GivenDevice:
    """One device of a request: allocated, or released on a sheet."""

    device: Found
    grade: str | None
    confirmed: datetime
    handover_id: UUID | None
    handover: str | None


@dataclass(frozen=True, kw_only=True)
class RequestPage:
    """One request with its devices."""

    line: RequestLine
    devices: tuple[GivenDevice, ...]


@dataclass(frozen=True, kw_only=True)
class HandoverPage:
    """One sheet. `recipient` is personal: show it only to who may see personal data."""

    handover_id: UUID
    number: str
    at: datetime
    by: str
    request: RequestLine
    devices: tuple[GivenDevice, ...]
    recipient: str | None


def requests(
    session: Session, site_id: UUID, *, after: str = "", most: int
) -> tuple[RequestLine, ...]:
    """Return so many requests by programme and code, from the one that follows this code on."""
    ordered = (Programme.code, Request.code)
    asked = select(Request.id, *ordered).join(Programme, _OF_PROGRAMME)
    asked = asked.where(Request.site_id == site_id)
    begin = session.execute(asked.where(Request.code == after)).one_or_none()
    if begin is not None:
        asked = asked.where(tuple_(*ordered) > tuple_(*begin[1:]))
    # first which they are: what is counted of each is counted of these alone
    ids = [row.id for row in session.execute(asked.order_by(*ordered).limit(most))]
    return _found(session, site_id, Request.id.in_(ids))


def count_requests(session: Session, site_id: UUID) -> Counted:
    """Return how many requests there are, closed or not."""
    return count_up_to(session, select(Request.code).where(Request.site_id == site_id))


def open_requests(session: Session, site_id: UUID) -> tuple[RequestLine, ...]:
    """Return the requests that nobody has closed, by programme and code."""
    return _found(session, site_id, Request.closed.is_(None))


def requests_to_hand_over(session: Session, site_id: UUID) -> tuple[RequestLine, ...]:
    """Return the requests with devices that wait to be handed over, by programme and code."""
    waiting = select(Assignment.request_id).where(Assignment.site_id == site_id, *_WAITING)
    return _found(session, site_id, Request.id.in_(waiting))


def _found(session: Session, site_id: UUID, which: ColumnElement[bool]) -> tuple[RequestLine, ...]:
    query = _lines(site_id).where(which).order_by(Programme.code, Request.code)
    return tuple(_line(row) for row in session.execute(query))


def requests_by_code(
    session: Session, site_id: UUID, codes: Iterable[str]
) -> dict[str, RequestLine]:
    """Return these requests by their code."""
    query = _lines(site_id).where(Request.code.in_(list(codes)))
    return {one.code: one for one in (_line(row) for row in session.execute(query))}


def request_page(session: Session, site_id: UUID, request_id: UUID) -> RequestPage | None:
    """Return one request with its devices; None when this workshop has no such request."""
    row = session.execute(_lines(site_id).where(Request.id == request_id)).one_or_none()
    if row is None:
        return None
    open_ones = and_(Assignment.request_id == request_id, Assignment.closed.is_(None))
    given = _given(session, site_id, open_ones)
    return RequestPage(line=_line(row), devices=given)


def handover_page(session: Session, site_id: UUID, handover_id: UUID) -> HandoverPage | None:
    """Return one sheet with its devices; None when this workshop has no such sheet."""
    handover = session.get(Handover, (site_id, handover_id))
    if handover is None:
        return None
    row = session.execute(_lines(site_id).where(Request.id == handover.request_id)).one()
    return HandoverPage(
        handover_id=handover.id,
        number=handover.number,
        at=handover.at,
        by=session.get_one(Account, (site_id, handover.by)).name,
        request=_line(row),
        devices=_given(session, site_id, Assignment.handover_id == handover_id),
        recipient=session.scalar(
            select(Recipient.name).where(
                Recipient.site_id == site_id,
                Recipient.handover_id == handover_id,
                Recipient.device_id.is_(None),
            )
        ),
    )


def handovers(session: Session, site_id: UUID, request_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return id and number of the sheets of a request, oldest first."""
    query = (
        select(Handover.id, Handover.number)
        .where(Handover.site_id == site_id, Handover.request_id == request_id)
        .order_by(Handover.at, Handover.number)
    )
    return tuple((row.id, row.number) for row in session.execute(query))


_OF_PROGRAMME = and_(Programme.site_id == Request.site_id, Programme.id == Request.programme_id)
_WAITING = (Assignment.closed.is_(None), Assignment.handover_id.is_(None))
_GIVEN = (Assignment.closed.is_(None), Assignment.handover_id.is_not(None))


def _lines(site_id: UUID) -> Select[Request, Programme, int, int]:
    def counted(*which: ColumnElement[bool]) -> ScalarSelect[int]:
        own = (Assignment.site_id == site_id, Assignment.request_id == Request.id)
        return select(func.count()).where(*own, *which).correlate(Request).scalar_subquery()

    return (
        select(Request, Programme, counted(*_WAITING), counted(*_GIVEN))
        .join(Programme, _OF_PROGRAMME)
        .where(Request.site_id == site_id)
    )


def _line(row: Row[Request, Programme, int, int]) -> RequestLine:
    request, programme, allocated, released = row
    return RequestLine(
        request_id=request.id,
        code=request.code,
        programme=programme.code,
        programme_name=programme.name,
        operator=programme.operator,
        organisation=request.organisation,
        quantity=request.quantity,
        parts=max(1, len(request.terms.get("parts", ()))),
        allocated=allocated,
        released=released,
        completed=request.completed,
        closed=request.closed,
    )


def _given(session: Session, site_id: UUID, which: ColumnElement[bool]) -> tuple[GivenDevice, ...]:
    query = (
        select(Assignment, Device, Handover.number)
        .join(Device, and_(Device.site_id == Assignment.site_id, Device.id == Assignment.device_id))
        .outerjoin(
            Handover,
            and_(Handover.site_id == Assignment.site_id, Handover.id == Assignment.handover_id),
        )
        .where(Assignment.site_id == site_id, which)
        .order_by(Device.tag)
    )
    return tuple(
        GivenDevice(
            device=line(device),
            grade=device.grade,
            confirmed=assignment.confirmed,
            handover_id=assignment.handover_id,
            handover=number,
        )
        for assignment, device, number in session.execute(query)
    )
