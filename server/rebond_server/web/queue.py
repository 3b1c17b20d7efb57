"""The lead's queue: every device that waits, with its one next action."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rebond_server.store.queries.ageing import deadlines
from rebond_server.store.queries.doubts import count_doubts
from rebond_server.store.queries.queue import WAITING, count_states, queue
from rebond_server.store.queries.triage import LOOKED_AT, count_matters, triage
from rebond_server.web.device import state_in
from rebond_server.web.language import say
from rebond_server.web.session import work
from rebond_server.web.triage_words import CAUSES

blueprint = Blueprint("queue", __name__)


@blueprint.get("/file")
def page() -> ResponseReturnValue:
    """Show what waits, the longest first; the filter is in the address."""
    session, site_id = work().session, work().site_id
    wanted = state_in(request.args.get("state"))
    if wanted not in WAITING:
        wanted = None
    found = queue(session, site_id, state=wanted, after=request.args.get("after"))
    return render_template(
        "queue.html",
        found=found,
        deadlines=deadlines(session, site_id, (line.device_id for line in found.lines)),
        wanted=wanted,
        waiting=WAITING,
        counts=count_states(session, site_id, WAITING),
        doubts=count_doubts(session, site_id),
        matters=count_matters(session, site_id, work().now),
    )


@blueprint.get("/file/a-trancher")
def to_settle() -> ResponseReturnValue:
    """Show what only the lead can settle, cause by cause, each device with its one next action."""
    session, site_id, now = work().session, work().site_id, work().now
    heaps = triage(session, site_id, now)
    return render_template(
        "triage.html",
        heaps=heaps,
        window=LOOKED_AT,
        looked_at=", ".join(say(CAUSES[heap.cause].name) for heap in heaps),
        doubts=count_doubts(session, site_id),
        words=CAUSES,
    )
