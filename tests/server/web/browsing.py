"""A real browser on a served workshop, for whatever must be seen as people see it."""

import os
import shutil
import threading
from contextlib import contextmanager

import pytest
from bench import PASSWORD
from playwright.sync_api import sync_playwright
from screens import opened
from werkzeug.serving import WSGIRequestHandler, make_server

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


BROKEN = 400
"""A page of ours asks for nothing that is not there."""


class Quiet(WSGIRequestHandler):
    """A server that keeps its log to itself."""

    def log(self, type, message, *args):  # noqa: A002 - the name in werkzeug
        del type, message, args


def closing(app):
    """Close each answer at its last byte or at the browser's leaving, which werkzeug forgets."""

    def run(environ, start_response):
        answer = app(environ, start_response)
        try:
            yield from answer
        finally:
            getattr(answer, "close", bool)()

    return run


@contextmanager
def served(folder):
    with opened(folder) as shop:
        app = closing(shop.app)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield shop, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@contextmanager
def browser():
    """Give the packaged Chromium; without it skip, or fail where everything must be there."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("chromium is missing and CI=true: the screens may not go untested")
        pytest.skip("chromium is missing: NO SCREEN IS TRIED IN A BROWSER")
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        yield launched
        launched.close()


def enter(browser, base, login, **options):
    """Return a page on which this person has logged in, and what the browser complained about."""
    context = browser.new_context(base_url=base, locale="fr-FR", **options)
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on(
        "response",
        lambda answer: complaints.append(answer.url) if answer.status >= BROKEN else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: complaints.append(asked.url) if not asked.url.startswith(base) else None,
    )
    page.goto("/connexion")
    page.get_by_label("Identifiant").fill(login)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    return page, complaints
