"""Logging in and out: rotation, end, cookies, headers, throttle, and no door to other sites."""

from datetime import timedelta

import pytest
from bench import PASSWORD
from screens import NOON, Shop, application, logged_in, opened, token_of

from rebond_server.domain.role import Role
from rebond_server.web.login import inside


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop"), filled=False) as found:
        yield found


@pytest.fixture
def fresh(tmp_path):
    """Give a workshop of its own, where nobody has guessed a password yet."""
    with opened(tmp_path, filled=False) as found:
        yield found


def login_form(browser, login, password, **more):
    token = token_of(browser.get("/connexion").data)
    data = {"login": login, "password": password, "csrf_token": token} | more
    return browser.post("/connexion", data=data)


def test_the_token_changes_at_each_log_in_and_the_old_one_ends(shop):
    browser = shop.app.test_client()
    login_form(browser, "lead", PASSWORD)
    first = browser.get_cookie("rebond").value
    other = shop.app.test_client()
    other.set_cookie("rebond", first)
    assert other.get("/").status_code == 200

    # a page of the log-in that was still open in another tab
    browser.delete_cookie("rebond_form")
    stranger = shop.app.test_client()
    token = token_of(stranger.get("/connexion").data)
    stranger.set_cookie("rebond", first)
    stranger.post("/connexion", data={"login": "lead", "password": PASSWORD, "csrf_token": token})
    assert stranger.get_cookie("rebond").value != first
    assert other.get("/").status_code == 302


def test_leaving_ends_the_session_on_the_server_too(shop):
    browser, token = logged_in(shop.app, Role.LEAD)
    kept = browser.get_cookie("rebond").value
    assert browser.post("/quitter", data={"csrf_token": token}).status_code == 303
    assert browser.get_cookie("rebond") is None
    thief = shop.app.test_client()
    thief.set_cookie("rebond", kept)
    assert thief.get("/").status_code == 302


def test_an_idle_session_ends_and_a_used_one_does_not(shop):
    time = [NOON]
    app = application(shop.workshop, clock=lambda: time[0])
    used, _ = logged_in(app, Role.LEAD)
    idle, _ = logged_in(app, Role.OFFICER)
    for _ in range(4):
        time[0] += timedelta(minutes=10)
        assert used.get("/").status_code == 200
    assert idle.get("/").status_code == 302
    time[0] = NOON + timedelta(hours=10, minutes=1)
    assert used.get("/").status_code == 302


def test_a_wrong_password_tells_nothing_and_too_many_wait(fresh):
    browser = fresh.app.test_client()
    known = login_form(browser, "lead", "wrong password")
    unknown = login_form(browser, "nobody", "wrong password")
    assert known.status_code == unknown.status_code == 401
    sentence = "Identifiant ou mot de passe inconnu."
    assert sentence in known.text
    assert sentence in unknown.text
    for _ in range(5):
        last = login_form(browser, "lead", "wrong password")
    assert last.status_code == 429
    assert login_form(browser, "lead", PASSWORD).status_code == 429


def test_over_tls_cookies_are_secure_and_bound_to_this_host(tmp_path):
    with opened(tmp_path, filled=False, public_url="https://atelier.example") as shop:
        browser = shop.app.test_client()
        base = "https://atelier.example"
        page = browser.get("/connexion", base_url=base)
        answer = browser.post(
            "/connexion",
            base_url=base,
            data={"login": "lead", "password": PASSWORD, "csrf_token": token_of(page.data)},
            headers={"Referer": f"{base}/connexion"},
        )
        cookies = answer.headers.getlist("Set-Cookie")
        kept = next(cookie for cookie in cookies if cookie.startswith("__Host-rebond="))
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(kept.split("; "))
        assert "Domain" not in kept
        assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/", "/connexion", "/nowhere", "/static/rebond.css"])
def test_every_answer_carries_its_headers(shop: Shop, path):
    answer = shop.app.test_client().get(path)
    answer.close()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"]
    assert ("no-store" in answer.headers.get("Cache-Control", "")) == ("static" not in path)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", None,
     "/\t/evil.example", "/\n//evil.example"],
)  # fmt: skip
def test_after_the_log_in_nobody_lands_on_another_site(shop, address):
    with shop.app.test_request_context():
        assert inside(address) == "/"
        assert inside("/plan?page=2") == "/plan?page=2"


def test_a_log_in_leads_to_the_page_that_was_asked(shop):
    browser = shop.app.test_client()
    sent = browser.get("/appareils?state=held")
    assert sent.location == "/connexion?next=/appareils?state%3Dheld"
    answer = login_form(browser, "lead", PASSWORD, next="/appareils?state=held")
    assert answer.location == "/appareils?state=held"


def test_the_language_is_the_readers(shop):
    browser = shop.app.test_client()
    french = browser.get("/connexion")
    assert '<html lang="fr"' in french.text
    assert '<html lang="en"' in browser.get("/connexion", headers={"Accept-Language": "en"}).text
    assert '<html lang="fr"' in browser.get("/connexion", headers={"Accept-Language": "de"}).text
    data = {"csrf_token": token_of(french.data), "language": "en", "back": "/connexion"}
    browser.post("/langue", data=data)
    english = browser.get("/connexion", headers={"Accept-Language": "fr"}).text
    assert "Password" in english
    assert "Mot de passe" not in english


def test_an_account_brings_its_language_and_nothing_stays_after_leaving(shop):
    browser, token = logged_in(shop.app, Role.LEAD)
    assert '<html lang="fr"' in browser.get("/", headers={"Accept-Language": "en"}).text
    browser.post("/langue", data={"csrf_token": token, "language": "en", "back": "/"})
    assert '<html lang="en"' in browser.get("/").text
    browser.post("/quitter", data={"csrf_token": token_of(browser.get("/").data)})
    assert '<html lang="fr"' in browser.get("/connexion").text


def test_the_ground_is_chosen_at_the_screen_and_stays_when_its_reader_leaves(shop):
    browser, token = logged_in(shop.app, Role.LEAD)
    assert 'data-theme="system"' in browser.get("/").text
    form = {"theme": "dark", "back": "/file", "csrf_token": token}
    assert browser.post("/apparence", data=form).location == "/file"
    assert 'data-theme="dark"' in browser.get("/file").text
    browser.post("/apparence", data=form | {"theme": "<script>"})
    assert 'data-theme="dark"' in browser.get("/file").text
    browser.post("/quitter", data={"csrf_token": token})
    assert 'data-theme="dark"' in browser.get("/connexion").text
