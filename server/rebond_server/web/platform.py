"""The national platform: devices out in its words, state changes back in, with a trial first."""

from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from rebond_schemas.facts import DriveKind, Facts
from rebond_server.domain.drive_identity import can_hold_data
from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.platform import CATEGORIES, TYPES, Statut, statut_of
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.platform_changes import (
    CATEGORY,
    COMMENT,
    SERIAL,
    STATUT,
    TAG,
    Change,
    apply_changes,
    try_changes,
)
from rebond_server.sheets.written import written_in_parts
from rebond_server.store.queries.intake_list import NotedDevice
from rebond_server.web import intake_words
from rebond_server.web.answering import field
from rebond_server.web.device import wanted_in
from rebond_server.web.device_file import Row, in_parts
from rebond_server.web.session import work

blueprint = Blueprint("platform", __name__)
MOST_SHOWN = 500
"""Lines of a verdict on one page, refused ones first."""
_MIB_PER_GIB = 1024
_INNER = (DriveKind.NVME, DriveKind.SSD, DriveKind.EMMC, DriveKind.HDD)
HEADING = (
    TAG, SERIAL, "typeMateriel", "marque", "model", "processeur", "RAM",
    "typeDisqueDur1", "tailleDisqueDur1", "typeDisqueDur2", "tailleDisqueDur2",
    "webcam", "lecteurDVD", "IMEI1", CATEGORY, STATUT, "idLot", COMMENT,
)  # fmt: skip


@blueprint.get("/plateforme")
def page() -> ResponseReturnValue:
    """Ask for a file from the platform."""
    return _page(())


@blueprint.post("/plateforme")
def change() -> ResponseReturnValue:
    """Try a file, or do what it asks; tell line by line."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadValue(Sentence(fr="Choisissez un fichier.", en="Choose a file."))
    raw, lines = file.read(), field("lines")
    if lines not in {"all", "good"}:
        return _page(try_changes(work(), raw), tried=True)
    return _page(apply_changes(work(), raw, only_good=lines == "good"))


@blueprint.get("/appareils/plateforme.csv")
def export() -> Response:
    """Send the devices of the filter that the platform has a word for; it can be imported again."""
    parts = in_parts(wanted_in(), _rows, facts=True)
    return Response(
        stream_with_context(written_in_parts(HEADING, parts)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="plateforme.csv"'},
    )


def _page(changes: tuple[Change, ...], *, tried: bool = False) -> ResponseReturnValue:
    shown = sorted(changes, key=lambda one: (one.verdict is not LineVerdict.REFUSED, one.number))
    html = render_template(
        "platform.html",
        changes=shown[:MOST_SHOWN],
        left=max(0, len(shown) - MOST_SHOWN),
        counts={one: sum(each.verdict is one for each in changes) for one in _VERDICTS},
        tried=tried,
        statuts=tuple(Statut),
        words=intake_words,
    )
    return html, HTTPStatus.OK


_VERDICTS = (LineVerdict.CHANGED, LineVerdict.KNOWN, LineVerdict.REFUSED)


def _rows(part: list[NotedDevice]) -> list[Row]:
    return [_row(one) for one in part if one.device.kind in TYPES]


def _row(one: NotedDevice) -> list[str | None]:
    device = one.device
    facts = Facts() if device.facts is None else msgspec.convert(device.facts, Facts)
    drives = [d for d in facts.drives if d.kind in _INNER and can_hold_data(d)][:2]
    told: list[str | None] = []
    for place in range(2):
        drive = drives[place] if place < len(drives) else None
        size = None if drive is None else drive.identity.size_bytes
        told.append(None if drive is None else drive.kind.value.upper())
        told.append(None if size is None else str(round(size / 1e9)))
    memory = facts.memory.installed_mib
    optical = any(d.kind is DriveKind.OPTICAL for d in facts.drives)
    webcam = next((e.present for e in facts.equipment if e.kind == "webcam"), None)
    return [
        device.tag,
        device.serial,
        TYPES[device.kind],
        device.maker,
        device.model,
        None if facts.processor is None else facts.processor.name,
        None if not memory else str(round(memory / _MIB_PER_GIB)),
        *told,
        None if webcam is None else _yes(webcam),
        None if device.facts is None else _yes(optical),
        None if one.notes is None else one.notes.imei,
        one.grade if one.grade in CATEGORIES else None,
        statut_of(device.state, device.cycle).value,
        one.lot,
        None,
    ]


def _yes(present: bool) -> str:  # noqa: FBT001 - one word for one fact
    return "OUI" if present else "NON"
