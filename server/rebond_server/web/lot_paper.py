"""The papers of a lot: its erasure certificate, transfer notes, the donor's figure of reuse."""

from flask import Blueprint, Response, make_response, url_for
from flask.typing import ResponseReturnValue

from rebond_server.documents.certificate import signed_pdf
from rebond_server.documents.report import Report, report_pdf
from rebond_server.domain.lot_paper import LotErasure
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.certify_lot import certify_lot, contradicted
from rebond_server.operations.count_reuse import count_reuse
from rebond_server.operations.lot_papers import paper_of, said_by
from rebond_server.operations.transfer import transfer_lot
from rebond_server.store.paper import PaperRow
from rebond_server.web.answering import done, field, whole_in
from rebond_server.web.lot_paper_sheet import checked, report_of
from rebond_server.web.session import desk, now, work, zone

blueprint = Blueprint("lot_paper", __name__)


@blueprint.post("/lots/<code>/certificat")
def certify(code: str) -> ResponseReturnValue:
    """Issue the erasure certificate of the whole lot."""
    return _ready(code, certify_lot(work(), code))


@blueprint.post("/lots/<code>/reemploi")
def reuse(code: str) -> ResponseReturnValue:
    """Issue the donor's figure of a year, this one when none is given."""
    year = whole_in("year") or now().astimezone(zone()).year
    return _ready(code, count_reuse(work(), code, year, zone()))


@blueprint.post("/lots/<code>/transfert")
def transfer(code: str) -> ResponseReturnValue:
    """Move the lot to another site and issue the note that goes with it."""
    return _ready(code, transfer_lot(work(), code, field("destination"), field("carrier")))


@blueprint.get("/papiers/<number>.pdf")
def sheet(number: str) -> Response:
    """Return the paper, signed by the workshop."""
    row = paper_of(work(), number)
    report, head = pages_of(row), said_by(row).head
    pdf = signed_pdf(report_pdf(report), work().server_key, head.workshop, report.title)
    response = make_response(pdf)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return response


def pages_of(row: PaperRow) -> Report:
    """Return everything that a paper says, with what contradicts it since."""
    said = said_by(row)
    report = report_of(said, zone())
    if not isinstance(said, LotErasure) or row.code is None:
        return report
    address = f"{desk().public_url}{url_for('proof.public', number=row.number)}"
    against = contradicted(work(), row)
    return checked(report, said, row.code, address, work().server_key, against)


def _ready(code: str, row: PaperRow) -> ResponseReturnValue:
    address = f"{url_for('lot.page', code=code)}#papers"
    return done(Sentence(fr=f"{row.number} est prêt.", en=f"{row.number} is ready."), address)
