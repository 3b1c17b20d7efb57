"""Devices: the list, the page of one, and what may be done with it."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.ageing import in_each
from rebond_server.domain.grading import Letter
from rebond_server.domain.lifecycle import Event, State, possible
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations import destroy_drives as destroying
from rebond_server.operations import grade_device as grading
from rebond_server.operations import hold_device as steps
from rebond_server.operations import replace_device as replacing
from rebond_server.operations import undo_assignment as undoing
from rebond_server.operations.act_on_tags import MOST_TAGS
from rebond_server.operations.attachments import Subject, attachments
from rebond_server.operations.compare_reports import changes_since_last
from rebond_server.operations.parts import inside
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.queries.ageing import deadline_of, stays_of
from rebond_server.store.queries.device_list import Wanted, device_list
from rebond_server.store.queries.device_page import device_by_tag, device_page
from rebond_server.store.queries.doubts import doubts_of
from rebond_server.store.queries.intake_list import noted_device
from rebond_server.store.queries.parts import parts_in
from rebond_server.store.queries.proof import attestations, said_destroyed
from rebond_server.store.queries.pulled import pulled_drives
from rebond_server.store.queries.triage import waits_after_end
from rebond_server.web import repair_words, words
from rebond_server.web.answering import done, field
from rebond_server.web.life import flow
from rebond_server.web.session import now, person, work

blueprint = Blueprint("device", __name__)
"""Every change here takes the reason that the person gives; the operation refuses without one."""


class StepForm(NamedTuple):
    """The form of one step that needs a reason."""

    endpoint: str
    name: Sentence


FORMS: dict[Event, StepForm] = {
    Event.HOLD: StepForm("device.hold", Sentence(fr="Retenir", en="Hold")),
    Event.RESUME: StepForm(
        "device.resume", Sentence(fr="Remettre dans le circuit", en="Bring back")
    ),
    Event.SCRAP: StepForm("device.scrap", Sentence(fr="Réformer", en="Scrap")),
    Event.DESTROY_DRIVES: StepForm(
        "device.destroy_drives", Sentence(fr="Disques détruits", en="Drives destroyed")
    ),
    Event.DEALLOCATE: StepForm(
        "device.deallocate", Sentence(fr="Annuler l'attribution", en="Undo the allocation")
    ),
    Event.TAKE_BACK: StepForm("device.take_back", Sentence(fr="Reprendre", en="Take back")),
}

COLUMNS: dict[str, Sentence] = {
    "device": Sentence(fr="Appareil", en="Device"),
    "state": Sentence(fr="État", en="State"),
    "grade": Sentence(fr="Catégorie", en="Grade"),
    "serial": Sentence(fr="Série", en="Serial"),
    "lot": Sentence(fr="Lot", en="Lot"),
    "place": Sentence(fr="Lieu", en="Place"),
    "received": Sentence(fr="Reçu", en="Received"),
    "changed": Sentence(fr="Changé", en="Changed"),
}
USUAL = frozenset({"device", "state", "grade", "serial", "changed"})
"""The columns of the list when nobody chose."""

LETTERS = tuple(reversed(Letter))


@blueprint.get("/appareils")
def index() -> ResponseReturnValue:
    """List devices; the filter is in the address, so that it can be kept and shared."""
    wanted = wanted_in()
    return render_template(
        "devices.html",
        found=device_list(work().session, work().site_id, wanted),
        wanted=wanted,
        states=tuple(State),
        kinds=words.KINDS,
        grades=words.GRADES,
        columns=_columns(),
        every_column=COLUMNS,
        page_link=_page_link,
        all_of_them=f"{url_for('bulk.page')}?{urlencode([*_filter(), ('all', '1')])}",
        most_tags=MOST_TAGS,
        platform=f"{url_for('platform.export')}?{urlencode(_filter())}",
        export=f"{url_for('lot.export_devices')}?{urlencode(_filter())}",
    )


def _columns() -> tuple[str, ...]:
    """Return the columns that the address asks for, in their fixed order; else the usual ones."""
    asked = set(request.args.getlist("column")) & set(COLUMNS)
    return tuple(name for name in COLUMNS if name in (asked or USUAL))


_SHOWN = frozenset({"after", "before", "column"})


def _filter() -> list[tuple[str, str]]:
    """Return the filter in the address, without what only says how it is shown."""
    return [pair for pair in request.args.items(multi=True) if pair[0] not in _SHOWN]


def wanted_in() -> Wanted:
    """Return the filter in the address; the list and its export read the same."""
    return Wanted(
        state=state_in(request.args.get("state")),
        kind=request.args.get("kind") or None,
        grade=request.args.get("grade") or None,
        text=request.args.get("text", "").replace("\x00", "").strip() or None,
        after=request.args.get("after", "").replace("\x00", "") or None,
        before=request.args.get("before", "").replace("\x00", "") or None,
    )


@blueprint.get("/d/<tag>")
def page(tag: str) -> ResponseReturnValue:
    """Show one device by its tag; this is the address in its QR code."""
    session, site_id = work().session, work().site_id
    device_id = device_by_tag(session, site_id, tag)
    found = None if device_id is None else device_page(session, site_id, device_id)
    if found is None:
        raise NotFound(
            Sentence(
                fr=f"Aucun appareil ne porte l'étiquette « {tag} ».",
                en=f"No device carries the tag “{tag}”.",
            )
        )
    row = session.get_one(Device, (site_id, found.device_id))
    reader = person()
    events = () if reader is None else possible(found.state, reader.role)
    stretches = stays_of(session, row, now())
    return render_template(
        "device.html",
        device=found,
        present=stretches[-1],
        in_each=in_each(stretches),
        seen_after_end=waits_after_end(session, row),
        deadline=deadline_of(session, site_id, row.lot_id),
        life=flow(found.state),
        events=events,
        forms=FORMS,
        letters=LETTERS,
        noted=noted_device(session, site_id, found.device_id),
        said_destroyed=said_destroyed(session, row),
        kept=attachments(work(), Subject.DEVICE, found.device_id),
        changes=changes_since_last(work(), row),
        attested=attestations(session, row),
        pulled=pulled_drives(session, row),
        fitted=parts_in(session, site_id, found.device_id),
        loose=inside(work(), row),
        part_spec=repair_words.spec_text,
        part_text_alone=repair_words.part_alone,
        doubts=doubts_of(session, site_id, found.device_id),
    )


@blueprint.post("/d/<uuid:device_id>/categorie")
def confirm_grade(device_id: UUID) -> ResponseReturnValue:
    """Let a person stand behind the computed grade, or the lead give another with a reason."""
    device = grading.confirm_grade(work(), device_id, _letter(), field("reason") or None)
    return _told(device, Sentence(fr="La catégorie est validée.", en="The grade is confirmed."))


@blueprint.post("/d/<uuid:device_id>/retenir")
def hold(device_id: UUID) -> ResponseReturnValue:
    """Set the device aside."""
    return _step(steps.hold_device, device_id, "L'appareil est retenu.", "The device is held.")


@blueprint.post("/d/<uuid:device_id>/reprendre-circuit")
def resume(device_id: UUID) -> ResponseReturnValue:
    """Bring the device back from `held`."""
    return _step(
        steps.resume_device,
        device_id,
        "L'appareil revient dans le circuit.",
        "The device is back on its way.",
    )


@blueprint.post("/d/<uuid:device_id>/reformer")
def scrap(device_id: UUID) -> ResponseReturnValue:
    """End a wiped device."""
    return _step(
        steps.scrap_device, device_id, "L'appareil est réformé.", "The device is scrapped."
    )


@blueprint.post("/d/<uuid:device_id>/detruire-disques")
def destroy_drives(device_id: UUID) -> ResponseReturnValue:
    """Let a person say that the drives were destroyed; the second one ends the device."""
    ended = destroying.destroy_drives(work(), device_id, field("reason"))
    device = work().session.get_one(Device, (work().site_id, device_id))
    if ended:
        fr = "L'appareil est réformé : deux personnes ont vu ses disques détruits."
        return _told(
            device,
            Sentence(fr=fr, en="The device is scrapped: two people saw its drives destroyed."),
        )
    fr = "C'est noté : il faut encore la parole d'une autre personne, dont un·e chef·fe d'atelier."
    en = "Noted: another person's word is still needed, a workshop lead among the two."
    return _told(device, Sentence(fr=fr, en=en))


@blueprint.post("/d/<uuid:device_id>/annuler-attribution")
def deallocate(device_id: UUID) -> ResponseReturnValue:
    """Free an allocated device."""
    return _step(
        undoing.undo_assignment,
        device_id,
        "L'attribution est annulée.",
        "The allocation is undone.",
    )


@blueprint.post("/d/<uuid:device_id>/reprendre")
def take_back(device_id: UUID) -> ResponseReturnValue:
    """Take a released device back: it starts from the beginning."""
    return _step(
        steps.take_back,
        device_id,
        "L'appareil est repris : il sera effacé de nouveau.",
        "The device is taken back: it will be erased again.",
    )


@blueprint.post("/d/<uuid:device_id>/remplacer")
def replace(device_id: UUID) -> ResponseReturnValue:
    """Take a device back under warranty and offer its request another of at least its class."""
    offer = replacing.replace_under_warranty(work(), device_id, field("reason"))
    code = offer.request.code
    if offer.offered is None:
        return _told(offer.returned, Sentence(
            fr=f"Repris, à effacer de nouveau. Rien d'au moins cette classe n'est en stock : {code} attend.",
            en=f"Taken back, to be erased again. Nothing of at least its class is in stock: {code} waits.",
        ))  # fmt: skip
    return _told(offer.returned, Sentence(
        fr=f"Repris, à effacer de nouveau. {offer.offered.tag} est proposé à sa place à {code}.",
        en=f"Taken back, to be erased again. {offer.offered.tag} is offered to {code} in its place.",
    ))  # fmt: skip


@blueprint.post("/d/<uuid:device_id>/vu-apres-sortie")
def look_after_end(device_id: UUID) -> ResponseReturnValue:
    """Let the lead say what a report was that came after the end."""
    return _step(steps.look_after_end, device_id, "C'est noté.", "Noted.")


def _step(
    verb: Callable[[Work, UUID, str], Device], device_id: UUID, fr: str, en: str
) -> ResponseReturnValue:
    return _told(verb(work(), device_id, field("reason")), Sentence(fr=fr, en=en))


def _told(device: Device, sentence: Sentence) -> ResponseReturnValue:
    if field("back") == "queue":
        told = Sentence(fr=f"{device.tag} : {sentence.fr}", en=f"{device.tag}: {sentence.en}")
        return done(told, url_for("queue.page"))
    return done(sentence, url_for("device.page", tag=device.tag))


def _letter() -> Letter | None:
    """Return the grade chosen in the form; None leaves the computed one."""
    text = field("letter")
    try:
        return Letter(text) if text else None
    except ValueError:
        raise BadValue(
            Sentence(fr="Cette catégorie n'existe pas.", en="There is no such grade.")
        ) from None


def _page_link(where: str, tag: str) -> str:
    """Return the address of the page of the same list that begins or ends there."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in {"after", "before"}]
    return f"{url_for('device.index')}?{urlencode([*kept, (where, tag)])}"


def state_in(text: str | None) -> State | None:
    """Return the state named in an address; what is no state asks nothing."""
    try:
        return State(text) if text else None
    except ValueError:
        return None
