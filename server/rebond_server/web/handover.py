"""Handovers: what left on one sheet, and the sheet itself."""

from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from rebond_server.documents.handover import handover_pdf
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.store.queries.request_page import HandoverPage, handover_page
from rebond_server.web.session import desk, work
from rebond_server.web.sheet import sheet_of

blueprint = Blueprint("handover", __name__)


@blueprint.get("/remises/<uuid:handover_id>")
def page(handover_id: UUID) -> ResponseReturnValue:
    """Show what left on this sheet."""
    return render_template("handover.html", sheet=_found(handover_id))


@blueprint.get("/remises/<uuid:handover_id>/fiche.pdf")
def sheet(handover_id: UUID) -> Response:
    """Return the sheet to print and sign."""
    found = _found(handover_id)
    zone = current_app.extensions["rebond_zone"]
    values = sheet_of(work(), found, desk().workshop.site_name, zone)
    response = make_response(handover_pdf(values, zone))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return response


def _found(handover_id: UUID) -> HandoverPage:
    found = handover_page(work().session, work().site_id, handover_id)
    if found is None:
        raise NotFound(Sentence(fr="Cette remise n'existe pas.", en="There is no such handover."))
    return found
