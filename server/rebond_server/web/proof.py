"""People's words about drives, and certificates: issued, printed, checked by anybody."""

from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.documents.certificate import Paper, certificate_pdf, check_page
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations import accept_limits as accepting
from rebond_server.operations import issue_certificate as issuing
from rebond_server.operations import witness as seeing
from rebond_server.operations.lot_papers import paper_numbered
from rebond_server.store.device import Device
from rebond_server.store.queries.certificate import CertificateLine, certificate_by_number
from rebond_server.web.answering import done, field
from rebond_server.web.certificate_sheet import paper_of
from rebond_server.web.lot_paper import pages_of
from rebond_server.web.session import desk, work

blueprint = Blueprint("proof", __name__)


@blueprint.post("/disques/<uuid:drive_id>/accepter")
def accept(drive_id: UUID) -> ResponseReturnValue:
    """Let the lead accept the limits of a drive."""
    drive = accepting.accept_limits(work(), drive_id, field("reason"))
    told = Sentence(fr="La réserve est acceptée.", en="The limits are accepted.")
    return _told(drive.device_id, told)


@blueprint.post("/d/<uuid:device_id>/sans-disque")
def no_media(device_id: UUID) -> ResponseReturnValue:
    """Let a person say that the device holds no drive."""
    count = seeing.witness_no_media(work(), device_id, field("reason"))
    return _told(device_id, _noted(count))


@blueprint.post("/d/<uuid:device_id>/disques/<uuid:drive_id>/detruit")
def destroyed(device_id: UUID, drive_id: UUID) -> ResponseReturnValue:
    """Let a person say that she saw the drive destroyed."""
    count = seeing.witness_destruction(work(), drive_id, field("reason"))
    return _told(device_id, _noted(count))


@blueprint.post("/d/<uuid:device_id>/disques/<uuid:drive_id>/efface-ailleurs")
def erased_elsewhere(device_id: UUID, drive_id: UUID) -> ResponseReturnValue:
    """Let a person say that other tools erased a drive that was pulled out."""
    count = seeing.witness_erased_elsewhere(work(), drive_id, field("reason"))
    return _told(device_id, _noted(count))


@blueprint.post("/d/<uuid:device_id>/certificat")
def issue(device_id: UUID) -> ResponseReturnValue:
    """Issue a certificate of what is proven now."""
    row = issuing.issue_certificate(work(), device_id)
    fr, en = f"Le certificat {row.number} est prêt.", f"The certificate {row.number} is ready."
    return _told(device_id, Sentence(fr=fr, en=en))


@blueprint.get("/certificats/<number>.pdf")
def paper(number: str) -> Response:
    """Return the paper, signed."""
    found = certificate_by_number(work().session, work().site_id, number)
    if found is None:
        raise NotFound(
            Sentence(fr="Ce certificat n'existe pas.", en="There is no such certificate.")
        )
    response = make_response(certificate_pdf(_paper(found), work().server_key))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{found.row.number}.pdf"'
    return response


@blueprint.get("/c/<number>")
def public(number: str) -> ResponseReturnValue:
    """Show anybody who holds the paper what the paper says, and whether it was withdrawn."""
    found = certificate_by_number(work().session, work().site_id, number)
    shown = None if found is None else _paper(found)
    of_lot = None if found is not None else paper_numbered(work(), number)
    if of_lot is not None and of_lot.code is not None:
        return render_template(
            "lot_certificate_public.html", report=pages_of(of_lot), number=of_lot.number
        )
    return render_template("certificate_public.html", paper=shown, number=number)


@blueprint.get("/controle.html")
def check() -> Response:
    """Return the page that checks a code without network, as a file to keep."""
    page = check_page(work().server_key, desk().workshop.site_name)
    response = make_response(page)
    response.headers["Content-Disposition"] = 'attachment; filename="rebond-controle.html"'
    return response


def _paper(found: CertificateLine) -> Paper:
    address = f"{desk().public_url}{url_for('proof.public', number=found.row.number)}"
    return paper_of(found, work().server_key, address, current_app.extensions["rebond_zone"])


def _noted(count: int) -> Sentence:
    if count < seeing.ENOUGH:
        return Sentence(
            fr="C'est noté : il faut encore la parole d'une autre personne.",
            en="Noted: another person's word is still needed.",
        )
    return Sentence(fr="Deux personnes l'ont vu : c'est noté.", en="Two people saw it: noted.")


def _told(device_id: UUID, sentence: Sentence) -> ResponseReturnValue:
    device = work().session.get_one(Device, (work().site_id, device_id))
    return done(sentence, url_for("device.page", tag=device.tag))
