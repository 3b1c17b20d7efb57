"""Instructions to the plan, and the plan tried with something changed: the officer's own tools."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan import Base, Criterion, Hold, Scope
from rebond_schemas.plan_law import Kind
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.holds import lift_hold, record_hold
from rebond_server.operations.try_plan import Trial, try_plan
from rebond_server.store.queries.find import devices_by_id, named
from rebond_server.store.queries.hold_list import request_id_of
from rebond_server.store.queries.lot_page import lot_names
from rebond_server.store.queries.programme_page import programme_names
from rebond_server.store.queries.request_page import open_requests, requests_by_code
from rebond_server.web import demand_words
from rebond_server.web.answering import date_in, done, field, whole_in, word_in
from rebond_server.web.plan_words import CRITERIA
from rebond_server.web.session import work

blueprint = Blueprint("plan_hold", __name__)


@blueprint.post("/plan/consignes")
def hold() -> ResponseReturnValue:
    """Pin, set apart or reserve; the next plan follows."""
    kind = word_in(Hold, field("kind"))
    record_hold(
        work(), kind, _device(field("device")), _request(field("request")), field("reason"),
        date_in("expires"),
    )  # fmt: skip
    return done(
        Sentence(
            fr="La consigne est notée : recalculez le plan.",
            en="The instruction is noted: make the plan again.",
        ),
        url_for("plan.page"),
    )


@blueprint.post("/plan/consignes/<uuid:hold_id>/lever")
def lift(hold_id: UUID) -> ResponseReturnValue:
    """End an instruction."""
    lift_hold(work(), hold_id)
    return done(
        Sentence(fr="La consigne est levée.", en="The instruction is lifted."),
        url_for("plan.page"),
    )


@blueprint.get("/plan/essai")
def attempt() -> ResponseReturnValue:
    """Try the plan with something changed, beside the live one; nothing is written."""
    found = try_plan(work(), _trial()) if request.args.get("essayer") else None
    session, site_id = work().session, work().site_id
    ids = set() if found is None else {UUID(one) for one in found.devices if "~" not in one}
    codes = set() if found is None else {*found.requests} | {
        code for pair in found.devices.values() for code in pair if code is not None
    }  # fmt: skip
    return render_template(
        "what_if.html",
        found=found,
        devices={str(key): one for key, one in devices_by_id(session, site_id, ids).items()},
        requests=requests_by_code(session, site_id, codes),
        open_requests=open_requests(session, site_id),
        programmes=programme_names(session, site_id),
        lots=lot_names(session, site_id),
        kinds=tuple(Kind),
        scopes=tuple(Scope),
        bases=tuple(Base),
        criteria=[(one.value, CRITERIA[one.value]) for one in Criterion],
        words=demand_words,
        asked=request.args,
    )


def _trial() -> Trial:
    asked = request.args
    kept = asked.get("device", "").strip()
    device = _device(kept) if kept else None
    without, base, more = (asked.get(name, "") for name in ("without", "base", "more_kind"))
    return Trial(
        programme=asked.get("programme", ""),
        tier=_number("tier"),
        cap=_number("cap"),
        cap_scope=word_in(Scope, asked.get("scope") or Scope.TOTAL.value),
        lot=asked.get("lot", ""),
        share_percent=_number("percent"),
        share_base=word_in(Base, base) if base else None,
        request=asked.get("request", ""),
        quantity=_number("quantity"),
        more_kind=word_in(Kind, more) if more else None,
        more=_number("more") or 0,
        device="" if device is None else str(device),
        without=word_in(Criterion, without) if without else None,
    )


def _number(name: str) -> int | None:
    return whole_in(name, request.args)


def _device(text: str) -> UUID | None:
    if not text:
        return None
    found = named(work().session, work().site_id, text)
    if len(found) != 1:
        raise BadValue(
            Sentence(
                fr=f"« {text} » ne désigne pas un appareil d'ici.",
                en=f"“{text}” is no device here.",
            )
        )
    return found[0].device_id


def _request(code: str) -> UUID | None:
    if not code:
        return None
    found = request_id_of(work().session, work().site_id, code)
    if found is None:
        raise BadValue(
            Sentence(fr=f"La demande {code} n'existe pas.", en=f"There is no request {code}.")
        )
    return found
