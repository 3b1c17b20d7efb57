"""Vouchers: the first complete files of each office get one, each once, none above the cap.

The row of the office's counter is the turn: whoever holds it issues, until the end of the transaction.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas import plan
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.voucher import code_sha256, last_day, voucher_code
from rebond_server.errors import NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.programmes import VOUCHER_PROOF, programme
from rebond_server.operations.step import reason_given
from rebond_server.operations.work import ActorKind, Work
from rebond_server.store.database import take_turns
from rebond_server.store.demand import Programme, Request
from rebond_server.store.ids import uuid7
from rebond_server.store.voucher import Counter, Voucher

UNCAPPED = 10_000_000
WHOLE = ""
"""The counter of the whole programme."""


def issue_vouchers(work: Work, code: str) -> tuple[Voucher, ...]:
    """Give a voucher to every complete file for which its office has a place left, oldest first."""
    work.require(Permission.MANAGE_REQUESTS)
    within = programme(work, code)
    if not within.first_come:
        return ()
    take_turns(work.session, f"vouchers {work.site_id} {within.id}")
    lapse_vouchers(work, within)
    terms = msgspec.convert(within.terms, plan.Programme)
    total = _counter(work, within, WHOLE)
    room = _limit(terms, plan.Scope.TOTAL) - total.standing
    issued: list[Voucher] = []
    full: set[str] = set()
    for request in _waiting(work, within):
        office = str(request.terms.get("office") or WHOLE)
        if room <= len(issued):
            break
        if office in full:
            continue
        counter = _counter(work, within, office)
        if counter.standing >= _limit(terms, plan.Scope.OFFICE):
            full.add(office)
            continue
        issued.append(_issue(work, within, terms, request, counter))
    total.standing += len(issued)
    total.given += len(issued)
    work.session.flush()
    return tuple(issued)


def _issue(
    work: Work, within: Programme, terms: plan.Programme, request: Request, counter: Counter
) -> Voucher:
    counter.given += 1
    counter.standing += 1
    voucher_id = uuid7(work.now)
    voucher = Voucher(
        site_id=work.site_id,
        id=voucher_id,
        request_id=request.id,
        programme_id=within.id,
        office=counter.office,
        number=f"{request.code[-20:]}-B{counter.given}-{voucher_id.hex[-4:].upper()}",
        rank=counter.given,
        code_sha256=code_sha256(voucher_code(work.server_key, voucher_id)),
        issued=work.now,
        issued_by=work.actor.id if work.actor.kind is ActorKind.ACCOUNT else None,
        expires=last_day(work.now.date(), within.voucher_days, terms.ends),
    )
    work.session.add(voucher)
    shown = {*request.terms.get("proofs", ()), VOUCHER_PROOF}
    request.terms = request.terms | {"proofs": sorted(shown)}
    work.session.flush()
    details: dict[str, object] = {"office": counter.office, "rank": counter.given}
    tell(work, "issue_voucher", ("request", request.id), new=voucher.number, details=details)
    return voucher


def lapse_every_night(work: Work) -> int:
    """End what is past its last day in every programme; who gets the places, an officer says."""
    ended = 0
    for within in work.session.scalars(
        select(Programme)
        .where(Programme.site_id == work.site_id, Programme.first_come)
        .order_by(Programme.code)
    ).all():
        take_turns(work.session, f"vouchers {work.site_id} {within.id}")
        ended += lapse_vouchers(work, within)
    return ended


def lapse_vouchers(work: Work, within: Programme) -> int:
    """End the vouchers whose last day is over; their places go to the next complete files."""
    gone = work.session.scalars(
        select(Voucher).where(
            Voucher.site_id == work.site_id,
            Voucher.programme_id == within.id,
            Voucher.used.is_(None),
            Voucher.lapsed.is_(None),
            Voucher.expires < work.now.date(),
        )
    ).all()
    for voucher in gone:
        _end(work, within, voucher, "expired")
    return len(gone)


def withdraw_voucher(work: Work, voucher_id: UUID, reason: str) -> Voucher:
    """Take an unused voucher back, with a reason; its place goes to the next complete file."""
    work.require(Permission.MANAGE_REQUESTS)
    given = reason_given(reason)
    voucher = work.session.get(Voucher, (work.site_id, voucher_id), with_for_update=True)
    if voucher is None:
        raise NotFound(Sentence(fr="Ce bon n'existe pas.", en="There is no such voucher."))
    if voucher.used is not None or voucher.lapsed is not None:
        raise Taken(
            Sentence(
                fr=f"Le bon {voucher.number} a déjà servi ou n'est plus valable.",
                en=f"Voucher {voucher.number} was used already or is no longer valid.",
            )
        )
    within = work.session.get_one(Programme, (work.site_id, voucher.programme_id))
    take_turns(work.session, f"vouchers {work.site_id} {within.id}")
    _end(work, within, voucher, given)
    request = work.session.get_one(Request, (work.site_id, voucher.request_id))
    request.closed = work.now
    issue_vouchers(work, within.code)
    return voucher


def _end(work: Work, within: Programme, voucher: Voucher, reason: str) -> None:
    voucher.lapsed = work.now
    for office in {voucher.office, WHOLE}:
        _counter(work, within, office).standing -= 1
    request = work.session.get_one(Request, (work.site_id, voucher.request_id))
    shown = [name for name in request.terms.get("proofs", ()) if name != VOUCHER_PROOF]
    request.terms = request.terms | {"proofs": shown}
    if reason == "expired":
        request.closed = work.now
    work.session.flush()
    tell(work, "lapse_voucher", ("request", request.id), new=voucher.number, reason=reason)


def _waiting(work: Work, within: Programme) -> Iterable[Request]:
    """Return the complete files without a standing voucher: oldest first, then by their draw."""
    standing = select(Voucher.request_id).where(
        Voucher.site_id == work.site_id, Voucher.lapsed.is_(None)
    )
    rows = work.session.scalars(
        select(Request).where(
            Request.site_id == work.site_id,
            Request.programme_id == within.id,
            Request.completed.is_not(None),
            Request.completed <= work.now,
            Request.closed.is_(None),
            Request.id.not_in(standing),
        )
    )
    return sorted(rows, key=lambda one: (one.completed, one.terms.get("lottery", 0), one.code))


def _limit(terms: plan.Programme, scope: plan.Scope) -> int:
    return min((cap.limit for cap in terms.caps if cap.scope is scope), default=UNCAPPED)


def _counter(work: Work, within: Programme, office: str) -> Counter:
    """Return the counter of an office, its row locked; call it inside the turn."""
    found = work.session.scalars(
        select(Counter)
        .where(
            Counter.site_id == work.site_id,
            Counter.programme_id == within.id,
            Counter.office == office,
        )
        .with_for_update()
    ).one_or_none()
    if found is None:
        found = Counter(
            site_id=work.site_id, id=uuid7(work.now), programme_id=within.id, office=office,
            given=0, standing=0,
        )  # fmt: skip
        work.session.add(found)
        work.session.flush()
    return found
