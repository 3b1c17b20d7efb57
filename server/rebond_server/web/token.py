"""Tokens of programs: made, shown once, revoked."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.api_tokens import Scope, make_token, revoke_token, tokens
from rebond_server.store.queries.people import accounts
from rebond_server.web.answering import done, field
from rebond_server.web.session import now, work

blueprint = Blueprint("token", __name__)

SCOPES: dict[Scope, Sentence] = {
    Scope.READ_DEVICES: Sentence(fr="lire les appareils", en="read devices"),
    Scope.WRITE_DEVICES: Sentence(
        fr="ranger et retenir des appareils", en="place and hold devices"
    ),
    Scope.READ_LOTS: Sentence(fr="lire les lots", en="read lots"),
}


@blueprint.get("/jetons")
def page() -> ResponseReturnValue:
    """Show every token."""
    return _page(None)


@blueprint.post("/jetons")
def create() -> ResponseReturnValue:
    """Make a token, and show it this once."""
    asked = [Scope(one) for one in request.form.getlist("scope") if one in set(Scope)]
    return _page(make_token(work(), field("login"), field("name"), asked))


@blueprint.post("/jetons/<uuid:token_id>/revoquer")
def revoke(token_id: UUID) -> ResponseReturnValue:
    """Let a token open nothing any more."""
    revoke_token(work(), token_id)
    return done(
        Sentence(fr="Le jeton est révoqué.", en="The token is revoked."), url_for("token.page")
    )


def _page(made: str | None) -> str:
    return render_template(
        "tokens.html",
        made=made,
        tokens=tokens(work()),
        accounts=accounts(work().session, work().site_id),
        scopes=SCOPES,
        now=now(),
    )
