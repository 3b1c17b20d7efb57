"""What must not be after a round, counted from the tables alone: nothing that an operation said is believed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.demand import Programme, Request
from rebond_server.store.voucher import Counter as OfficeCounter
from rebond_server.store.voucher import Voucher


@dataclass(frozen=True)
class Opened:
    """What one round is about, and its limits: devices an office, a programme, an organisation."""

    devices: list[UUID]
    codes: list[str]
    files: list[UUID]
    plan: UUID
    first_come: str
    planned: str
    an_office: int
    a_programme: int
    an_organisation: int


def faults(work: Work, opened: Opened) -> Iterator[str]:
    """Yield what must not be, counted from the tables alone."""
    open_ones = (Assignment.site_id == work.site_id, Assignment.closed.is_(None))
    twice = select(Assignment.device_id).where(*open_ones).group_by(Assignment.device_id)
    for device in work.session.scalars(twice.having(func.count() > 1)):
        yield f"device {device} is assigned twice"
    rows = work.session.execute(
        select(Request, Programme.code)
        .join(Assignment, (Assignment.site_id == Request.site_id) & (Assignment.request_id == Request.id))
        .join(Programme, (Programme.site_id == Request.site_id) & (Programme.id == Request.programme_id))
        .where(*open_ones)
    )  # fmt: skip
    offices: Counter[str] = Counter()
    organisations: Counter[str] = Counter()
    people: Counter[UUID] = Counter()
    for request, code in rows:
        if code == opened.first_come:
            offices[str(request.terms["office"])] += 1
            people[request.id] += 1
        elif code == opened.planned:
            organisations[str(request.terms["organisation"])] += 1
    yield from (
        f"{name}: {n} > {opened.an_office}" for name, n in offices.items() if n > opened.an_office
    )
    yield from (
        f"{n} > {opened.an_organisation}"
        for n in organisations.values()
        if n > opened.an_organisation
    )
    yield from (f"file {name} got {n}" for name, n in people.items() if n > 1)
    if offices.total() > opened.a_programme:
        yield f"{offices.total()} devices left for the programme"
    yield from _voucher_faults(work, opened)


def _voucher_faults(work: Work, opened: Opened) -> Iterator[str]:
    vouchers = work.session.scalars(select(Voucher).where(Voucher.site_id == work.site_id)).all()
    used = Counter(one.assignment_id for one in vouchers if one.assignment_id is not None)
    yield from (f"assignment {name} by {n} vouchers" for name, n in used.items() if n > 1)
    standing = Counter((one.programme_id, one.office) for one in vouchers if one.lapsed is None)
    for counter in work.session.scalars(
        select(OfficeCounter).where(
            OfficeCounter.site_id == work.site_id, OfficeCounter.office != ""
        )
    ):
        real = standing[counter.programme_id, counter.office]
        if real != counter.standing or real > opened.an_office:
            yield f"counter {counter.office}: {counter.standing} said, {real} stand"
