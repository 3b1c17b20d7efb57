"""Spare parts: the stock by kind, one part with its history, and what is done with it."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.part import PartKind, Spec
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations import parts
from rebond_server.store.part import PartState
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.queries.parts import part_list, part_page, stock_counts
from rebond_server.web import repair_words
from rebond_server.web.answering import done, field, number_in, whole_in, word_in
from rebond_server.web.session import work

blueprint = Blueprint("part", __name__)

STATES: dict[PartState, Sentence] = {
    PartState.STOCK: Sentence(fr="en stock", en="in stock"),
    PartState.USED: Sentence(fr="dans un appareil", en="in a device"),
    PartState.SCRAPPED: Sentence(fr="jetée", en="thrown away"),
}


@blueprint.get("/pieces")
def index() -> ResponseReturnValue:
    """Show the stock; the filter is in the address."""
    session, site_id = work().session, work().site_id
    kind, state = request.args.get("kind"), request.args.get("state", PartState.STOCK.value)
    return render_template(
        "part_list.html",
        counts=stock_counts(session, site_id),
        parts=part_list(
            session,
            site_id,
            kind=PartKind(kind) if kind in set(PartKind) else None,
            state=PartState(state) if state in set(PartState) else None,
            text=request.args.get("text", "").strip() or None,
        ),
        wanted={"kind": kind, "state": state, "text": request.args.get("text", "")},
        kinds=repair_words.PARTS,
        states=STATES,
        spec=repair_words.spec_text,
        short=parts.short,
    )


@blueprint.get("/pieces/<uuid:part_id>")
def page(part_id: UUID) -> ResponseReturnValue:
    """Show one part and what was done with it."""
    found = part_page(work().session, work().site_id, part_id)
    if found is None:
        raise NotFound(Sentence(fr="Cette pièce n'existe pas.", en="There is no such part."))
    return render_template(
        "part.html",
        part=found,
        kinds=repair_words.PARTS,
        states=STATES,
        spec=repair_words.spec_text,
        short=parts.short,
    )


@blueprint.post("/pieces")
def add() -> ResponseReturnValue:
    """Put pieces on the shelf."""
    spec = Spec(
        type=field("type")[:80] or None,
        form=field("form")[:40] or None,
        size=number_in("size"),
        health=field("health") if field("health") in {"ok", "watch"} else None,
    )
    kind = word_in(PartKind, field("kind"))
    rows = parts.add_parts(work(), kind, spec, field("place"), whole_in("count") or 1)
    count = len(rows)
    return done(
        Sentence(fr=f"{count} pièce(s) ajoutée(s).", en=f"{count} part(s) added."),
        url_for("part.index", kind=kind.value),
    )


@blueprint.post("/d/<uuid:device_id>/pieces")
def take_out(device_id: UUID) -> ResponseReturnValue:
    """Take a part out of a device."""
    row = parts.take_out(work(), field("tag"), field("source"), field("place"))
    del device_id
    return _told(
        row.id, f"{parts.short(row.id)} est en stock.", f"{parts.short(row.id)} is in stock."
    )


@blueprint.post("/pieces/<uuid:part_id>/ranger")
def move(part_id: UUID) -> ResponseReturnValue:
    """Put a part on the shelf, or on another."""
    row = parts.move_part(work(), part_id, field("place"))
    return _told(part_id, f"Rangée : {row.place}.", f"Put there: {row.place}.")


@blueprint.post("/pieces/<uuid:part_id>/monter")
def use(part_id: UUID) -> ResponseReturnValue:
    """Put a part into a device."""
    tag = field("tag")
    device_id = device_by_tag(work().session, work().site_id, tag)
    if device_id is None:
        told = tag[:40]
        raise NotFound(
            Sentence(
                fr=f"Aucun appareil ne porte l'étiquette « {told} ».",
                en=f"No device carries the tag “{told}”.",
            )
        )
    parts.use_part(work(), part_id, device_id)
    return _told(
        part_id,
        "La pièce est dans l'appareil : refaites un relevé pour qu'il le dise.",
        "The part is in the device: probe again, so that a report says so.",
    )


@blueprint.post("/pieces/<uuid:part_id>/jeter")
def scrap(part_id: UUID) -> ResponseReturnValue:
    """Throw a part away."""
    parts.scrap_part(work(), part_id, field("reason"))
    return _told(part_id, "La pièce est jetée.", "The part is thrown away.")


def _told(part_id: UUID, fr: str, en: str) -> ResponseReturnValue:
    return done(Sentence(fr=fr, en=en), url_for("part.page", part_id=part_id))
