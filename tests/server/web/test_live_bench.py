"""The live bench: who works, who waits, what failed; and never more than was proven."""

import re
from datetime import timedelta

import pytest
from bench import enrolled, receipt, send
from browsing import browser, enter, served
from live import Talker, drive
from moments import NOON
from playwright.sync_api import expect
from screens import application, laptop, logged_in, opened

from rebond_server.domain.role import Role
from rebond_server.operations.bench import hear
from rebond_server.operations.work import NOBODY


@pytest.fixture
def shop(tmp_path):
    with opened(tmp_path, filled=False) as found:
        yield found


@pytest.fixture
def talker(shop):
    return Talker(stick=enrolled(shop.workshop), server_key=shop.workshop.server_key)


def page(shop, path="/banc", role=Role.TECHNICIAN, later=timedelta()):
    app = application(shop.workshop, clock=lambda: NOON + later)
    return logged_in(app, role)[0].get(path).text


def tile(text):
    return re.search(r'(?s)<li class="tile (\w+)".*?</li>', text)


def words(found):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_an_empty_bench_says_what_to_do(shop):
    assert "Aucun PC n'est au banc" in page(shop)


def test_work_under_way_is_shown_with_all_that_is_known(shop, talker):
    talker.say(shop.workshop, drive(0, fault_count=0), machine="LENOVO X270", asset_tag="RB-9")
    found = tile(page(shop))
    assert found[1] == "work"
    said = words(found)
    for word in ("RB-9", "LENOVO X270", "25 %", "écrit", "104 Mo/s", "encore 84 min", "38 °C"):
        assert word in said
    assert "/d/RB-9" not in found[0]  # no inventory has arrived: there is no page to lead to


@pytest.mark.parametrize(
    ("changes", "tone", "word"),
    [
        ({"paused": True}, "work", "en pause"),
        ({"fault_count": 3}, "bad", "3 erreurs"),
        ({"ending": "failed"}, "bad", "échec"),
        ({"ending": "interrupted"}, "bad", "interrompu"),
        ({"ending": "refused"}, "warn", "refusé"),
        ({"ending": "completed"}, "work", "attend le verdict"),
        ({"steps": 0, "action": None}, "work", "se prépare"),
        ({"action": "something_new"}, "work", "se prépare"),
        ({"bytes_total": 0}, "work", "…"),
        ({"step": 2, "bytes_done": 2**60}, "work", "99 %"),
        ({"model": None, "serial": None}, "work", "/dev/sda"),
        ({"model": "<script>alert(1)</script>"}, "work", "alert(1)"),
    ],
)
def test_each_state_of_a_drive_has_its_word_and_tone(shop, talker, changes, tone, word):
    talker.say(shop.workshop, drive(0, **changes))
    text = page(shop)
    assert "<script>alert" not in text
    assert (tile(text)[1], word in words(tile(text))) == (tone, True)


def test_what_the_agent_calls_done_is_good_only_by_the_servers_verdict(shop, talker):
    facts = laptop("PF0BENCH")
    stick = talker.stick
    inventory = receipt(send(shop.workshop, stick.inventory(facts)))
    talker.run = stick.run
    done = drive(0, serial=facts.drives[0].identity.serial, ending="completed")
    talker.say(shop.workshop, done)
    assert tile(page(shop))[1] == "work"
    send(shop.workshop, stick.erasure(facts.drives[0]))
    found = tile(page(shop))
    assert found[1] == "good"
    assert "effacé (Clear), vérifié" in words(found)
    assert f'href="/d/{inventory.device}"' in found[0]


def test_who_waits_for_a_person_and_who_fell_silent_is_said(shop, talker):
    talker.say(shop.workshop, needs="Ouvrez et fermez l'écran")
    text = page(shop)
    assert tile(text)[1] == "warn"
    assert "1 attend quelqu'un" in text.replace("&#39;", "'")
    later = tile(page(shop, later=timedelta(seconds=45)))
    assert "silencieux depuis 45 s" in words(later)
    assert "Aucun PC" in page(shop, later=timedelta(minutes=3))


def test_an_older_word_that_comes_late_changes_nothing(shop, talker):
    first = talker.word(drive(0, bytes_done=0))
    talker.say(shop.workshop, drive(0))
    with shop.workshop.work(NOBODY, NOON) as work:
        hear(work, *first)
    assert "25 %" in words(tile(page(shop)))


@pytest.mark.browser
def test_tiles_come_change_and_go_by_themselves_and_the_focus_stays(tmp_path):
    with browser() as chromium, served(tmp_path) as (found, base):
        workshop = found.workshop
        sticks = [enrolled(workshop, f"clé {n}") for n in range(3)]
        talkers = [Talker(stick=one, server_key=workshop.server_key) for one in sticks]
        page, complaints = enter(chromium, base, "technician")
        page.goto("/banc")
        for number, one in enumerate(talkers):
            one.say(workshop, drive(0), asset_tag=f"RB-{number}")
        expect(page.locator(".tile")).to_have_count(3)
        page.get_by_role("link", name="Aller au contenu").focus()
        talkers[1].say(workshop, drive(0, bytes_done=500 * 2**30), asset_tag="RB-1")
        expect(page.locator(".tile").nth(1)).to_contain_text("50 %")
        expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        assert complaints == []
        page.context.close()
