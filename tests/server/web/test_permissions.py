"""Deny by default: every address times every role, with and without the form's token."""

import pytest
from screens import PEOPLE, logged_in, opened

from rebond_server.domain.policy import Permission, allowed
from rebond_server.web.guard import UndeclaredView, guard_all
from rebond_server.web.permissions import TABLE, Door

NOWHERE = "00000000-0000-7000-8000-000000000000"
ROLES = (None, *PEOPLE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.fixture(scope="module")
def browsers(shop):
    """Return one browser a role, None for a stranger, each with its form token."""
    return {None: (shop.app.test_client(), "x")} | {
        role: logged_in(shop.app, role) for role in PEOPLE
    }


def routes(app):
    """Return (endpoint, path, method) of every address, with ids that name nothing."""
    found = []
    for rule in app.url_map.iter_rules():
        with app.test_request_context():
            values = {
                name: NOWHERE if "uuid" in type(rule._converters[name]).__name__.lower() else "RB-0"
                for name in rule.arguments
            }
            path = rule.build(values)[1]
        found += [(rule.endpoint, path, method) for method in rule.methods - {"HEAD", "OPTIONS"}]
    return found


def test_every_address_is_in_the_walk(shop):
    walked = {endpoint for endpoint, _, _ in routes(shop.app)}
    assert walked == set(TABLE)
    assert len(walked) > 30


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_only_who_may_comes_through(shop, browsers, role):
    for endpoint, path, method in routes(shop.app):
        door = TABLE[endpoint]
        if door in {Door.OPEN, Door.STICK} or endpoint in {"login.leave", "login.enter"}:
            continue
        browser, token = browsers[role]
        data = {"csrf_token": token} if role is not None else {}
        status = browser.open(path, method=method, data=data).status_code
        if role is None:
            expected = {Door.PUBLIC: {200, 400}}.get(door, {302} if method == "GET" else {400})
            if endpoint == "device.page":
                expected = {200}  # whoever finds a device learns whom to call, and nothing else
            assert status in expected, (endpoint, status)
        elif isinstance(door, Permission) and not allowed(role, door).ok:
            assert status == 403, (endpoint, role, status)
        else:
            assert status not in {401, 403, 500}, (endpoint, role, status)


@pytest.mark.parametrize("role", PEOPLE, ids=str)
def test_no_form_works_without_its_token(shop, browsers, role):
    for endpoint, path, method in routes(shop.app):
        if method == "GET" or TABLE[endpoint] is Door.STICK:
            continue
        browser, _ = browsers[role]
        for data in ({}, {"csrf_token": "forged"}):
            assert browser.open(path, method=method, data=data).status_code == 400, endpoint


def test_a_form_sent_after_the_log_in_ended_says_so(shop):
    browser, token = logged_in(shop.app, PEOPLE[0])
    browser.delete_cookie("rebond")
    answer = browser.post(f"/d/{NOWHERE}/retenir", data={"csrf_token": token, "reason": "x"})
    assert answer.status_code == 401
    assert "reconnectez-vous" in answer.text


def test_a_view_without_permission_stops_the_program(shop):
    shop_app = type(shop.app)("empty")
    shop_app.add_url_rule("/secret", "secret", lambda: "told")
    with pytest.raises(UndeclaredView, match="secret"):
        guard_all(shop_app)


def test_the_sticks_door_needs_no_token_but_a_signature(shop):
    answer = shop.app.test_client().post(
        "/api/v1/statements",
        data=b"{}",
        content_type="application/vnd.rebond.statement.v1+json",
    )
    assert answer.status_code == 401
