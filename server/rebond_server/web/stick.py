"""Sticks: a one-time code for a new one, what is known of each, and their end."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.issue_enrolment_code import TRIES, VALID, issue_enrolment_code
from rebond_server.store.queries.people import sticks
from rebond_server.web.answering import done, field
from rebond_server.web.session import desk, work

blueprint = Blueprint("stick", __name__)


@blueprint.get("/cles")
def page() -> ResponseReturnValue:
    """Show every stick."""
    return _page(code=None)


@blueprint.post("/cles/code")
def issue_code() -> ResponseReturnValue:
    """Issue a code and show it once; only its hash is kept, so this answer is no redirect."""
    return _page(code=issue_enrolment_code(work())), HTTPStatus.CREATED


@blueprint.post("/cles/<uuid:stick_id>/revoquer")
def revoke(stick_id: UUID) -> ResponseReturnValue:
    """Refuse everything from this stick from now on."""
    revoke_stick(work(), stick_id, field("reason"))
    return done(
        Sentence(fr="La clé est révoquée.", en="The stick is revoked."), url_for("stick.page")
    )


def _page(code: str | None) -> str:
    return render_template(
        "sticks.html",
        sticks=sticks(work().session, work().site_id),
        code=code,
        minutes=int(VALID.total_seconds() // 60),
        tries=TRIES,
        server=desk().public_url,
    )
