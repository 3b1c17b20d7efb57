"""The second factor: enrolled with one code, asked at each log-in, each code taken once."""

import re
from datetime import timedelta

import pytest
from bench import PASSWORD
from moments import NOON
from screens import application, logged_in, opened, token_of

from rebond_server.config import read_config
from rebond_server.domain.role import Role
from rebond_server.operations.second_factor import STEP, _totp, remove
from rebond_server.operations.work import command_line
from rebond_server.store.people import Account


class Clock:
    """A clock that people wind."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def wind(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def shop(tmp_path):
    with opened(tmp_path, filled=False) as found:
        yield found


def code(secret, clock, steps=0):
    return _totp(secret).generate(int(clock.now.timestamp()) + steps * STEP).decode()


def enrolled(app, clock):
    browser, token = logged_in(app, Role.LEAD)
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', browser.get("/second-facteur").text)[1]
    data = {"csrf_token": token, "secret": secret, "code": "000000"}
    assert browser.post("/second-facteur", data=data).status_code == 422
    answer = browser.post("/second-facteur", data=data | {"code": code(secret, clock)})
    assert answer.headers["Location"] == "/connexion"
    assert browser.get("/").status_code == 302  # its sessions have ended
    return secret


def enter(app, told):
    browser = app.test_client()
    data = {"login": "lead", "password": PASSWORD, "code": told}
    data["csrf_token"] = token_of(browser.get("/connexion").data)
    return browser.post("/connexion", data=data).status_code


def test_a_code_opens_once_and_only_with_the_password(shop):
    clock = Clock()
    app = application(shop.workshop, clock=clock)
    secret = enrolled(app, clock)
    assert enter(app, "") == 401
    assert enter(app, code(secret, clock)) == 401  # taken at the enrolment
    clock.wind(STEP)
    used = code(secret, clock)
    assert enter(app, f"{used[:3]} {used[3:]}") == 303
    assert enter(app, used) == 401
    clock.wind(61)
    assert enter(app, code(secret, clock, -1)) == 303  # a telephone that is half a minute late
    clock.wind(61)
    assert enter(app, code(secret, clock, 5)) == 401
    for _ in range(4):
        enter(app, "123456")
    assert enter(app, code(secret, clock)) == 429  # guesses at the code are throttled, too


def test_the_administrator_helps_who_lost_the_telephone(shop):
    clock = Clock()
    app = application(shop.workshop, clock=clock)
    enrolled(app, clock)
    with shop.workshop.work(command_line(Role.ADMIN), NOON) as work:
        account = work.session.query(Account).filter_by(login="lead").one()
        remove(work, account.id)
    assert enter(app, "") == 303


@pytest.mark.parametrize("role", [Role.LEAD, Role.OFFICER, Role.ADMIN])
def test_where_it_is_required_nothing_else_opens_before(shop, role):
    config = read_config({"REBOND_SECOND_FACTOR": "required"})
    assert config.second_factor
    app = application(shop.workshop)
    app.extensions["rebond"] = type(app.extensions["rebond"])(
        workshop=shop.workshop,
        clock=lambda: NOON,
        public_url="http://localhost",
        second_factor=True,
    )
    browser = app.test_client()
    data = {"login": role.value, "password": PASSWORD}
    data["csrf_token"] = token_of(browser.get("/connexion").data)
    assert browser.post("/connexion", data=data).status_code == 303
    for page in ("/", "/appareils", "/lots"):
        assert browser.get(page).headers["Location"] == "/second-facteur"
    assert browser.get("/second-facteur").status_code == 200


def test_a_technician_at_the_bench_needs_none(shop):
    app = application(shop.workshop)
    assert logged_in(app, Role.TECHNICIAN)[0].get("/appareils").status_code == 200
