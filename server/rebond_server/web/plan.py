"""The officer's plan: run it, read why, confirm line by line or all at once."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan import Hold
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.confirm_assignment import (
    LineResult,
    confirm_assignment,
    confirm_plan,
)
from rebond_server.operations.make_plan import make_plan
from rebond_server.store.queries.hold_list import hold_list
from rebond_server.store.queries.request_page import open_requests
from rebond_server.web import demand_words
from rebond_server.web.answering import done, field, whole_in
from rebond_server.web.language import ngettext, say
from rebond_server.web.plan_lines import (
    FEW,
    ProposedGroup,
    boards,
    conflict_sentences,
    newest_page,
    price_sentences,
    proposed_groups,
    rest_lines,
)
from rebond_server.web.session import now, work

blueprint = Blueprint("plan", __name__)


@blueprint.get("/plan")
def page() -> ResponseReturnValue:
    """Show the newest plan."""
    found = newest_page()
    if found is None:
        return render_template("plan.html", plan=None, **_holds())
    groups = proposed_groups(found)
    return render_template(
        "plan.html",
        plan=found,
        open_lines=sum(one.open for one in groups),
        **_board(groups),
        rest=rest_lines(found),
        conflicts=conflict_sentences(found),
        prices=price_sentences(found),
        **_holds(),
    )


def _board(groups: list[ProposedGroup]) -> dict[str, object]:
    """Return one page of the board, or the one request that was asked for, whole."""
    code = request.args.get("demande")
    if code is not None:
        alone = [one for one in groups if one.request_code == code]
        return {"board": alone, "few": None, "at": 1, "pages": 1}
    pages = boards(groups)
    at = min(max(1, whole_in("page", request.args) or 1), max(1, len(pages)))
    return {"board": pages[at - 1] if pages else [], "few": FEW, "at": at, "pages": len(pages)}


def _holds() -> dict[str, object]:
    session, site_id = work().session, work().site_id
    return {
        "holds": hold_list(session, site_id, now().date()),
        "hold_kinds": tuple(Hold),
        "open_requests": open_requests(session, site_id),
        "demand_words": demand_words,
        "asked": request.args,
    }


@blueprint.post("/plan")
def run() -> ResponseReturnValue:
    """Make a new plan from the stock and the requests of this moment."""
    make_plan(work())
    return done(
        Sentence(
            fr="Le plan est calculé : rien n'est attribué tant que personne ne le valide.",
            en="The plan is made: nothing is allocated until a person confirms it.",
        ),
        url_for("plan.page"),
    )


@blueprint.post("/plan/<uuid:plan_id>/valider/<uuid:device_id>")
def confirm_line(plan_id: UUID, device_id: UUID) -> ResponseReturnValue:
    """Allocate one device as the plan proposes."""
    confirm_assignment(work(), plan_id, device_id)
    return done(
        Sentence(fr="L'appareil est attribué.", en="The device is allocated."), url_for("plan.page")
    )


@blueprint.post("/plan/<uuid:plan_id>/valider")
def confirm_all(plan_id: UUID) -> ResponseReturnValue:
    """Allocate every line that still can be; what cannot is told one by one."""
    return _told(confirm_plan(work(), plan_id))


@blueprint.post("/plan/<uuid:plan_id>/valider/demande")
def confirm_request(plan_id: UUID) -> ResponseReturnValue:
    """Allocate what the plan gives one request."""
    return _told(confirm_plan(work(), plan_id, field("request")))


def _told(results: tuple[LineResult, ...]) -> ResponseReturnValue:
    given = sum(result.refusal is None for result in results)
    told = ngettext("%(num)s appareil attribué.", "%(num)s appareils attribués.", given)
    flash(told % {"num": given}, "good")
    for result in results:
        if result.refusal is not None:
            flash(say(result.refusal), "bad")
    return redirect(url_for("plan.page"), HTTPStatus.SEE_OTHER)
