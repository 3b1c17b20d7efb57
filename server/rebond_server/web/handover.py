"""Handovers: what to fetch, what left on one sheet, the sheet itself, and its signature."""

import base64
import binascii
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.documents.handover import handover_pdf
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.recipients import keep_signature, read_signature
from rebond_server.store.queries.pick_list import pick_list
from rebond_server.store.queries.request_page import HandoverPage, handover_page
from rebond_server.store.queries.signatures import names_of, signatures_of
from rebond_server.web.answering import done, field
from rebond_server.web.menu import may
from rebond_server.web.session import desk, work
from rebond_server.web.sheet import sheet_of

blueprint = Blueprint("handover", __name__)
DRAWN = "data:image/png;base64,"


@blueprint.get("/remises/preparer")
def prepare() -> ResponseReturnValue:
    """Show what to fetch, shelf by shelf."""
    return render_template("picks.html", picks=pick_list(work().session, work().site_id))


@blueprint.get("/remises/<uuid:handover_id>")
def page(handover_id: UUID) -> ResponseReturnValue:
    """Show what left on this sheet."""
    session, site_id = work().session, work().site_id
    personal = may("view_personal_data")
    return render_template(
        "handover.html",
        sheet=_found(handover_id),
        signatures=signatures_of(session, site_id, handover_id) if personal else [],
        names=names_of(session, site_id, handover_id) if personal else {},
    )


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


@blueprint.post("/remises/<uuid:handover_id>/signature")
def sign(handover_id: UUID) -> ResponseReturnValue:
    """Keep the signature drawn on screen, or the scan of the signed sheet, sealed."""
    sent = request.files.get("scan")
    picture = b"" if sent is None else sent.read()
    drawn = field("drawn")
    if not picture and drawn.startswith(DRAWN):
        try:
            picture = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
        except binascii.Error:
            picture = b""
    if not picture:
        raise BadValue(
            Sentence(
                fr="Dessinez la signature, ou joignez le scan de la fiche signée.",
                en="Draw the signature, or attach the scan of the signed sheet.",
            )
        )
    keep_signature(work(), handover_id, picture)
    return done(
        Sentence(
            fr="La signature est gardée, chiffrée, deux ans au plus.",
            en="The signature is kept, encrypted, two years at most.",
        ),
        url_for("handover.page", handover_id=handover_id),
    )


@blueprint.post("/signatures/<uuid:signature_id>")
def see_signature(signature_id: UUID) -> Response:
    """Return a signature as it was; history tells that it was looked at."""
    media, content = read_signature(work(), signature_id)
    response = make_response(content)
    response.content_type = media
    response.headers["Content-Disposition"] = "attachment; filename=signature"
    return response


def _found(handover_id: UUID) -> HandoverPage:
    found = handover_page(work().session, work().site_id, handover_id)
    if found is None:
        raise NotFound(Sentence(fr="Cette remise n'existe pas.", en="There is no such handover."))
    return found
