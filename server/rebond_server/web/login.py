"""Logging in and out, and choosing the language and the ground of the screens."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.operations.log_in import NotWelcome, authenticate, close_login, open_login
from rebond_server.web import theme
from rebond_server.web.language import COOKIE, languages
from rebond_server.web.session import desk, forget, keep, person, work

blueprint = Blueprint("login", __name__)
YEAR = timedelta(days=365)


@blueprint.get("/connexion")
def page() -> ResponseReturnValue:
    """Show the log-in; whoever is logged in goes on."""
    back = inside(request.args.get("next"))
    if person() is not None:
        return redirect(back)
    return render_template("login.html", next=back, refusal=None, login="")


@blueprint.post("/connexion")
def enter() -> ResponseReturnValue:
    """Check the password and open a new session; an old one of this browser ends."""
    name, back = request.form.get("login", ""), inside(request.form.get("next"))
    answer = authenticate(
        work(),
        name,
        request.form.get("password", ""),
        request.remote_addr or "?",
        request.form.get("code", ""),
    )
    if isinstance(answer, NotWelcome):
        text = render_template("login.html", next=back, refusal=answer.sentence, login=name)
        code = HTTPStatus.TOO_MANY_REQUESTS if answer.too_fast else HTTPStatus.UNAUTHORIZED
        return text, code
    _close_old()
    response = make_response(redirect(back, HTTPStatus.SEE_OTHER))
    keep(response, open_login(work(), answer.account))
    return response


@blueprint.post("/quitter")
def leave() -> ResponseReturnValue:
    """End the session, here and on the server; the next person chooses the language anew."""
    _close_old()
    response = make_response(redirect(url_for("login.page"), HTTPStatus.SEE_OTHER))
    forget(response)
    response.delete_cookie(COOKIE)
    return response


@blueprint.post("/langue")
def choose_language() -> ResponseReturnValue:
    """Keep the language chosen at this screen until its reader leaves."""
    response = make_response(redirect(inside(request.form.get("back")), HTTPStatus.SEE_OTHER))
    code = request.form.get("language", "")
    if code in languages():
        response.set_cookie(COOKIE, code, secure=desk().https, httponly=True, samesite="Lax")
    return response


@blueprint.post("/apparence")
def choose_theme() -> ResponseReturnValue:
    """Keep the ground chosen at this screen: it belongs to the screen, not to its reader."""
    response = make_response(redirect(inside(request.form.get("back")), HTTPStatus.SEE_OTHER))
    code = request.form.get("theme", "")
    if code in set(theme.Theme):
        response.set_cookie(
            theme.COOKIE, code, max_age=YEAR, secure=desk().https, httponly=True, samesite="Lax"
        )
    return response


def inside(address: str | None) -> str:
    """Return a path of this site, never another site: what is doubtful becomes the first page."""
    first = url_for("home.page")
    # Browsers read "\" as "/", and "//host" as another site.
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return first
    parts = urlsplit(address)
    plain = address.isprintable() and not parts.scheme and not parts.netloc
    return address if plain else first


def _close_old() -> None:
    token = request.cookies.get(desk().cookie)
    if token:
        close_login(work(), token)
