"""The rights of people whose name is kept: to know what there is, to have it, to have it erased."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.recipients import erase_person, find_people
from rebond_server.sheets.written import written
from rebond_server.web.answering import done, field, identifier
from rebond_server.web.session import work

blueprint = Blueprint("person", __name__)
_HEADING = ("Nom", "Fiche de remise", "Le", "Appareil", "Signatures gardées", "Supprimé après le")


@blueprint.get("/personnes")
def page() -> ResponseReturnValue:
    """Show the search; nothing personal is in any address."""
    return render_template("people.html", found=None)


@blueprint.post("/personnes")
def search() -> ResponseReturnValue:
    """Show what is kept of the people of this name."""
    return render_template("people.html", found=find_people(work(), field("name")))


@blueprint.post("/personnes/extrait")
def extract() -> Response:
    """Return what is kept of these people, as a table that they can take away."""
    rows = [
        (one.name, one.handover, one.day, one.tag, str(one.signatures), one.purge_after)
        for one in find_people(work(), field("name"))
    ]
    return Response(
        written(_HEADING, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=donnees-personnelles.csv"},
    )


@blueprint.post("/personnes/effacer")
def erase() -> ResponseReturnValue:
    """Erase one name and the signatures of its sheet."""
    number = erase_person(work(), identifier(field("person")), field("reason"))
    return done(
        Sentence(
            fr=f"Le nom et les signatures de la fiche {number} sont effacés.",
            en=f"The name and the signatures of sheet {number} are erased.",
        ),
        url_for("person.page"),
    )
