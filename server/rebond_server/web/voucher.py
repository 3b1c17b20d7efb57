"""The counter of an office: scan the voucher, scan the device, done. And the voucher on paper."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.documents.voucher import Paper, vouchers_pdf
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.voucher import voucher_code
from rebond_server.errors import NotFound
from rebond_server.operations.vouchers import withdraw_voucher
from rebond_server.operations.withdraw_device import withdraw_device
from rebond_server.store.queries.file_page import vouchers
from rebond_server.store.queries.voucher_paper import PaperFacts, paper_facts
from rebond_server.web import demand_words
from rebond_server.web.answering import done, field
from rebond_server.web.language import day
from rebond_server.web.session import desk, work

blueprint = Blueprint("voucher", __name__)


@blueprint.get("/bons")
def counter() -> ResponseReturnValue:
    """Show the counter."""
    return render_template(
        "vouchers.html",
        vouchers=vouchers(work().session, work().site_id),
        words=demand_words,
    )


@blueprint.post("/bons")
def withdraw() -> ResponseReturnValue:
    """Use a voucher for a device; both are scanned."""
    handover = withdraw_device(
        work(), field("voucher"), field("device"), field("recipient") or None
    )
    return done(
        Sentence(
            fr=f"Remis : {handover.number}. Faites signer la fiche.",
            en=f"Handed over: {handover.number}. Have the sheet signed.",
        ),
        url_for("handover.page", handover_id=handover.id),
    )


@blueprint.post("/bons/<uuid:voucher_id>/retirer")
def take_back(voucher_id: UUID) -> ResponseReturnValue:
    """Take an unused voucher back; its place goes to the next file."""
    taken = withdraw_voucher(work(), voucher_id, field("reason"))
    return done(
        Sentence(
            fr=f"Le bon {taken.number} est repris.", en=f"Voucher {taken.number} is taken back."
        ),
        url_for("request.page", request_id=taken.request_id),
    )


@blueprint.get("/bons/<uuid:voucher_id>/bon.pdf")
def paper(voucher_id: UUID) -> Response:
    """Return the voucher on paper, with its QR code."""
    facts = paper_facts(work().session, work().site_id, voucher_id)
    if facts is None:
        raise NotFound(Sentence(fr="Ce bon n'existe pas.", en="There is no such voucher."))
    response = make_response(vouchers_pdf([_paper(facts)]))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{facts.number}.pdf"'
    return response


def _paper(facts: PaperFacts) -> Paper:
    return Paper(
        number=facts.number,
        code=voucher_code(work().server_key, facts.voucher_id),
        programme=facts.programme,
        agreement=facts.agreement,
        office=facts.office,
        person=facts.person,
        rank=facts.rank,
        issued=day(facts.issued),
        expires=day(facts.expires),
        workshop=desk().workshop.site_name,
        contact=desk().contact,
    )
