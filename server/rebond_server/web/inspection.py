"""A person looks at a device: defects with photos, tests by hand, repairs; and what no stick boots."""

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.inspection import Check
from rebond_server.domain.condition import Plain
from rebond_server.domain.defects import DEFECTS, appearance_of
from rebond_server.domain.fact_registry import CHECKS
from rebond_server.domain.grading import Letter
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations import examine_by_hand as examining
from rebond_server.operations.attachments import Subject, attachments
from rebond_server.operations.declare import declare
from rebond_server.operations.grade_device import checks_of
from rebond_server.operations.note_repair import NOTE_REPAIR, Outcome, note_repair
from rebond_server.operations.opinion import BY_HAND, latest_opinion
from rebond_server.store.device import Device
from rebond_server.store.queries.device_page import device_by_tag, history_of
from rebond_server.web import inspection_words
from rebond_server.web.answering import done, field, word_in
from rebond_server.web.device import LETTERS
from rebond_server.web.session import work

blueprint = Blueprint("inspection", __name__)
RESULTS = ("pass", "fail", "absent")


class Tried(NamedTuple):
    """One test: what the agent found, what a person found, and which of the two counts."""

    name: str
    agent: Check | None
    hand: Check | None
    counts: Check | None


@blueprint.get("/d/<tag>/examen")
def page(tag: str) -> ResponseReturnValue:
    """Show what was looked at, and ask for what was not."""
    device = _device(tag)
    opinion = latest_opinion(work(), device)
    kept = attachments(work(), Subject.DEVICE, device.id)
    history = history_of(work().session, work().site_id, "device", device.id)
    return render_template(
        "inspection.html",
        device=device,
        tried=_tried(device),
        results=RESULTS,
        defects=DEFECTS,
        found=() if opinion is None else tuple(opinion.defects),
        appearance=None if opinion is None else appearance_of(opinion.defects),
        charger=None if opinion is None else opinion.declared.get("charger"),
        photos={code: [one for one in kept if one.about == code] for code in DEFECTS},
        repairs=[line for line in history if line.verb == NOTE_REPAIR],
        outcomes=tuple(Outcome),
        by_hand=device.kind in examining.BY_HAND and device.inventory_id is None,
        resettable=device.kind in examining.RESETTABLE and device.inventory_id is None,
        letters=LETTERS,
        words=inspection_words,
    )


@blueprint.post("/d/<uuid:device_id>/examen")
def look(device_id: UUID) -> ResponseReturnValue:
    """Keep the defects and the tests by hand; the grade follows by the rules."""
    device = _row(device_id)
    before = latest_opinion(work(), device)
    said: dict[str, Plain] = {} if before is None else dict(before.declared)
    declared = {name: value for name, value in said.items() if not name.startswith("check_")}
    declared.pop("appearance", None)  # the defects say it
    if field("charger") in {"yes", "no"}:
        declared["charger"] = field("charger") == "yes"
    declared |= {f"check_{name}": word for name in CHECKS if (word := field(f"check_{name}"))}
    defects = tuple(dict.fromkeys(request.form.getlist("defect")))
    if "none" in defects and len(defects) > 1:
        raise BadValue(
            Sentence(
                fr="Aucun défaut, ou des défauts : pas les deux.",
                en="No defect, or defects: not both.",
            )
        )
    declare(work(), device_id, declared, defects, field("reason"))
    return _told(device, Sentence(fr="L'examen est noté.", en="The inspection is noted."))


@blueprint.post("/d/<uuid:device_id>/reparation")
def repair(device_id: UUID) -> ResponseReturnValue:
    """Keep a note of a repair."""
    note_repair(work(), device_id, word_in(Outcome, field("outcome")), field("told"))
    told = Sentence(fr="La réparation est notée.", en="The repair is noted.")
    return _told(_row(device_id), told)


@blueprint.post("/d/<uuid:device_id>/reinitialise")
def reset(device_id: UUID) -> ResponseReturnValue:
    """Let a person say that the phone was reset before her eyes."""
    count = examining.witness_reset(work(), device_id, field("reason"))
    told = Sentence(fr=f"C'est noté : {count} sur 2.", en=f"Noted: {count} of 2.")
    return _told(_row(device_id), told)


@blueprint.post("/d/<uuid:device_id>/classer")
def grade(device_id: UUID) -> ResponseReturnValue:
    """Grade what no stick boots."""
    letter = word_in(Letter, field("letter"))
    device = examining.examine_by_hand(work(), device_id, letter, field("reason"))
    return _told(device, Sentence(fr="L'appareil est classé.", en="The device is graded."))


def _tried(device: Device) -> list[Tried]:
    checks = checks_of(work(), device)
    return [
        Tried(
            name,
            agent=_last([one for one in checks if one.by != BY_HAND], name),
            hand=_last([one for one in checks if one.by == BY_HAND], name),
            counts=_last(checks, name),
        )
        for name in CHECKS
    ]


def _last(checks: list[Check], name: str) -> Check | None:
    return next((check for check in reversed(checks) if check.name == name), None)


def _device(tag: str) -> Device:
    device_id = device_by_tag(work().session, work().site_id, tag)
    if device_id is None:
        raise NotFound(
            Sentence(
                fr=f"Aucun appareil ne porte l'étiquette « {tag} ».",
                en=f"No device carries the tag “{tag}”.",
            )
        )
    return _row(device_id)


def _row(device_id: UUID) -> Device:
    device = work().session.get(Device, (work().site_id, device_id))
    if device is None:
        raise NotFound(Sentence(fr="Cet appareil n'existe pas.", en="There is no such device."))
    return device


def _told(device: Device, sentence: Sentence) -> ResponseReturnValue:
    return done(sentence, url_for("inspection.page", tag=device.tag))
