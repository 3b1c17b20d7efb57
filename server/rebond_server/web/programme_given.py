"""The devices behind a figure of a programme's page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rebond_server.domain import programme_tally
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.small_cells import shown
from rebond_server.errors import NotFound
from rebond_server.web.programme import found_programme
from rebond_server.web.report_words import public_name

blueprint = Blueprint("programme_given", __name__)
ASKED = ("kind", "month", "public")


@blueprint.get("/dispositifs/<code>/remis")
def page(code: str) -> ResponseReturnValue:
    """List the devices that one figure counted, and the catch-up entries in it.

    Raises NotFound for a public whose count is hidden: the list would tell it. For the same reason
    a public is never asked for together with a kind or a month.
    """
    programme = found_programme(code)
    wish = {name: text for name in ASKED if (text := request.args.get(name))}
    if "public" in wish:
        publics = programme_tally.by(programme.given, "public")
        open_ = shown({name: count for name, count in publics.items() if name})
        if len(wish) > 1 or open_.get(wish["public"]) is None:
            raise NotFound(
                Sentence(
                    fr="Ce nombre est masqué, pour que personne ne soit reconnu.",
                    en="This count is hidden, so that nobody is recognised.",
                )
            )
    found = [one for one in programme.given if programme_tally.meets(one, **wish)]
    return render_template(
        "programme_given.html",
        programme=programme,
        wish=wish,
        public=public_name(wish["public"]) if "public" in wish else None,
        devices=[one for one in found if one.tag],
        before=[one for one in found if one.source],
        total=programme_tally.total(found),
    )
