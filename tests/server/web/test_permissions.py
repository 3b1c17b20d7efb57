"""Deny by default: every address, every role, the own workshop and another's, with and without token.

What may happen stands in `permissions.csv`, a table that people review line by line; an address that is
not in it fails, and so does every cell that differs. `python tests/server/web/test_permissions.py`
prints the table as it is now.
"""

import csv
import dataclasses
import secrets
import sys
import tempfile
from pathlib import Path
from uuid import UUID

import pytest
from moments import NOON
from screens import PEOPLE, fill, logged_in, opened
from sqlalchemy import select

from rebond_server.domain.policy import Permission, allowed
from rebond_server.domain.role import Role
from rebond_server.operations.api_tokens import Scope, make_token
from rebond_server.operations.log_in import open_login
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.demand import Lot, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.people import Account, Site
from rebond_server.store.tables import METADATA
from rebond_server.web.guard import UndeclaredView, guard_all
from rebond_server.web.permissions import TABLE, Door

FILE = Path(__file__).with_name("permissions.csv")
NOWHERE = "00000000-0000-7000-8000-000000000000"
FOREIGN = "ZZ-"
SHOWS_NOTHING = frozenset({"proof.public", "view.forget"})
"""These answer whatever is asked: there is no such certificate; a filter that is not there is forgotten."""
COLUMNS = (
    "endpoint",
    "method",
    *(role.value for role in PEOPLE),
    "stranger",
    "other_session",
    "other_ids",
    "token",
)


@dataclasses.dataclass
class World:
    """Two workshops in one database, one browser a role, and one of the other workshop."""

    shop: object
    browsers: dict
    programs: dict
    """Tokens of programs that act for a role, and for the other workshop's lead."""
    foreign: dict
    """By table or name of a place in an address: what stands there in the other workshop."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as shop:
        yield two_workshops(shop)


def two_workshops(shop):
    other = dataclasses.replace(shop.workshop, site_id=UUID(int=77), site_name="Ailleurs")
    with shop.workshop.work(NOBODY, NOON) as work:
        work.session.add(Site(id=other.site_id, name="Ailleurs", created=NOON))
    fill(other)
    with other.work(NOBODY, NOON) as work:
        for device in work.session.scalars(select(Device).where(Device.site_id == other.site_id)):
            device.tag = FOREIGN + device.tag
        for table in (Lot, Programme, Request):
            for row in work.session.scalars(select(table).where(table.site_id == other.site_id)):
                row.code = FOREIGN + row.code
        lead = work.session.scalars(
            select(Account).where(Account.site_id == other.site_id, Account.login == "lead")
        ).one()
        token = open_login(work, lead)
        work.session.flush()
        foreign = {
            name: row.id.hex
            for name, table in METADATA.tables.items()
            if "site_id" in table.columns and "id" in table.columns
            for row in work.session.execute(
                select(table.c.id).where(table.c.site_id == other.site_id).limit(1)
            )
        }
        foreign["tag"] = work.session.scalar(
            select(Device.tag).where(Device.site_id == other.site_id).limit(1)
        )
        foreign["code"] = work.session.scalar(select(Lot.code).where(Lot.site_id == other.site_id))
    browsers = {role: logged_in(shop.app, role) for role in PEOPLE}
    stranger, elsewhere = shop.app.test_client(), shop.app.test_client()
    elsewhere.set_cookie("rebond", token)
    programs = {role: token_for(shop.workshop, role) for role in PEOPLE}
    programs["other"] = token_for(other, PEOPLE[1])
    everyone = browsers | {None: (stranger, "x"), "other": (elsewhere, "x")}
    return World(shop, everyone, programs, foreign)


def token_for(workshop, role):
    with workshop.work(command_line(Role.ADMIN), NOON) as work:
        return make_token(work, role.value, "essai", tuple(Scope))


def routes(app):
    """Return (rule, method) of every address, in the order of their names."""
    found = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda one: (one[0].endpoint, one[1], one[0].rule))


def path_of(app, rule, values):
    """Return the address with these values in their places; else with ids that name nothing."""
    with app.test_request_context():
        told = {
            name: values.get(name)
            or (NOWHERE if "uuid" in type(rule._converters[name]).__name__.lower() else "RB-0")
            for name in rule.arguments
        }
        return rule.build(told)[1]


def ask(world, who, rule, method, values=None, **data):
    browser, token = world.browsers[who]
    path = path_of(world.shop.app, rule, values or {})
    if rule.endpoint.startswith("integration."):
        program = world.programs.get(who)
        headers = {} if program is None else {"Authorization": f"Bearer {program}"}
        return world.shop.app.test_client().open(path, method=method, headers=headers, json={})
    told = {"csrf_token": token} if method != "GET" else {}
    return browser.open(path, method=method, data=told | data)


def row_of(world, rule, method):
    """Return what really happens at one address, as a line of the table."""
    door, endpoint = TABLE[rule.endpoint], rule.endpoint
    row = {"endpoint": endpoint, "method": method}
    if door in {Door.OPEN, Door.STICK}:
        return row | dict.fromkeys(COLUMNS[2:], door.value)
    if endpoint == "login.leave":  # it would end the walk; test_session leaves
        return row | dict.fromkeys(COLUMNS[2:], "leaves")
    for role in PEOPLE:
        row[role.value] = entered(ask(world, role, rule, method))
    for column, who in (("stranger", None), ("other_session", "other")):
        row[column] = entered(ask(world, who, rule, method))
    row["other_ids"] = row["token"] = "-"
    able = next((role for role in PEOPLE if row[role.value] == "yes"), None)
    if able is not None and rule.arguments:
        row["other_ids"] = across(ask(world, able, rule, method, foreign_of(world, rule)))
    if endpoint.startswith("integration."):
        row["token"] = "bearer"
    elif method != "GET":
        row["token"] = token_needed(world, able, rule, method)
    return row


def entered(answer):
    """Say whether the door opened. A form without its fields is refused behind it, by its operation."""
    assert answer.status_code < 500, answer.request.path
    if answer.status_code == 302 and "/connexion" in answer.headers["Location"]:
        return "log-in"
    stale = answer.status_code == 400 and "est plus valable" in answer.text
    return "no" if answer.status_code in {401, 403} or stale else "yes"


def foreign_of(world, rule):
    return {
        name: world.foreign.get(name.removesuffix("_id")) or world.foreign.get(name)
        for name in rule.arguments
    }


def across(answer):
    """Say whether an id of the other workshop led anywhere."""
    assert answer.status_code < 500, answer.request.path
    return "led there" if answer.status_code < 400 else "refused"


def token_needed(world, able, rule, method):
    browser, _ = world.browsers[able]
    path = path_of(world.shop.app, rule, {})
    answers = {
        browser.open(path, method=method, data=data).status_code
        for data in ({}, {"csrf_token": "forged"}, {"csrf_token": secrets.token_hex(16)})
    }
    return "needed" if answers == {400} else f"not needed {sorted(answers)}"


def table_now(world):
    return [row_of(world, rule, method) for rule, method in routes(world.shop.app)]


def rows_elsewhere(world):
    """Return every row of the other workshop: nobody of this one may change any."""
    with world.shop.workshop.work(NOBODY, NOON, reading=True) as work:
        return {
            name: sorted(
                str(tuple(row))
                for row in work.session.execute(
                    select(table).where(table.c.site_id == UUID(int=77))
                )
            )
            for name, table in METADATA.tables.items()
            if "site_id" in table.columns and name != "login_session"
        }


def reviewed():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_the_table_is_what_happens_and_nothing_else(world):
    wanted = {(row["endpoint"], row["method"]): row for row in reviewed()}
    before = rows_elsewhere(world)
    now = {(row["endpoint"], row["method"]): row for row in table_now(world)}
    assert rows_elsewhere(world) == before
    unlisted = sorted(set(now) - set(wanted))
    gone = sorted(set(wanted) - set(now))
    different = [
        f"{key}: {column}: {now[key][column]}, table says {wanted[key][column]}"
        for key in sorted(set(now) & set(wanted))
        for column in COLUMNS
        if now[key][column] != wanted[key][column]
    ]
    assert (unlisted, gone, different) == ([], [], [])


def test_the_table_is_the_policy_of_the_operations():
    """The door of a page and the operation behind it ask one table: domain.policy."""
    for row in reviewed():
        door = TABLE[row["endpoint"]]
        if isinstance(door, Permission):
            for role in PEOPLE:
                able = "yes" if allowed(role, door).ok else "no"
                assert row[role.value] == able, (row["endpoint"], role)
            assert row["stranger"] in {"log-in", "no", "yes"}
            assert row["other_session"] == row["stranger"]
        if row["endpoint"] not in SHOWS_NOTHING:
            assert row["other_ids"] in {"-", "refused", "leaves", door.value}, row["endpoint"]
        assert not row["token"].startswith("not"), row["endpoint"]


def test_a_form_sent_after_the_log_in_ended_says_so(world):
    browser, token = logged_in(world.shop.app, PEOPLE[0])
    browser.delete_cookie("rebond")
    answer = browser.post(f"/d/{NOWHERE}/retenir", data={"csrf_token": token, "reason": "x"})
    assert answer.status_code == 401
    assert "reconnectez-vous" in answer.text


def test_a_view_without_permission_stops_the_program(world):
    shop_app = type(world.shop.app)("empty")
    shop_app.add_url_rule("/secret", "secret", lambda: "told")
    with pytest.raises(UndeclaredView, match="secret"):
        guard_all(shop_app)


def test_the_sticks_door_needs_no_token_but_a_signature(world):
    answer = world.shop.app.test_client().post(
        "/api/v1/statements",
        data=b"{}",
        content_type="application/vnd.rebond.statement.v1+json",
    )
    assert answer.status_code == 401


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as found:
        out = csv.DictWriter(sys.stdout, COLUMNS, delimiter=";", lineterminator="\n")
        out.writeheader()
        out.writerows(table_now(two_workshops(found)))
