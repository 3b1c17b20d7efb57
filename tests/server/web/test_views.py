"""Filters that people keep: hers alone, at any screen, and gone when forgotten."""

import re

import pytest
from screens import logged_in, opened

from rebond_server.domain.role import Role
from rebond_server.operations.keep_view import MOST


@pytest.fixture
def shop(tmp_path):
    with opened(tmp_path) as found:
        yield found


def keep(reader, name, query, page="device.index"):
    browser, token = reader
    form = {"page": page, "name": name, "query": query, "csrf_token": token}
    return browser.post("/filtres", data=form)


def names(reader):
    text = reader[0].get("/appareils").text
    return re.findall(r'class="view"><a href="([^"]+)"[^>]*>([^<]+)</a>', text)


def test_a_kept_filter_is_there_at_another_screen_and_for_nobody_else(shop):
    lead = logged_in(shop.app, Role.LEAD)
    answer = keep(lead, "À effacer", "state=examined&kind=laptop&page=7")
    assert answer.location == "/appareils?state=examined&kind=laptop"
    elsewhere = logged_in(shop.app, Role.LEAD)
    assert names(elsewhere) == [("/appareils?state=examined&amp;kind=laptop", "À effacer")]
    assert names(logged_in(shop.app, Role.TECHNICIAN)) == []


def test_the_same_name_again_replaces(shop):
    lead = logged_in(shop.app, Role.LEAD)
    keep(lead, "Mien", "state=examined")
    keep(lead, "Mien", "state=wiped")
    assert names(lead) == [("/appareils?state=wiped", "Mien")]


@pytest.mark.parametrize(
    ("name", "query", "page"),
    [
        ("", "state=wiped", "device.index"),
        ("Vide", "", "device.index"),
        ("Vide", "page=3", "device.index"),
        ("Long", "text=" + "x" * 2000, "device.index"),
        ("Ailleurs", "a=b", "user.page"),
        ("Ailleurs", "a=b", "//evil.example"),
    ],
)
def test_what_is_no_filter_is_refused(shop, name, query, page):
    lead = logged_in(shop.app, Role.LEAD)
    assert keep(lead, name, query, page).status_code == 422
    assert names(lead) == []


def test_nobody_keeps_without_end(shop):
    lead = logged_in(shop.app, Role.LEAD)
    for number in range(MOST):
        assert keep(lead, f"n° {number}", f"text={number}").status_code == 303
    assert keep(lead, "un de trop", "text=x").status_code == 422


def test_only_its_owner_forgets_it(shop):
    lead, other = logged_in(shop.app, Role.LEAD), logged_in(shop.app, Role.TECHNICIAN)
    keep(lead, "Mien", "state=wiped")
    path = re.search(r'action="(/filtres/[^"]+/oublier)"', lead[0].get("/appareils").text)[1]
    other[0].post(path, data={"csrf_token": other[1], "back": "/appareils"})
    assert len(names(lead)) == 1
    answer = lead[0].post(path, data={"csrf_token": lead[1], "back": "//evil.example/"})
    assert answer.location == "/"
    assert names(lead) == []


def test_what_a_name_holds_stays_text(shop):
    lead = logged_in(shop.app, Role.LEAD)
    keep(lead, "<script>alert(1)</script>", 'text="><script>alert(2)</script>')
    text = lead[0].get("/appareils").text
    assert "<script>alert" not in text


def test_the_columns_are_in_the_address_and_so_in_a_kept_filter(shop):
    lead = logged_in(shop.app, Role.LEAD)

    def heads(query):
        text = lead[0].get(f"/appareils?{query}").text
        return re.findall(r'<th scope="col">([^<]+)</th>', text)

    assert heads("") == ["Étiquette", "Appareil", "État", "Catégorie", "Série", "Changé"]
    assert heads("column=lot&column=state&column=nonsense") == ["Étiquette", "État", "Lot"]
    keep(lead, "Par lot", "state=wiped&column=lot")
    assert names(lead)[0][0].endswith("column=lot")


def test_what_is_ticked_or_filtered_can_be_acted_on_together(shop):
    lead = logged_in(shop.app, Role.LEAD)
    tags = sorted(shop.tags.values())
    ticked = lead[0].get("/ensemble", query_string={"tags": tags[:2]}).text
    assert f">{tags[0]}\n{tags[1]}</textarea>" in ticked
    filtered = lead[0].get("/ensemble?all=1&state=examined").text
    asked = re.search(r'name="tags"[^>]*>([^<]*)</textarea>', filtered)[1].split()
    shown = re.findall(
        r'class="tag" href="/d/([^"]+)"', lead[0].get("/appareils?state=examined").text
    )
    assert asked == shown
    everything = lead[0].get("/ensemble?all=1").text
    assert all(tag in everything for tag in tags)
