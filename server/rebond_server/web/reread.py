"""Second reads: the draw, and what came of each drawn drive."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.reread_draw import drawn, list_sha256
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.draw_rereads import SHARE, draw_rereads
from rebond_server.store.queries.rereads import (
    Draw,
    RereadState,
    draws,
    reread_candidates,
)
from rebond_server.web.answering import done, number_in
from rebond_server.web.session import work

blueprint = Blueprint("reread", __name__)

STATES: dict[RereadState, tuple[Sentence, str, str]] = {
    RereadState.AWAITS: (
        Sentence(fr="attend sa relecture", en="awaits its second read"),
        "warn",
        "…",
    ),
    RereadState.CONFIRMED: (Sentence(fr="confirmé", en="confirmed"), "good", "✓"),
    RereadState.CONTRADICTED: (Sentence(fr="contredit", en="contradicted"), "bad", "✗"),
    RereadState.ERASED_AGAIN: (
        Sentence(fr="effacé de nouveau par une autre clé", en="erased again by another stick"),
        "plain",
        "↻",
    ),
}
"""What came of a drawn drive, with its tone and its sign."""


@blueprint.get("/relectures")
def page() -> ResponseReturnValue:
    """Show the draws, newest first."""
    session, site_id = work().session, work().site_id
    return render_template(
        "rereads.html",
        draws=draws(session, site_id),
        waiting=len(reread_candidates(session, site_id)),
        states=STATES,
        share=SHARE,
        replays=replays,
    )


@blueprint.post("/relectures")
def draw() -> ResponseReturnValue:
    """Draw now."""
    count = draw_rereads(work(), number_in("percent") or SHARE)
    told = Sentence(
        fr=f"Tirés au sort pour une seconde lecture : {count}.",
        en=f"Drawn by lot for a second read: {count}.",
    )
    return done(told, url_for("reread.page"))


def replays(one: Draw) -> bool:
    """Say whether list, seed and share give the same draw again."""
    return list_sha256(one.candidates) == one.sha256 and set(
        drawn(one.candidates, one.seed, one.percent)
    ) == set(one.judgements)
