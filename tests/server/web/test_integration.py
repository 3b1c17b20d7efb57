"""The interface for programs: what its own description says, no more than the account may."""

import jsonschema
import pytest
from moments import NOON, later
from screens import PEOPLE, logged_in, opened

from rebond_server.domain.policy import allowed
from rebond_server.domain.role import Role
from rebond_server.operations.api_tokens import Scope, make_token, revoke_token, tokens
from rebond_server.operations.create_account import close_account
from rebond_server.operations.work import command_line
from rebond_server.store.people import Account
from rebond_server.web.permissions import TABLE


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        yield found


def token(shop, role=Role.LEAD, scopes=tuple(Scope)):
    with shop.workshop.work(command_line(Role.ADMIN), NOON) as work:
        return make_token(work, role.value, "inventaire", scopes)


def ask(shop, path, bearer=None, method="GET", **more):
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    return shop.app.test_client().open(path, method=method, headers=headers, **more)


def fits(shop, answer, name):
    whole = ask(shop, "/api/v1/openapi.json").json
    schema = {"$ref": f"#/components/schemas/{name}", "components": whole["components"]}
    jsonschema.validate(answer.json, schema, jsonschema.Draft202012Validator)


def test_every_address_of_the_interface_is_described(shop):
    told = ask(shop, "/api/v1/openapi.json").json
    assert told["openapi"] == "3.1.0"
    described = {(path, method) for path, of in told["paths"].items() for method in of} - {
        (path, "parameters") for path in told["paths"]
    }
    there = {
        (rule.rule.replace("<tag>", "{tag}"), method.lower())
        for rule in shop.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == there


def test_pages_by_cursor_give_every_device_once(shop):
    bearer, seen, cursor = token(shop), [], ""
    while cursor is not None:
        answer = ask(shop, f"/api/v1/devices?limit=3&cursor={cursor}", bearer)
        fits(shop, answer, "Devices")
        seen += [one["tag"] for one in answer.json["devices"]]
        cursor = answer.json["next"]
    assert seen == sorted(shop.tags.values())
    wiped = ask(shop, "/api/v1/devices?state=wiped", bearer).json["devices"]
    assert {one["state"] for one in wiped} == {"wiped"}


def test_one_device_and_the_lots(shop):
    bearer = token(shop)
    answer = ask(shop, f"/api/v1/devices/{shop.tags['wiped3']}", bearer)
    fits(shop, answer, "DeviceDetail")
    assert answer.json["sanitised"] is True
    lots = ask(shop, "/api/v1/lots", bearer)
    fits(shop, lots, "Lots")
    assert lots.json["lots"][0]["code"] == "COLLECTE-2026"
    several, cursor = [], ""
    while cursor is not None:
        page = ask(shop, f"/api/v1/lots?limit=1&cursor={cursor}", bearer).json
        several += page["lots"]
        cursor = page["next"]
    assert several == lots.json["lots"]
    missing = ask(shop, "/api/v1/devices/RB-9", bearer)
    assert missing.status_code == 404
    fits(shop, missing, "Refusal")


def test_a_change_is_the_screens_own_operation(shop):
    bearer, tag = token(shop), shop.tags["examined"]
    no_reason = ask(shop, f"/api/v1/devices/{tag}/hold", bearer, "POST", json={})
    assert (no_reason.status_code, no_reason.json["error"]) == (422, "BadValue")
    answer = ask(
        shop, f"/api/v1/devices/{tag}/hold", bearer, "POST", json={"reason": "à revoir\x1b"}
    )
    fits(shop, answer, "Change")
    assert answer.json["state"] == "held"
    for body in (b"[", b'{"reason":1}', b"[]", b"\xff"):
        refused = ask(shop, f"/api/v1/devices/{tag}/hold", bearer, "POST", data=body)
        assert refused.status_code == 422


@pytest.mark.parametrize("role", PEOPLE, ids=str)
def test_screens_and_interface_agree(shop, role):
    """The same role, the same answer: by the form, and by a token with every scope."""
    bearer = token(shop, role)
    browser, form = logged_in(shop.app, role)
    same = (
        ("GET", "/appareils", "/api/v1/devices", "integration.devices"),
        ("GET", f"/d/{shop.tags['lying']}", f"/api/v1/devices/{shop.tags['lying']}", "integration.device"),
        ("GET", "/lots", "/api/v1/lots", "integration.lots"),
        ("POST", "/d/00000000-0000-7000-8000-000000000000/retenir", "/api/v1/devices/RB-0/hold", "integration.hold"),
    )  # fmt: skip
    for method, page, address, endpoint in same:
        by_form = browser.open(page, method=method, data={"csrf_token": form, "reason": "x"})
        by_token = ask(shop, address, bearer, method, **({"json": {}} if method == "POST" else {}))
        able = allowed(role, TABLE[endpoint]).ok
        assert (by_form.status_code != 403, by_token.status_code != 403) == (able, able)


def test_a_token_without_the_scope_or_that_ended_opens_nothing(shop):
    narrow = token(shop, scopes=(Scope.READ_LOTS,))
    assert ask(shop, "/api/v1/lots", narrow).status_code == 200
    assert ask(shop, "/api/v1/devices", narrow).status_code == 403
    for bad in (None, "", "rebond_x", "é", narrow + "x"):
        answer = ask(shop, "/api/v1/lots", bad)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    with shop.workshop.work(command_line(Role.ADMIN), later(1)) as work:
        row = next(row for row, _ in tokens(work) if row.scopes == ["lots:read"])
        revoke_token(work, row.id)
    assert ask(shop, "/api/v1/lots", narrow).status_code == 401
    technician = token(shop, Role.TECHNICIAN)
    with shop.workshop.work(command_line(Role.ADMIN), later(2)) as work:
        close_account(work, work.session.query(Account).filter_by(login="technician").one().id)
    assert ask(shop, "/api/v1/lots", technician).status_code == 401


def test_a_cookie_opens_nothing_of_the_interface(shop):
    browser, _ = logged_in(shop.app, Role.LEAD)
    assert browser.get("/api/v1/devices").status_code == 401
