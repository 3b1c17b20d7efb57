"""Many devices at once: tags that were scanned, pasted, ticked, or all that a filter shows."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rebond_server.domain.policy import allowed
from rebond_server.operations import undo_bulk as undoing
from rebond_server.operations.act_on_tags import (
    MOST_TAGS,
    PERMISSIONS,
    BulkAction,
    TagResult,
    act_on_tags,
)
from rebond_server.store.queries.device_list import tags_wanted
from rebond_server.store.queries.intake_list import places
from rebond_server.store.queries.lot_page import lot_names
from rebond_server.web import intake_words
from rebond_server.web.answering import field, word_in
from rebond_server.web.device import wanted_in
from rebond_server.web.session import person, work

blueprint = Blueprint("bulk", __name__)


@blueprint.get("/ensemble")
def page() -> ResponseReturnValue:
    """Ask what to do with the tags in the address, or with all devices of the filter in it."""
    tags = tuple(request.args.getlist("tags"))
    if request.args.get("all"):
        tags = tags_wanted(work().session, work().site_id, wanted_in(), MOST_TAGS)
    return _page((), tags[:MOST_TAGS])


@blueprint.post("/ensemble")
def act() -> ResponseReturnValue:
    """Do it, and say for each tag what became of it."""
    action = word_in(BulkAction, field("action"))
    return _page(act_on_tags(work(), action, field("tags"), field("goal")), ())


@blueprint.post("/ensemble/<uuid:act_id>/defaire")
def undo(act_id: UUID) -> ResponseReturnValue:
    """Take back what was done with many tags."""
    told = undoing.undo(work(), act_id)
    return _page(tuple(TagResult(tag=tag, refusal=refusal) for tag, refusal in told), ())


def _page(results: tuple[TagResult, ...], tags: tuple[str, ...]) -> str:
    reader = person()
    session, site_id = work().session, work().site_id
    return render_template(
        "bulk.html",
        results=results,
        tags=tags,
        actions=[
            action
            for action in BulkAction
            if reader is not None and allowed(reader.role, PERMISSIONS[action]).ok
        ],
        goals=[line.code for line in places(session, site_id)]
        + [line.code for line in lot_names(session, site_id)],
        words=intake_words,
        undoable=undoing.undoable(work()),
        bulk_action=BulkAction,
    )
