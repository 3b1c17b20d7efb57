"""The register of outgoing waste: what leaves, with whom, where to; and as a file."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.domain.waste import CODES
from rebond_server.errors import BadValue
from rebond_server.operations.waste import Shipment, devices_left, parts_left, weigh, withdraw
from rebond_server.sheets.written import written
from rebond_server.store.queries.waste import WasteLine, register, waits_for_waste
from rebond_server.web.answering import date_in, done, field, number_in, whole_in
from rebond_server.web.language import say
from rebond_server.web.session import now, work
from rebond_server.web.words import KINDS

blueprint = Blueprint("waste", __name__)
SHOWN = 200

HEADINGS = (
    Sentence(fr="Date de sortie", en="Left on"),
    Sentence(fr="Dénomination", en="What"),
    Sentence(fr="Code déchet", en="Waste code"),
    Sentence(fr="Nombre", en="Count"),
    Sentence(fr="Quantité (kg)", en="Weight (kg)"),
    Sentence(fr="Étiquette", en="Tag"),
    Sentence(fr="Transporteur", en="Carrier"),
    Sentence(fr="SIRET du destinataire", en="Destination (SIRET)"),
    Sentence(fr="N° de BSD", en="BSD number"),
    Sentence(fr="Code de traitement", en="Treatment code"),
    Sentence(fr="Retirée le", en="Withdrawn on"),
    Sentence(fr="Raison du retrait", en="Reason"),
)


@blueprint.get("/dechets")
def page() -> ResponseReturnValue:
    """Show the register and what waits to leave."""
    session, site_id = work().session, work().site_id
    lines = tuple(register(session, site_id, _year(), SHOWN))
    return render_template(
        "waste.html",
        lines=lines,
        waiting=waits_for_waste(session, site_id, SHOWN),
        year=_year(),
        kilograms=sum(line.row.grams for line in lines if line.row.withdrawn is None) / 1000,
        codes=CODES,
        today=now().date(),
    )


@blueprint.get("/dechets.csv")
def export() -> Response:
    """Send the register of the year in the address, or all of it."""
    heading = [say(one) for one in HEADINGS]
    rows = (_row(line) for line in register(work().session, work().site_id, _year()))
    name = f"dechets-{_year() or 'tous'}.csv"
    return Response(
        written(heading, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.post("/dechets/appareils")
def send_devices() -> ResponseReturnValue:
    """Put scrapped devices into the register."""
    tags = field("tags").replace(",", " ").replace(";", " ").split()
    if not tags:
        raise BadValue(Sentence(fr="Scannez au moins une étiquette.", en="Scan at least one tag."))
    count = len(devices_left(work(), tags, _shipment()))
    return _told(f"{count} appareil(s) au registre.", f"{count} device(s) in the register.")


@blueprint.post("/dechets/pieces")
def send_parts() -> ResponseReturnValue:
    """Put parts into the register."""
    grams = round((number_in("kilograms") or 0) * 1000)
    parts_left(work(), field("kind"), whole_in("count") or 0, grams, _shipment())
    return _told("La ligne est au registre.", "The line is in the register.")


@blueprint.post("/dechets/<uuid:line_id>/peser")
def correct(line_id: UUID) -> ResponseReturnValue:
    """Write the true weight of a line."""
    weigh(work(), line_id, round((number_in("kilograms") or 0) * 1000), field("reason"))
    return _told("Le poids est corrigé.", "The weight is corrected.")


@blueprint.post("/dechets/<uuid:line_id>/retirer")
def take_back(line_id: UUID) -> ResponseReturnValue:
    """Cross a line out."""
    withdraw(work(), line_id, field("reason"))
    return _told("La ligne est retirée.", "The line is withdrawn.")


def _shipment() -> Shipment:
    return Shipment(
        left=date_in("left") or now().date(),
        code=field("code"),
        carrier=field("carrier"),
        destination=field("destination"),
        bsd=field("bsd") or None,
        treatment=field("treatment") or None,
    )


def _row(line: WasteLine) -> list[str | None]:
    row = line.row
    return [
        row.left.isoformat(),
        say(KINDS[row.kind]) if row.kind in KINDS else row.kind,
        row.code,
        str(row.count or 1),
        f"{row.grams / 1000:.3f}".replace(".", ","),
        line.tag,
        row.carrier,
        row.destination,
        row.bsd,
        row.treatment,
        None if row.withdrawn is None else row.withdrawn.date().isoformat(),
        row.reason,
    ]


def _year() -> int | None:
    text = request.args.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None  # noqa: PLR2004 - as years are written


def _told(fr: str, en: str) -> ResponseReturnValue:
    return done(Sentence(fr=fr, en=en), url_for("waste.page"))
