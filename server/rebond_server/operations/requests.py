"""Requests: what an organisation, or one person known by a code, wants; never a name."""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import func, select

from rebond_schemas import plan
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.organisations import organisation
from rebond_server.operations.programmes import VOUCHER_PROOF, programme
from rebond_server.operations.work import ActorKind, Work
from rebond_server.store.base import plain
from rebond_server.store.database import take_turns
from rebond_server.store.demand import Programme, Request
from rebond_server.store.ids import uuid7
from rebond_server.store.organisation import Organisation, Prescription
from rebond_server.store.voucher import ProofSeen

MOST_UNITS = 10_000
DRAW = 1_000_000


class RequestFacts(Struct, frozen=True, kw_only=True):
    """What is wanted and for whom. `organisation` and `prescriber` are codes of organisations."""

    programme: str
    quantity: int
    parts: tuple[plan.Part, ...]
    code: str | None = None
    organisation: str | None = None
    person: str | None = None
    office: str | None = None
    prescriber: str | None = None
    territory: str | None = None
    public: str | None = None
    qpv: bool | None = None
    tier: int | None = None
    proofs: tuple[str, ...] = ()
    complete: bool = True
    completed: datetime | None = None
    """When an older file became complete, as its paper says; None: now, if nothing is missing."""


def record_request(work: Work, facts: RequestFacts) -> Request:
    """Add a request; it takes its place in the queue when its file is complete."""
    work.require(Permission.MANAGE_REQUESTS)
    within = programme(work, facts.programme)
    taker = None if facts.organisation is None else organisation(work, facts.organisation)
    _check(work, facts, within)
    code = _free_code(work, facts, within)
    terms = _terms(facts, code, taker)
    row = Request(
        site_id=work.site_id,
        id=uuid7(work.now),
        code=code,
        programme_id=within.id,
        organisation=_shown(facts, taker)[:200],
        quantity=facts.quantity,
        completed=_completed(work, facts, within),
        terms=plain(terms),
    )
    work.session.add(row)
    work.session.flush()
    _attest(work, row, facts.prescriber)
    _mark_seen(work, row, facts)
    told: dict[str, object] = {"programme": within.code, "quantity": facts.quantity}
    tell(work, "record_request", ("request", row.id), new=code, details=told)
    return row


def _terms(facts: RequestFacts, code: str, taker: Organisation | None) -> plan.Request:
    """Return the request as the plan reads it; the lottery number is drawn here, once."""
    terms = plan.Request(
        id=code,
        programme=facts.programme,
        quantity=facts.quantity,
        parts=facts.parts,
        lottery=secrets.randbelow(DRAW),
        organisation=None if taker is None else taker.code,
        organisation_category=None if taker is None else taker.category,
        person=clean(facts.person),
        office=clean(facts.office),
        territory=facts.territory or (None if taker is None else taker.territory),
        qpv=facts.qpv,
        public=facts.public,
        proofs=tuple(name for name in facts.proofs if name != VOUCHER_PROOF),
        tier=facts.tier,
    )
    try:
        return msgspec.convert(plain(terms), plan.Request)
    except msgspec.ValidationError as error:
        raise BadValue(
            Sentence(
                fr=f"La demande ne peut pas être enregistrée ainsi : {error}.",
                en=f"The request can't be recorded like that: {error}.",
            )
        ) from error


def _shown(facts: RequestFacts, taker: Organisation | None) -> str:
    if taker is not None:
        return taker.name
    return f"{facts.office} · {facts.person}" if facts.office else facts.person or "?"


def _check(work: Work, facts: RequestFacts, within: Programme) -> None:
    if not 1 <= facts.quantity <= MOST_UNITS:
        raise BadValue(
            Sentence(
                fr=f"La quantité va de 1 à {MOST_UNITS}.", en=f"The quantity is 1 to {MOST_UNITS}."
            )
        )
    if (facts.organisation is None) == (clean(facts.person) is None):
        raise BadValue(
            Sentence(
                fr="Une demande vient d'un organisme, ou d'une personne connue par un code : l'un des deux.",
                en="A request comes from an organisation, or from a person known by a code: one of them.",
            )
        )
    if facts.completed is not None and facts.completed > work.now:
        raise BadValue(
            Sentence(
                fr="Un dossier ne peut pas être complet demain.",
                en="A file can't be complete tomorrow.",
            )
        )
    if within.first_come and not clean(facts.office):
        raise BadValue(
            Sentence(
                fr="Ce dispositif sert bureau par bureau : indiquez le bureau.",
                en="This programme serves office by office: name the office.",
            )
        )


def _completed(work: Work, facts: RequestFacts, within: Programme) -> datetime | None:
    """Return when the file is complete; never before every proof that the programme asks was seen."""
    asked = set(msgspec.convert(within.terms, plan.Programme).proofs) - {VOUCHER_PROOF}
    if not facts.complete or not asked <= set(facts.proofs):
        return None
    return facts.completed or work.now


def _free_code(work: Work, facts: RequestFacts, within: Programme) -> str:
    given = (clean(facts.code) or "")[:80] or None
    if given is None:
        take_turns(work.session, f"request {work.site_id}")
        count = work.session.scalar(
            select(func.count()).select_from(Request).where(Request.site_id == work.site_id)
        )
        given = f"{within.code[:60]}-{(count or 0) + 1:04}"
    taken = select(Request.id).where(Request.site_id == work.site_id, Request.code == given)
    if work.session.scalar(taken) is not None:
        raise Taken(Sentence(fr=f"La demande {given} existe.", en=f"Request {given} exists."))
    return given


def _attest(work: Work, row: Request, prescriber: str | None) -> None:
    if prescriber is None:
        return
    who = organisation(work, prescriber)
    if not who.prescriber:
        raise BadValue(
            Sentence(
                fr=f"{who.name} n'est pas prescripteur : dites-le d'abord sur sa fiche.",
                en=f"{who.name} is no prescriber: say so on its page first.",
            )
        )
    work.session.add(
        Prescription(
            site_id=work.site_id, id=uuid7(work.now), request_id=row.id, prescriber_id=who.id,
            on=work.now.date(),
        )
    )  # fmt: skip
    work.session.flush()


def _mark_seen(work: Work, row: Request, facts: RequestFacts) -> None:
    """Keep who saw the proofs that came with the request, and on which day."""
    if work.actor.kind is not ActorKind.ACCOUNT:
        return
    day = (facts.completed or work.now).date()
    work.session.add_all(
        ProofSeen(
            site_id=work.site_id, id=uuid7(work.now), request_id=row.id, name=name, on=day,
            place=None, noted=work.now, seen_by=work.person(),
        )
        for name in dict.fromkeys(facts.proofs)
        if name != VOUCHER_PROOF
    )  # fmt: skip
    work.session.flush()


def request_of(work: Work, request_id: UUID) -> Request:
    """Return the request, its row locked until the end, or raise NotFound."""
    found = work.session.scalars(
        select(Request)
        .where(Request.site_id == work.site_id, Request.id == request_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(Sentence(fr="Cette demande n'existe pas.", en="There is no such request."))
    return found
