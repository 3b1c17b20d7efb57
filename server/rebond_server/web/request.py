"""Requests: what each wanted, what it got, and the handover."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.hand_over import hand_over as release
from rebond_server.store.queries.request_page import handovers, request_page, requests
from rebond_server.web.answering import done, field, identifier
from rebond_server.web.session import work

blueprint = Blueprint("request", __name__)


@blueprint.get("/demandes")
def index() -> ResponseReturnValue:
    """List all requests by programme."""
    return render_template("requests.html", requests=requests(work().session, work().site_id))


@blueprint.get("/demandes/<uuid:request_id>")
def page(request_id: UUID) -> ResponseReturnValue:
    """Show one request with its devices and its sheets."""
    session, site_id = work().session, work().site_id
    found = request_page(session, site_id, request_id)
    if found is None:
        raise NotFound(Sentence(fr="Cette demande n'existe pas.", en="There is no such request."))
    return render_template(
        "request.html",
        line=found.line,
        waiting=[each for each in found.devices if each.handover_id is None],
        given=[each for each in found.devices if each.handover_id is not None],
        sheets=handovers(session, site_id, request_id),
    )


@blueprint.post("/demandes/<uuid:request_id>/remettre")
def hand_over(request_id: UUID) -> ResponseReturnValue:
    """Release the ticked devices on one sheet; a name, if given, is kept apart."""
    ticked = [identifier(text) for text in request.form.getlist("device")]
    handover = release(work(), request_id, ticked, field("recipient") or None)
    return done(
        Sentence(
            fr=f"Remise {handover.number} enregistrée : imprimez la fiche et faites-la signer.",
            en=f"Handover {handover.number} recorded: print the sheet and have it signed.",
        ),
        url_for("handover.page", handover_id=handover.id),
    )
