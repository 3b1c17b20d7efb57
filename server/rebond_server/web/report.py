"""The accounts owed: volume and fate of a lot, and where each of its devices went."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from rebond_server.documents.report import Report, report_csv, report_ods, report_pdf
from rebond_server.domain import fate as fates_of
from rebond_server.domain.fate import Fate, Place, Stage, Wish
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.share_reading import readings
from rebond_server.domain.small_cells import LEAST, shown
from rebond_server.errors import NotFound
from rebond_server.operations.reconcile_lot import reconcile_lot
from rebond_server.sheets.written_ods import MIMETYPE
from rebond_server.store.queries.fate import fates, report_lots
from rebond_server.store.queries.lot_page import LotPage, lot_list, lot_page
from rebond_server.web import report_tables, report_words
from rebond_server.web.demand_words import BASES
from rebond_server.web.language import day, language
from rebond_server.web.session import desk, now, work

blueprint = Blueprint("report", __name__)
PAGE = 100
"""Lots on one page of the list."""
FORMS: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", report_csv),
    "ods": (MIMETYPE, report_ods),
    "pdf": ("application/pdf", report_pdf),
}
Word = TypeVar("Word", bound=StrEnum)


@blueprint.get("/bilans")
def index() -> ResponseReturnValue:
    """List the lots, each with its two reports, page by page."""
    after = request.args.get("after", "").replace("\x00", "")
    found = lot_list(work().session, work().site_id, after=after, most=PAGE + 1)
    later = found[PAGE - 1].code if len(found) > PAGE else None
    return render_template("reports.html", lots=found[:PAGE], after=after, later=later)


@blueprint.get("/bilans/<uuid:lot_id>")
def page(lot_id: UUID) -> ResponseReturnValue:
    """Show volume and fate of one lot; each figure leads to its devices."""
    lot, found = _found(lot_id)
    whole = fates_of.tally(found)
    drawn, told = report_tables.picture(found, "fr" if language() == "fr" else "en")
    return render_template(
        "report.html",
        lot=lot,
        groups=report_tables.groups(found),
        whole=whole,
        stages=tuple(Stage),
        places=report_tables.places_met(whole),
        programmes=fates_of.by_programme(found),
        programme_names={one.programme: one.programme_name for one in found},
        publics=shown(fates_of.by_public(found)),
        least=LEAST,
        statement=report_tables.no_resale_of(lot, found),
        readings=[(one, readings(one, found)) for one in report_tables.shares_of(lot)],
        bases=BASES,
        drawn=drawn if found else None,
        told=told,
        words=report_words,
        stage_names=fates_of.STAGE_NAMES,
        place_names=fates_of.PLACE_NAMES,
        forms=tuple(FORMS),
    )


@blueprint.get("/bilans/<uuid:lot_id>/appareils")
def devices(lot_id: UUID) -> ResponseReturnValue:
    """List the devices that one figure of the report counted."""
    lot, found = _found(lot_id)
    wish = Wish(
        stage=_word(Stage, "stage"),
        place=_word(Place, "place"),
        point=request.args.get("point"),
        kind=request.args.get("kind"),
        programme=request.args.get("programme"),
    )
    return render_template(
        "report_devices.html",
        lot=lot,
        found=[one for one in found if wish.met(one)],
        wish=wish,
        words=report_words,
        stage_names=fates_of.STAGE_NAMES,
        place_names=fates_of.PLACE_NAMES,
    )


@blueprint.get("/bilans/<uuid:lot_id>/volume.<form>")
def volume(lot_id: UUID, form: str) -> Response:
    """Return volume and fate as CSV, ODS or PDF."""
    lot, found = _found(lot_id)
    made = report_tables.volume_report(lot, found, desk().workshop.site_name, day(now()))
    return answer(made, f"volume-{lot_id}", form)


@blueprint.get("/bilans/<uuid:lot_id>/annexe.<form>")
def annex(lot_id: UUID, form: str) -> Response:
    """Return the fate of each device of the lot as CSV, ODS or PDF."""
    lot, found = _found(lot_id)
    matched = reconcile_lot(work(), lot.line.code)
    made = report_tables.annex_report(lot, found, matched, desk().workshop.site_name, day(now()))
    return answer(made, f"annexe-{lot_id}", form)


def _found(lot_id: UUID) -> tuple[LotPage, tuple[Fate, ...]]:
    session, site_id = work().session, work().site_id
    code = report_lots(session, site_id).get(lot_id)
    lot = None if code is None else lot_page(session, site_id, code)
    if lot is None:
        raise NotFound(Sentence(fr="Ce lot n'existe pas.", en="There is no such lot."))
    zone = current_app.extensions["rebond_zone"]
    return lot, fates(session, site_id, lot.line.code, zone)


def answer(report: Report, name: str, form: str) -> Response:
    """Send a report as CSV, ODS or PDF; raise NotFound for any other form."""
    if form not in FORMS:
        raise NotFound(
            Sentence(fr="Ce format n'existe pas : csv, ods ou pdf.", en="No such format.")
        )
    kind, write = FORMS[form]
    response = make_response(write(report))
    response.content_type = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _word(words: type[Word], name: str) -> Word | None:
    """Return a word of the address; what is none of the known ones asks nothing."""
    text = request.args.get(name)
    return words(text) if text in set(words) else None
