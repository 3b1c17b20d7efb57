"""The scan page: whatever is scanned is answered, in order, and nothing is lost."""

import re

import pytest
from browsing import browser, enter, served
from playwright.sync_api import expect
from screens import logged_in, opened, transaction

from rebond_server.domain.lot import PlaceKind
from rebond_server.domain.role import Role
from rebond_server.operations.place_device import record_place
from rebond_server.store.device import Device
from rebond_server.store.intake import DevicePlace

SCANS = 40
PER_CHARACTER = 30
"""Milliseconds: a slow scanner gun."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        with transaction(found.workshop) as work:
            record_place(work, "SITE", PlaceKind.SITE, "Atelier")
            record_place(work, "ETAGERE-1", PlaceKind.SHELF, "Étagère 1", "SITE")
        yield found


@pytest.fixture(scope="module")
def technician(shop):
    return logged_in(shop.app, Role.TECHNICIAN)


def scanned(technician, code, **fields):
    form = {"mode": "find", "code": code, "csrf_token": technician[1]} | fields
    return technician[0].post("/scanner", data=form, headers={"Accept": "application/json"}).json


def test_every_name_of_a_device_finds_it(shop, technician):
    tag = shop.tags["wiped3"]
    for code in (tag, tag.lower(), f"http://localhost/d/{tag}", "PF0XYZ3", "S3YPF0XYZ3"):
        answer = scanned(technician, code)
        assert (answer["tag"], answer["tone"], answer["address"]) == (tag, "good", f"/d/{tag}")
        assert "LENOVO" in answer["name"]


@pytest.mark.parametrize("code", ["ZZ-404", "", "\x00", "x" * 10_000, "LENOVO", "' OR 1=1 --"])
def test_what_names_no_one_device_is_said_so(technician, code):
    answer = scanned(technician, code)
    assert answer["tone"] == "bad"
    assert answer["tag"] is None
    assert answer["sentence"]


def test_moving_puts_the_device_there_or_says_why_not(shop, technician):
    tag = shop.tags["examined"]
    assert scanned(technician, tag, mode="move")["sentence"] == "Dites d'abord où."
    assert scanned(technician, tag, mode="move", place="NULLE-PART")["tone"] == "bad"
    assert scanned(technician, tag, mode="move", place="etagere-1")["tone"] == "good"
    with shop.workshop.make() as session:
        device = session.query(Device).filter_by(tag=tag).one()
        assert session.query(DevicePlace).filter_by(device_id=device.id).count() == 1


def test_receiving_twice_takes_one_in(technician):
    first = scanned(technician, "PHONE-SERIAL-1", mode="receive", kind="smartphone")
    again = scanned(technician, "PHONE-SERIAL-1", mode="receive", kind="smartphone")
    assert first["tone"] == "good"
    assert (again["tone"], again["tag"]) == ("warn", first["tag"])
    wrong = scanned(technician, "490154203237517", mode="receive", kind="smartphone")
    assert wrong["tone"] == "bad"
    assert "IMEI" in wrong["sentence"]


def test_a_role_without_the_right_is_refused(shop):
    officer, token = logged_in(shop.app, Role.OFFICER)
    form = {"mode": "receive", "code": "X-1", "csrf_token": token}
    assert officer.post("/scanner", data=form).status_code == 403
    assert "Faire entrer" not in officer.get("/scanner").text


def test_without_script_the_answer_is_on_the_page(shop, technician):
    form = {"mode": "find", "code": shop.tags["failed"], "csrf_token": technician[1]}
    text = technician[0].post("/scanner", data=form).text
    assert f'href="/d/{shop.tags["failed"]}"' in text
    assert "autofocus" in text


@pytest.mark.browser
def test_forty_scans_typed_as_a_gun_types_are_forty_answers(tmp_path):
    with browser() as chromium, served(tmp_path) as (found, base):
        page, complaints = enter(chromium, base, "technician")
        page.goto("/scanner")
        tags = [found.tags[name] for name in ("wiped0", "examined", "failed", "wiped3")]
        for number in range(SCANS):
            page.keyboard.type(tags[number % 4] if number % 8 else "ZZ-404", delay=PER_CHARACTER)
            page.keyboard.press("Enter")
        expect(page.locator("[data-count=all]")).to_have_text(str(SCANS))
        expect(page.locator("#scans li.waits")).to_have_count(0, timeout=20_000)
        expect(page.locator("#scans li")).to_have_count(SCANS)
        expect(page.locator("#scans li.bad")).to_have_count(SCANS // 8)
        expect(page.locator("#code")).to_be_focused()
        heard = page.locator("#scans li").all_inner_texts()[::-1]
        for number, text in enumerate(heard):
            assert (tags[number % 4] if number % 8 else "ZZ-404") in text
        assert complaints == []
        page.context.close()


@pytest.mark.browser
def test_a_scan_that_the_network_loses_is_sent_again(tmp_path):
    with browser() as chromium, served(tmp_path) as (found, base):
        page, _ = enter(chromium, base, "technician")
        page.goto("/scanner")
        lost = []

        def lose_the_first(route):
            if lost:
                route.continue_()
            else:
                lost.append(route.request.url)
                route.abort()

        page.route("**/scanner", lose_the_first)
        page.keyboard.type(found.tags["failed"] + "\n" + found.tags["wiped3"] + "\n", delay=1)
        expect(page.locator("#scans li.good")).to_have_count(2, timeout=20_000)
        assert len(lost) == 1
        page.context.close()


def test_inspecting_tells_the_one_thing_to_do_next(shop, technician):
    answer = scanned(technician, shop.tags["failed"], mode="inspect")
    assert (answer["tone"], answer["action"]) == ("warn", "Remplacer ou détruire le disque")
    answer = scanned(technician, shop.tags["wiped3"], mode="inspect")
    assert answer["action"] == "Valider la catégorie"
    assert scanned(technician, shop.tags["wiped0"], mode="inspect")["action"] is None


@pytest.mark.browser
def test_what_is_scanned_for_a_request_leaves_on_one_sheet(tmp_path):
    with browser() as chromium, served(tmp_path) as (found, base):
        officer, token = logged_in(found.app, Role.OFFICER)
        officer.post("/plan", data={"csrf_token": token})
        path = re.search(r'action="(/plan/[^"]+/valider)"', officer.get("/plan").text)[1]
        officer.post(path, data={"csrf_token": token})
        page, complaints = enter(chromium, base, "officer")
        page.goto("/scanner?mode=hand_over")
        page.locator("#request").select_option(index=1)
        for name in ("wiped0", "wiped1", "wiped2", "failed"):
            page.keyboard.type(found.tags[name] + "\n", delay=2)
        expect(page.locator("#scans li.waits")).to_have_count(0)
        good = page.locator("#scans li.good").count()
        assert 1 <= good <= 2  # one request got two of the three, the other one
        expect(page.locator("#scans li.bad")).to_have_count(4 - good)
        page.get_by_role("button", name="Remettre ce qui est scanné").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Remise R-2026-00001")
        expect(page.locator("main tbody tr")).to_have_count(good)
        assert complaints == []
        page.context.close()
