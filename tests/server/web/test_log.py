"""Logs as data: one line a request, and nothing in it that names a person."""

import io
import json

from screens import logged_in, opened

from rebond_server.domain.role import Role
from rebond_server.web import log

CANARY = "canari-dupont"


def test_every_request_is_one_line_without_personal_data(tmp_path):
    with opened(tmp_path) as shop:
        out = io.StringIO()
        log.install(shop.app, out)
        browser, token = logged_in(shop.app, Role.TECHNICIAN)
        out.truncate(0)
        out.seek(0)
        answers = [
            browser.get(f"/appareils?text={CANARY}"),
            browser.get(f"/d/{CANARY}"),
            browser.get(f"/{CANARY}"),
            browser.post(
                "/connexion", data={"login": CANARY, "password": CANARY, "csrf_token": token}
            ),
        ]
    lines = [json.loads(line) for line in out.getvalue().splitlines()]

    assert CANARY not in out.getvalue()
    assert "technician" not in out.getvalue()
    assert "127.0.0.1" not in out.getvalue()
    assert [line["path"] for line in lines] == ["/appareils", "/d/<tag>", None, "/connexion"]
    assert [line["status"] for line in lines] == [one.status_code for one in answers]
    assert [line["id"] for line in lines] == [one.headers["X-Request-ID"] for one in answers]
    assert all(
        set(line) == {"actor", "at", "event", "id", "method", "ms", "path", "status"}
        for line in lines
    )
    assert lines[0]["actor"] is not None
