"""Organisations and prescribers."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan_law import Category
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.organisations import OrganisationFacts, record_organisation
from rebond_server.operations.programmes import territories
from rebond_server.store.queries.organisation_list import organisations
from rebond_server.web import demand_words
from rebond_server.web.answering import done, field, word_in
from rebond_server.web.session import work

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/organismes")
def index() -> ResponseReturnValue:
    """List the organisations."""
    return render_template(
        "organisations.html",
        organisations=organisations(work().session, work().site_id),
        categories=tuple(Category),
        places=territories(work()),
        words=demand_words,
    )


@blueprint.post("/organismes")
def create() -> ResponseReturnValue:
    """Add an organisation, or change the one with this code."""
    made = record_organisation(
        work(),
        OrganisationFacts(
            code=field("code"),
            name=field("name"),
            category=word_in(Category, text) if (text := field("category")) else None,
            territory=field("territory") or None,
            prescriber=field("prescriber") == "yes",
        ),
    )
    return done(
        Sentence(fr=f"{made.name} est enregistré.", en=f"{made.name} is recorded."),
        url_for("organisation.index"),
    )
