"""Every refusal has one row here: its status and the heading of its page."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from flask import Flask, Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from rebond_server.domain.errors import BadRules, Forbidden, IllegalTransition, Refused
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import (
    BadSetting,
    BadValue,
    EvidenceDamaged,
    NotFound,
    NotProven,
    NotSetUp,
    Taken,
)


class NotLoggedIn(Refused):
    """A form was sent without a log-in, or after its end."""


class Row(NamedTuple):
    """How one kind of refusal is answered."""

    status: HTTPStatus
    title: Sentence


_NOT_POSSIBLE = Sentence(fr="Ce n'est pas possible ainsi", en="This is not possible like that")
_NOT_FOUND = Sentence(fr="Introuvable", en="Not found")
_BROKEN = Sentence(fr="Le serveur a un problème", en="The server has a problem")

# The nearest class in an error's family wins, so a new refusal is answered even before it has a row.
TABLE: dict[type[Refused], Row] = {
    NotLoggedIn: Row(
        HTTPStatus.UNAUTHORIZED, Sentence(fr="Reconnectez-vous", en="Please log in again")
    ),
    Forbidden: Row(HTTPStatus.FORBIDDEN, Sentence(fr="Pas avec ce rôle", en="Not with this role")),
    NotFound: Row(HTTPStatus.NOT_FOUND, _NOT_FOUND),
    BadValue: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Sentence(fr="Il manque quelque chose", en="Something is missing"),
    ),
    Taken: Row(
        HTTPStatus.CONFLICT, Sentence(fr="Quelqu'un a été plus rapide", en="Somebody was faster")
    ),
    NotProven: Row(
        HTTPStatus.CONFLICT,
        Sentence(fr="L'effacement n'est pas prouvé", en="The wipe is not proven"),
    ),
    IllegalTransition: Row(HTTPStatus.CONFLICT, _NOT_POSSIBLE),
    BadRules: Row(HTTPStatus.INTERNAL_SERVER_ERROR, _BROKEN),
    BadSetting: Row(HTTPStatus.INTERNAL_SERVER_ERROR, _BROKEN),
    EvidenceDamaged: Row(HTTPStatus.INTERNAL_SERVER_ERROR, _BROKEN),
    NotSetUp: Row(HTTPStatus.SERVICE_UNAVAILABLE, _BROKEN),
    Refused: Row(HTTPStatus.CONFLICT, _NOT_POSSIBLE),
}

_HTTP: dict[int, tuple[Sentence, Sentence]] = {
    HTTPStatus.BAD_REQUEST: (
        Sentence(fr="Formulaire périmé", en="Form too old"),
        Sentence(
            fr="Ce formulaire n'est plus valable : revenez en arrière, rechargez la page, recommencez.",
            en="This form is no longer valid: go back, reload the page and try again.",
        ),
    ),
    HTTPStatus.NOT_FOUND: (
        _NOT_FOUND,
        Sentence(
            fr="Cette page n'existe pas. Cherchez l'appareil par son étiquette.",
            en="There is no such page. Search for the device by its tag.",
        ),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        _NOT_POSSIBLE,
        Sentence(
            fr="Cette adresse ne s'ouvre pas ainsi : passez par le menu.",
            en="This address can't be opened like that: use the menu.",
        ),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _NOT_POSSIBLE,
        Sentence(fr="L'envoi est trop gros.", en="What was sent is too large."),
    ),
}
_UNEXPECTED = Sentence(
    fr="Rien n'a été enregistré. Recommencez ; si cela dure, prévenez l'administrateur·rice.",
    en="Nothing was recorded. Try again; if it goes on, tell the administrator.",
)


def row(error: Refused) -> Row:
    """Return the row of the nearest class in this error's family."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


Translation = Callable[[Exception], Refused]


def install(app: Flask, translations: Mapping[type[Exception], Translation]) -> None:
    """Answer every refusal and every HTTP error with a page in the reader's language.

    `translations` say what an error of the database means to a person.
    """

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        found = row(error)
        return _page(found.status, found.title, error.sentence)

    def translated(error: Exception) -> Response:
        kind = next(kind for kind in translations if isinstance(error, kind))
        return refused(translations[kind](error))

    for kind in translations:
        app.register_error_handler(kind, translated)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        title, sentence = _HTTP.get(code, (_BROKEN, _UNEXPECTED))
        return _page(HTTPStatus(code), title, sentence)


def _page(status: HTTPStatus, title: Sentence, sentence: Sentence) -> Response:
    text = render_template("refusal.html", title=title, sentence=sentence, back=_back())
    return make_response(text, status)


def _back() -> str:
    """Return the page that the reader came from, when it is one of ours; else the first page."""
    came_from = request.referrer or ""
    ours = came_from.startswith(request.host_url) and came_from != request.url
    if ours and "home.page" in current_app.view_functions:
        return came_from
    return url_for("home.page")
