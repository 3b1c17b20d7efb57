"""A file: which proofs and steps a colleague saw, on which day; it is complete when none is missing."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas import plan
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.programmes import VOUCHER_PROOF
from rebond_server.operations.requests import request_of
from rebond_server.operations.vouchers import issue_vouchers
from rebond_server.operations.work import Work
from rebond_server.store.demand import Programme, Request
from rebond_server.store.ids import uuid7
from rebond_server.store.voucher import Answer, ProofSeen, Question

STEPS = ("diagnosis", "pass_given", "training_prescribed", "training_followed")
"""Steps of a path that are no proof by themselves; reports count them."""


def see_proof(
    work: Work, request_id: UUID, name: str, on: date | None = None, place: str | None = None
) -> Request:
    """Note that a proof was seen; the file takes its place in the queue when none is missing.

    A first-come programme then gives the voucher, if one is left for the office.
    """
    work.require(Permission.MANAGE_REQUESTS)
    request = request_of(work, request_id)
    within = work.session.get_one(Programme, (work.site_id, request.programme_id))
    terms = msgspec.convert(within.terms, plan.Programme)
    day = on or work.now.date()
    if name not in {*terms.proofs, *STEPS} - {VOUCHER_PROOF}:
        raise BadValue(
            Sentence(
                fr=f"Le dispositif ne demande pas « {name} ».",
                en=f"The programme does not ask for “{name}”.",
            )
        )
    if day > work.now.date():
        raise BadValue(Sentence(fr="Cette date est à venir.", en="This date is in the future."))
    _note(work, request, name, day, place)
    seen = set(request.terms.get("proofs", ())) | ({name} if name in terms.proofs else set())
    request.terms = request.terms | {"proofs": sorted(seen)}
    missing = {one for one in terms.proofs if one != VOUCHER_PROOF} - seen
    work.session.flush()
    if not missing and request.completed is None and request.closed is None:
        request.completed = work.now
        work.session.flush()
        tell(work, "complete_file", ("request", request.id), new=request.code)
        if within.first_come:
            issue_vouchers(work, within.code)
    return request


def _note(work: Work, request: Request, name: str, day: date, place: str | None) -> None:
    known = work.session.scalars(
        select(ProofSeen).where(
            ProofSeen.site_id == work.site_id,
            ProofSeen.request_id == request.id,
            ProofSeen.name == name,
        )
    ).one_or_none()
    if known is not None:
        return
    work.session.add(
        ProofSeen(
            site_id=work.site_id, id=uuid7(work.now), request_id=request.id, name=name, on=day,
            place=(clean(place) or "")[:200] or None, noted=work.now, seen_by=work.person(),
        )
    )  # fmt: skip
    tell(work, "see_proof", ("request", request.id), new=name)


def note_answer(work: Work, request_id: UUID, question: Question, mark: int) -> None:
    """Keep one answer about a file, 1 to 4; the last one counts."""
    work.require(Permission.MANAGE_REQUESTS)
    request = request_of(work, request_id)
    if mark not in range(1, 5):
        raise BadValue(Sentence(fr="La réponse va de 1 à 4.", en="The answer is 1 to 4."))
    known = work.session.scalars(
        select(Answer).where(
            Answer.site_id == work.site_id,
            Answer.request_id == request.id,
            Answer.question == question,
        )
    ).one_or_none()
    answer = known or Answer(
        site_id=work.site_id, id=uuid7(work.now), request_id=request.id, question=question
    )
    answer.mark, answer.noted = mark, work.now
    work.session.add(answer)
    work.session.flush()
    tell(work, "note_answer", ("request", request.id), new=question.value)
