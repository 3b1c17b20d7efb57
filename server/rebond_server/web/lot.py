"""Lots: the list, the page of one with its reconciliation, and opening a new one."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan_law import Regime
from rebond_server.domain.intake.columns import HEADINGS
from rebond_server.domain.intake.item import read_value
from rebond_server.domain.intake.reconciliation import Pair, Standing
from rebond_server.domain.lot import DonorKind, ErasurePolicy, LotKind, PlaceKind, price_mode
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.attachments import Subject, attachments
from rebond_server.operations.lot_papers import papers_of
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.partners import AgreementFacts, record_agreement, record_donor
from rebond_server.operations.reconcile_lot import reconcile_lot
from rebond_server.sheets.written import written
from rebond_server.store.queries.ageing import deadline_of, lot_ages
from rebond_server.store.queries.intake_list import (
    agreement_numbers,
    donor_codes,
    listed_items,
    places,
)
from rebond_server.store.queries.lot_page import LotPage, lot_list, lot_page
from rebond_server.web import intake_words
from rebond_server.web.answering import date_in, done, field, lines_in, whole_in, word_in
from rebond_server.web.device import wanted_in
from rebond_server.web.device_file import device_file
from rebond_server.web.language import say
from rebond_server.web.lot_rows import ANNEX, annex_row
from rebond_server.web.session import now, work, zone

blueprint = Blueprint("lot", __name__)
PAGE = 100
"""Lots on one page of the list."""
MOST_PAIRS = 200
"""Lines of a reconciliation on one page, what needs a look first; the export has them all."""


@blueprint.get("/lots")
def index() -> ResponseReturnValue:
    """Show the lots with what came of each, page by page."""
    session, site_id = work().session, work().site_id
    after = request.args.get("after", "").replace("\x00", "")
    found = lot_list(session, site_id, after=after, most=PAGE + 1)
    return render_template(
        "lots.html",
        lots=found[:PAGE],
        after=after,
        later=found[PAGE - 1].code if len(found) > PAGE else None,
        donors=donor_codes(session, site_id),
        agreements=agreement_numbers(session, site_id),
        regimes=tuple(Regime),
        today=now().date(),
        words=intake_words,
    )


@blueprint.post("/lots")
def create() -> ResponseReturnValue:
    """Open a lot, or change the one with this code."""
    lot = record_lot(
        work(),
        LotFacts(
            code=field("code"),
            name=field("name"),
            kind=word_in(LotKind, field("kind")),
            regime=word_in(Regime, field("regime")),
            agreement=field("agreement") or None,
            donor=field("donor") or None,
            starts=date_in("starts"),
            ends=date_in("ends"),
            population=whole_in("population"),
            points=lines_in("points"),
            acquired=date_in("acquired"),
            erasure_policy=word_in(ErasurePolicy, text) if (text := field("erasure")) else None,
            unit_value_cents=_cents("unit_value"),
            resale_allowed=field("resale") == "yes",
            reserved_publics=tuple(field("publics").replace(",", " ").split()),
            qpv_only=field("qpv") == "yes",
        ),
    )
    return done(
        Sentence(fr=f"Le lot {lot.code} est enregistré.", en=f"Lot {lot.code} is recorded."),
        url_for("lot.page", code=lot.code),
    )


@blueprint.post("/lots/donateurs")
def create_donor() -> ResponseReturnValue:
    """Add a donor."""
    made = record_donor(
        work(), field("code"), word_in(DonorKind, field("kind")), field("name") or None
    )
    return done(
        Sentence(fr=f"Le donateur {made.code} est ajouté.", en=f"Donor {made.code} is added."),
        url_for("lot.index"),
    )


@blueprint.post("/lots/conventions")
def create_agreement() -> ResponseReturnValue:
    """Add an agreement, or change the one with this number."""
    made = record_agreement(
        work(),
        AgreementFacts(
            number=field("number"),
            title=field("title"),
            signed=date_in("signed"),
            ends=date_in("ends"),
            review=date_in("review"),
            parties=lines_in("parties"),
            duties=lines_in("duties"),
        ),
    )
    return done(
        Sentence(
            fr=f"La convention {made.number} est enregistrée.",
            en=f"Agreement {made.number} is recorded.",
        ),
        url_for("lot.index"),
    )


@blueprint.get("/lots/<code>")
def page(code: str) -> ResponseReturnValue:
    """Show one lot: its law, what came of it, and its annex against what arrived."""
    found = _page(code)
    session, site_id = work().session, work().site_id
    reconciliation = reconcile_lot(work(), code)
    wanted = request.args.get("situation", "")
    pairs = [
        pair
        for pair in reconciliation.pairs
        if wanted in {"", pair.standing.value}
        or (wanted == "blocked" and pair in reconciliation.blocked)
    ]
    return render_template(
        "lot.html",
        lot=found,
        price=price_mode(resale_allowed=bool(found.terms.get("resale_allowed"))),
        reconciliation=reconciliation,
        pairs=sorted(pairs, key=_urgency)[:MOST_PAIRS],
        left=max(0, len(pairs) - MOST_PAIRS),
        wanted=wanted,
        standings=tuple(Standing),
        words=intake_words,
        kept=attachments(work(), Subject.LOT, found.lot_id),
        agreed=attachments(work(), Subject.AGREEMENT, found.agreement_id or found.lot_id),
        agreement_id=found.agreement_id,
        papers=papers_of(work(), found.lot_id),
        paper_words=intake_words.PAPERS,
        sites=[one for one in places(session, site_id) if one.kind is PlaceKind.SITE],
        year=now().astimezone(zone()).year,
        ages=lot_ages(session, site_id, found.lot_id),
        deadline=deadline_of(session, site_id, found.lot_id),
        today=now().astimezone(zone()).date(),
    )


def _urgency(pair: Pair) -> tuple[bool, bool]:
    """Put what a person must look at first; the order of the file stays otherwise."""
    blocked = pair.announced is not None and pair.announced.blocked is not None
    return (not blocked, pair.standing is Standing.RECEIVED)


@blueprint.get("/lots/<code>/annexe.csv")
def export(code: str) -> ResponseReturnValue:
    """Send the annex with how each line stands; it can be imported again as it is."""
    _page(code)
    items = listed_items(work().session, work().site_id, code)
    blocked = Sentence(fr="Règle qui bloque", en="Blocking rule")
    heading = [say(one) for one in (*(HEADINGS[column] for column in ANNEX), blocked)]
    pairs = reconcile_lot(work(), code).pairs
    return _csv(f"annexe-{code}", written(heading, [annex_row(items, pair) for pair in pairs]))


@blueprint.get("/appareils.csv")
def export_devices() -> ResponseReturnValue:
    """Send exactly the devices that the list's filter shows, every page of it."""
    return _csv("appareils", stream_with_context(device_file(wanted_in())))


def _cents(name: str) -> int | None:
    text = field(name)
    found = read_value(text) if text else None
    if isinstance(found, Sentence):
        raise BadValue(found)
    return found


def _page(code: str) -> LotPage:
    found = lot_page(work().session, work().site_id, code)
    if found is None:
        raise NotFound(Sentence(fr=f"Le lot {code} n'existe pas.", en=f"There is no lot {code}."))
    return found


def _csv(name: str, raw: bytes | Iterator[bytes]) -> Response:
    return Response(
        raw,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
