"""Help, a page a role, and the declaration of accessibility: for everybody, no log-in."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from rebond_server.domain.role import TITLES, Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.web.language import FRENCH, language
from rebond_server.web.session import desk, person
from rebond_server.web.task import TASKS

blueprint = Blueprint("manual", __name__)

PEOPLE = tuple(role for role in Role if role is not Role.AGENT)


@blueprint.get("/aide")
def index() -> ResponseReturnValue:
    """Show the reader's own page of help; to whoever is not logged in, the technician's."""
    reader = person()
    return page((Role.TECHNICIAN if reader is None else reader.role).value)


@blueprint.get("/aide/<role>")
def page(role: str) -> ResponseReturnValue:
    """Show how a role does its work; a language without a help of its own gets the French one."""
    if role not in {each.value for each in PEOPLE}:
        raise NotFound(Sentence(fr="Cette aide n'existe pas.", en="There is no such help."))
    own = f"help/{language()}/{role}.html"
    there = own in current_app.jinja_env.list_templates(filter_func=own.__eq__)
    return render_template(
        "help.html",
        role=Role(role),
        roles=[(each, TITLES[each]) for each in PEOPLE],
        text=own if there else f"help/{FRENCH}/{role}.html",
        written_in=language() if there else FRENCH,
        tasks=[task for task in TASKS if task.role.value == role],
    )


@blueprint.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    """Declare how accessible the screens are (RGAA 4.1; loi n° 2005-102, art. 47)."""
    return render_template("accessibility.html", contact=desk().contact)
