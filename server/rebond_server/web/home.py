"""The first page: one box for everything, and how many devices stand where."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.lifecycle import State
from rebond_server.store.queries.agreement import reviews_due
from rebond_server.store.queries.find import find
from rebond_server.store.queries.people import sticks_to_look_at
from rebond_server.store.queries.queue import count_states
from rebond_server.web.session import now, work

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """Show the box and the counts."""
    counts = count_states(work().session, work().site_id)
    waiting, doubted = sticks_to_look_at(work().session, work().site_id)
    return render_template(
        "home.html",
        counts=[(state, counts[state]) for state in State],
        sticks_waiting=waiting,
        doubted=doubted,
        reviews=reviews_due(work().session, work().site_id, now().date()),
    )


@blueprint.get("/favicon.ico")
def icon() -> ResponseReturnValue:
    """Lead to the icon: browsers ask for this name beside a PDF, which names none."""
    return redirect(url_for("static", filename="rebond.svg"), HTTPStatus.MOVED_PERMANENTLY)


@blueprint.get("/chercher")
def search() -> ResponseReturnValue:
    """Open the one device that is meant; list several; say so when there is none."""
    text = request.args.get("q", "").strip()
    if not text:
        return redirect(url_for("home.page"))
    found = find(work().session, work().site_id, text)
    if len(found) == 1:
        return redirect(url_for("device.page", tag=found[0].tag))
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    return render_template("search.html", text=text, found=found), status
