"""Requests: what each wanted, its file, what it got, and the handover."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan import Grade
from rebond_schemas.plan_law import Kind
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.class_list import read_class_list, request_by_class_list
from rebond_server.operations.close_request import close_request
from rebond_server.operations.files import STEPS, note_answer, see_proof
from rebond_server.operations.hand_over import hand_over as release
from rebond_server.operations.import_files import import_files
from rebond_server.operations.programmes import VOUCHER_PROOF, territories
from rebond_server.operations.replace_device import allocate_replacement
from rebond_server.operations.requests import record_request
from rebond_server.store.demand import Request
from rebond_server.store.queries.file_page import file_page
from rebond_server.store.queries.find import named
from rebond_server.store.queries.organisation_list import organisations
from rebond_server.store.queries.programme_page import programme_names
from rebond_server.store.queries.replacements import replacements
from rebond_server.store.queries.request_page import (
    count_requests,
    handovers,
    request_page,
    requests,
)
from rebond_server.store.voucher import Question
from rebond_server.web import demand_words
from rebond_server.web.answering import date_in, done, field, identifier, whole_in, word_in
from rebond_server.web.plan_lines import newest_page, own_lines
from rebond_server.web.programme import found_programme
from rebond_server.web.report_words import public_name
from rebond_server.web.request_form import request_facts
from rebond_server.web.session import work
from rebond_server.web.what_it_takes import what_it_takes
from rebond_server.web.wish_words import choices

blueprint = Blueprint("request", __name__)
PAGE = 100
"""Requests on one page of the list."""


@blueprint.get("/demandes")
def index() -> ResponseReturnValue:
    """List the requests by programme, page by page."""
    session, site_id = work().session, work().site_id
    known = organisations(session, site_id)
    after = request.args.get("after", "").replace("\x00", "")
    found = requests(session, site_id, after=after, most=PAGE + 1)
    return render_template(
        "requests.html",
        requests=found[:PAGE],
        counted=count_requests(session, site_id),
        after=after,
        later=found[PAGE - 1].code if len(found) > PAGE else None,
        programmes=programme_names(session, site_id),
        organisations=known,
        prescribers=[one for one in known if one.prescriber],
        places=territories(work()),
        kinds=tuple(Kind),
        grades=tuple(Grade),
    )


@blueprint.post("/demandes")
def create() -> ResponseReturnValue:
    """Add a request."""
    made = record_request(work(), request_facts())
    return done(
        Sentence(
            fr=f"La demande {made.code} est enregistrée.", en=f"Request {made.code} is recorded."
        ),
        url_for("request.page", request_id=made.id),
    )


@blueprint.post("/demandes/liste")
def import_list() -> ResponseReturnValue:
    """Add a request of as many units as a class list has lines; names in it are not read."""
    sent = request.files.get("file")
    raw = b"" if sent is None else sent.read()
    unread = read_class_list(raw).unread
    made = request_by_class_list(work(), request_facts(), raw)
    told_fr = f" Colonnes non lues et non gardées : {', '.join(unread)}." if unread else ""
    told_en = f" Columns neither read nor kept: {', '.join(unread)}." if unread else ""
    return done(
        Sentence(
            fr=f"{made.quantity} lignes : la demande {made.code} est enregistrée.{told_fr}",
            en=f"{made.quantity} lines: request {made.code} is recorded.{told_en}",
        ),
        url_for("request.page", request_id=made.id),
    )


@blueprint.post("/demandes/dossiers")
def import_many() -> ResponseReturnValue:
    """Add one file for each line of a table: people known by codes."""
    sent = request.files.get("file")
    count = import_files(work(), request_facts(), b"" if sent is None else sent.read())
    return done(
        Sentence(fr=f"{count} dossiers enregistrés.", en=f"{count} files recorded."),
        url_for("request.index"),
    )


@blueprint.get("/demandes/<uuid:request_id>")
def page(request_id: UUID) -> ResponseReturnValue:
    """Show one request with its file, its devices and its sheets."""
    session, site_id = work().session, work().site_id
    found = request_page(session, site_id, request_id)
    row = session.get(Request, (site_id, request_id))
    if found is None or row is None:
        raise NotFound(Sentence(fr="Cette demande n'existe pas.", en="There is no such request."))
    programme = found_programme(found.line.programme)
    plan = newest_page()
    return render_template(
        "request.html",
        line=found.line,
        waiting=[each for each in found.devices if each.handover_id is None],
        given=[each for each in found.devices if each.handover_id is not None],
        sheets=handovers(session, site_id, request_id),
        file=file_page(session, site_id, row),
        terms=row.terms,
        programme=programme,
        choices=choices(row.terms),
        replaced=replacements(session, site_id, request_id),
        asked=[name for name in programme.terms.proofs if name != VOUCHER_PROOF],
        steps=STEPS if programme.first_come else (),
        questions=tuple(Question) if programme.first_come else (),
        words=demand_words,
        public_name=public_name,
        why=() if plan is None else own_lines(plan, found.line.code),
        takes=what_it_takes(plan, found.line.code) if plan and request.args.get("quoi") else None,
    )


@blueprint.post("/demandes/<uuid:request_id>/remplacements/<uuid:replacement_id>")
def replace(request_id: UUID, replacement_id: UUID) -> ResponseReturnValue:
    """Allocate what is offered in the place of a device that came back."""
    allocate_replacement(work(), replacement_id)
    return done(
        Sentence(fr="Le remplacement est attribué.", en="The replacement is allocated."),
        url_for("request.page", request_id=request_id),
    )


@blueprint.post("/demandes/<uuid:request_id>/vu")
def see(request_id: UUID) -> ResponseReturnValue:
    """Note that a proof or a step was seen."""
    see_proof(work(), request_id, field("name"), date_in("on"), field("place") or None)
    return done(
        Sentence(fr="C'est noté.", en="Noted."), url_for("request.page", request_id=request_id)
    )


@blueprint.post("/demandes/<uuid:request_id>/reponse")
def answer(request_id: UUID) -> ResponseReturnValue:
    """Keep an answer about the training or the device."""
    note_answer(work(), request_id, word_in(Question, field("question")), whole_in("mark") or 0)
    return done(
        Sentence(fr="La réponse est gardée.", en="The answer is kept."),
        url_for("request.page", request_id=request_id),
    )


@blueprint.post("/demandes/<uuid:request_id>/clore")
def close(request_id: UUID) -> ResponseReturnValue:
    """Close a request that wants nothing more, with a reason; or open it again."""
    closed = close_request(work(), request_id, field("reason"))
    told = Sentence(fr="La demande est close.", en="The request is closed.")
    if closed.closed is None:
        told = Sentence(fr="La demande est rouverte.", en="The request is open again.")
    return done(told, url_for("request.page", request_id=request_id))


@blueprint.post("/demandes/<uuid:request_id>/remettre")
def hand_over(request_id: UUID) -> ResponseReturnValue:
    """Release the ticked or scanned devices on one sheet; names, if given, are kept apart."""
    ticked = [identifier(text) for text in request.form.getlist("device")]
    scanned = [_scanned(text) for text in field("tags").split()]
    chosen = scanned or ticked
    names = {device_id: text for device_id in chosen if (text := field(f"name-{device_id}"))}
    handover = release(work(), request_id, chosen, field("recipient") or None, names)
    return done(
        Sentence(
            fr=f"Remise {handover.number} enregistrée : imprimez la fiche et faites-la signer.",
            en=f"Handover {handover.number} recorded: print the sheet and have it signed.",
        ),
        url_for("handover.page", handover_id=handover.id),
    )


def _scanned(text: str) -> UUID:
    found = named(work().session, work().site_id, text)
    if len(found) != 1:
        raise BadValue(
            Sentence(
                fr=f"« {text} » ne désigne pas un appareil d'ici.",
                en=f"“{text}” is no device here.",
            )
        )
    return found[0].device_id
