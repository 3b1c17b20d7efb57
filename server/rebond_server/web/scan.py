"""The scan page: one box, many scans in a row, an answer for each."""

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan_law import Kind
from rebond_server.domain.policy import allowed
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.scan import PERMISSIONS, Purpose, ScanMode, Scanned, scan
from rebond_server.store.queries.intake_list import places
from rebond_server.store.queries.lot_page import lot_names
from rebond_server.store.queries.request_page import requests_to_hand_over
from rebond_server.web.answering import field, identifier, word_in
from rebond_server.web.language import say
from rebond_server.web.session import person, work
from rebond_server.web.words import ACTIONS, KINDS

blueprint = Blueprint("scan", __name__)

MODES: dict[ScanMode, Sentence] = {
    ScanMode.FIND: Sentence(fr="Trouver", en="Find"),
    ScanMode.RECEIVE: Sentence(fr="Faire entrer", en="Receive"),
    ScanMode.MOVE: Sentence(fr="Ranger", en="Move"),
    ScanMode.INSPECT: Sentence(fr="Examiner", en="Inspect"),
    ScanMode.HAND_OVER: Sentence(fr="Remettre", en="Hand over"),
}


@blueprint.get("/scanner")
def page() -> ResponseReturnValue:
    """Show the box; what is being done is in the address."""
    asked = request.args.get("mode", "")
    mode = ScanMode(asked) if asked in set(ScanMode) else ScanMode.FIND
    asked = request.args.get("request", "")
    return _page(
        Purpose(
            mode=mode,
            place=request.args.get("place", ""),
            request=identifier(asked) if asked else None,
        ),
        None,
    )


@blueprint.post("/scanner")
def take() -> ResponseReturnValue:
    """Take one scan: a line for the script of the page, the whole page without it."""
    kind = field("kind")
    purpose = Purpose(
        mode=word_in(ScanMode, field("mode")),
        place=field("place"),
        lot=field("lot") or None,
        kind=word_in(Kind, kind) if kind else Kind.LAPTOP,
        request=identifier(request.form["request"]) if field("request") else None,
    )
    scanned = scan(work(), field("code"), purpose)
    if request.headers.get("Accept") == "application/json":
        return jsonify(_line(scanned))
    return _page(purpose, scanned)


def _line(scanned: Scanned) -> dict[str, str | None]:
    device = scanned.device
    return {
        "text": scanned.text,
        "tone": scanned.tone.value,
        "sentence": say(scanned.sentence),
        "tag": None if device is None else device.tag,
        "address": None if device is None else url_for("device.page", tag=device.tag),
        "name": None if device is None else _name(scanned),
        "action": None if scanned.action is None else say(ACTIONS[scanned.action]),
    }


def _name(scanned: Scanned) -> str:
    device = scanned.device
    if device is None:
        return ""
    kind = say(KINDS[device.kind]) if device.kind in KINDS else device.kind
    words = (device.maker, device.model)
    return " · ".join((kind, " ".join(word for word in words if word))).rstrip(" ·")


def _page(purpose: Purpose, scanned: Scanned | None) -> ResponseReturnValue:
    reader = person()
    session, site_id = work().session, work().site_id
    return render_template(
        "scan.html",
        purpose=purpose,
        scanned=None if scanned is None else _line(scanned),
        modes={
            mode: name
            for mode, name in MODES.items()
            if reader is not None and allowed(reader.role, PERMISSIONS[mode]).ok
        },
        # each form asks for one of these lists, and they may be long
        places=places(session, site_id) if purpose.mode is ScanMode.MOVE else (),
        lots=lot_names(session, site_id) if purpose.mode is ScanMode.RECEIVE else (),
        kinds=tuple(Kind),
        requests=requests_to_hand_over(session, site_id)
        if purpose.mode is ScanMode.HAND_OVER
        else (),
    )
