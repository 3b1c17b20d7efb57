"""Intake: imports with a trial first, one box for what is scanned, places."""

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan_law import Kind
from rebond_server.domain.errors import Refused
from rebond_server.domain.intake.columns import HEADINGS, Column
from rebond_server.domain.intake.item import Item, read_item
from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.intake.scanned import meaning
from rebond_server.domain.lot import PlaceKind
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.asset_tag import MOST_LABELS, print_labels
from rebond_server.operations.import_annex import COLUMNS as ANNEX_COLUMNS
from rebond_server.operations.import_annex import import_annex, try_annex
from rebond_server.operations.import_devices import import_devices, try_devices
from rebond_server.operations.import_sheet import Said, Trial, column_of, keep_upload, kept_upload
from rebond_server.operations.place_device import record_place
from rebond_server.operations.take_in import take_in
from rebond_server.store.queries.intake_list import last_taken_in, places, waits_for_device
from rebond_server.store.queries.lot_page import lot_names, lot_page
from rebond_server.web import intake_words
from rebond_server.web.answering import done, field, whole_in, word_in
from rebond_server.web.session import work

blueprint = Blueprint("intake", __name__)
SHOWN = 8
"""Devices taken in last that the page shows."""
MOST_LINES = 200
"""Lines of a trial on one page; refused and blocked ones come first."""
_DEVICE_COLUMNS = tuple(column for column in Column if column not in {Column.KEY, Column.STANDING})
_TRY = {"annex": try_annex, "devices": try_devices}
_IMPORT = {"annex": import_annex, "devices": import_devices}


@blueprint.get("/lots/<code>/annexe")
def annex(code: str) -> ResponseReturnValue:
    """Ask for the file of an annex."""
    return _ask(code, "annex")


@blueprint.post("/lots/<code>/annexe")
def try_annex_file(code: str) -> ResponseReturnValue:
    """Say what importing this annex would do."""
    return _trial(code, "annex")


@blueprint.post("/lots/annexe/<uuid:upload_id>")
def apply_annex(upload_id: UUID) -> ResponseReturnValue:
    """Import the annex that was tried."""
    return _apply(upload_id, "annex")


@blueprint.get("/lots/<code>/appareils")
def devices(code: str) -> ResponseReturnValue:
    """Ask for a file of devices."""
    return _ask(code, "devices")


@blueprint.post("/lots/<code>/appareils")
def try_device_file(code: str) -> ResponseReturnValue:
    """Say what importing these devices would do."""
    return _trial(code, "devices")


@blueprint.post("/lots/appareils/<uuid:upload_id>")
def apply_devices(upload_id: UUID) -> ResponseReturnValue:
    """Import the devices that were tried."""
    return _apply(upload_id, "devices")


def _ask(code: str, purpose: str) -> ResponseReturnValue:
    return _import_page(code, purpose, None, None)


def _trial(code: str, purpose: str) -> ResponseReturnValue:
    said = _said()
    again = field("upload")
    if again:
        upload, _, _ = kept_upload(work(), _upload_id(again), purpose)
        name, raw = upload.name, upload.raw
    else:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise BadValue(Sentence(fr="Choisissez un fichier.", en="Choose a file."))
        name, raw = file.filename, file.read()
    trial = _TRY[purpose](work(), code, raw, said)
    upload_id = keep_upload(work(), code, purpose, name, raw, said)
    return _import_page(code, purpose, trial, upload_id)


def _apply(upload_id: UUID, purpose: str) -> ResponseReturnValue:
    upload, lot, said = kept_upload(work(), upload_id, purpose)
    only_good = field("lines") == "good"
    trial = _IMPORT[purpose](work(), lot.code, upload.raw, said, only_good=only_good)
    new, changed = trial.count(LineVerdict.NEW), trial.count(LineVerdict.CHANGED)
    known, refused = trial.count(LineVerdict.KNOWN), trial.count(LineVerdict.REFUSED)
    return done(
        Sentence(
            fr=f"Importé : {new} nouvelle(s), {changed} changée(s), {known} déjà là, "
            f"{refused} refusée(s), {len(trial.blocked)} bloquée(s).",
            en=f"Imported: {new} new, {changed} changed, {known} known, {refused} refused, "
            f"{len(trial.blocked)} blocked.",
        ),
        url_for("lot.page", code=lot.code),
    )


def _import_page(
    code: str, purpose: str, trial: Trial | None, upload_id: UUID | None
) -> ResponseReturnValue:
    found = lot_page(work().session, work().site_id, code)
    if found is None:
        raise BadValue(Sentence(fr=f"Le lot {code} n'existe pas.", en=f"There is no lot {code}."))
    lines = [] if trial is None else sorted(trial.lines, key=_urgency)
    return render_template(
        "import.html",
        lot=found.line,
        purpose=purpose,
        trial=trial,
        lines=lines[:MOST_LINES],
        left=max(0, len(lines) - MOST_LINES),
        upload_id=upload_id,
        columns=ANNEX_COLUMNS if purpose == "annex" else _DEVICE_COLUMNS,
        headings=HEADINGS,
        column_of=column_of,
        verdicts=tuple(LineVerdict),
        words=intake_words,
    )


def _urgency(line: object) -> tuple[bool, bool, int]:
    """Put what a person must look at first."""
    verdict = getattr(line, "verdict", None)
    blocked = getattr(line, "blocked", None) is not None
    return (verdict is not LineVerdict.REFUSED, not blocked, getattr(line, "number", 0))


def _said() -> Said:
    """Return which column holds what, as far as the form says: "-" means none."""
    said: dict[Column, int | None] = {}
    for column in Column:
        text = field(f"column-{column.value}")
        if text == "-":
            said[column] = None
        elif text.isascii() and text.isdigit() and len(text) <= 3:  # noqa: PLR2004 - at most 100 columns
            said[column] = int(text)
    return said


def _upload_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadValue(Sentence(fr="Choisissez un fichier.", en="Choose a file.")) from None


@blueprint.get("/entree")
def page() -> ResponseReturnValue:
    """Show the one box."""
    return _intake_page(dict(request.args.items()))


@blueprint.post("/entree")
def receive() -> ResponseReturnValue:
    """Take one device in; the form stays as it is for the next, a refusal stays beside it."""
    typed = {name: value.strip() for name, value in request.form.items() if name != "csrf_token"}
    try:
        with work().session.begin_nested():
            device = take_in(work(), _item(typed), typed.get("lot") or None)
    except Refused as refusal:
        return _intake_page(typed, refusal=refusal.sentence), HTTPStatus.UNPROCESSABLE_ENTITY
    again = {name: typed[name] for name in _STICKY if typed.get(name)}
    return done(
        Sentence(fr=f"{device.tag} est entré.", en=f"{device.tag} is in."),
        f"{url_for('intake.page')}?{urlencode(again)}",
    )


_STICKY = ("kind", "lot", "maker", "model", "point")
"""Fields that the next device most likely shares."""
_FIELDS = {
    "maker": Column.MAKER,
    "model": Column.MODEL,
    "donor_tag": Column.DONOR_TAG,
    "serial": Column.SERIAL,
    "imei": Column.IMEI,
    "lock": Column.ACTIVATION_LOCK,
    "battery": Column.BATTERY,
    "point": Column.POINT,
    "value": Column.VALUE,
}


def _item(typed: dict[str, str]) -> Item:
    kind = Kind(typed["kind"]) if typed.get("kind") in set(Kind) else None
    cells = {column: typed.get(name, "") for name, column in _FIELDS.items()}
    cells[Column.KIND] = typed.get("kind", "")
    scan = typed.get("scan", "").replace("\x00", "")
    if scan:
        printed = waits_for_device(work().session, work().site_id, scan.upper())
        cells[meaning(scan, kind, printed=printed)] = scan
    item, faults = read_item(cells)
    if item is None:
        raise BadValue(faults[0].sentence)
    return item


def _intake_page(typed: dict[str, str], refusal: Sentence | None = None) -> str:
    session, site_id = work().session, work().site_id
    return render_template(
        "intake.html",
        typed=typed,
        refusal=refusal,
        kinds=intake_words.INTAKE_KINDS,
        lots=lot_names(session, site_id),
        last=last_taken_in(session, site_id, SHOWN),
        most_labels=MOST_LABELS,
        labels=(),
    )


@blueprint.post("/entree/etiquettes")
def labels() -> ResponseReturnValue:
    """Set tags aside for labels that are printed before their devices come."""
    tags = print_labels(work(), whole_in("count") or 0)
    return done(
        Sentence(
            fr=f"Étiquettes réservées : {tags[0]} à {tags[-1]}.",
            en=f"Labels set aside: {tags[0]} to {tags[-1]}.",
        ),
        url_for("intake.page"),
    )


@blueprint.get("/lieux")
def place_list() -> ResponseReturnValue:
    """Show every place and how many devices stand in it."""
    return render_template(
        "places.html",
        places=places(work().session, work().site_id),
        kinds=tuple(PlaceKind),
        words=intake_words,
    )


@blueprint.post("/lieux")
def add_place() -> ResponseReturnValue:
    """Add a place."""
    made = record_place(
        work(), field("code"), word_in(PlaceKind, field("kind")), field("name"), field("parent")
    )
    return done(
        Sentence(fr=f"Le lieu {made.code} est ajouté.", en=f"Place {made.code} is added."),
        url_for("intake.place_list"),
    )
