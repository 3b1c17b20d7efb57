"""The lead's page of sticks: a code to scan, six words to compare, quarantine, files of a stick; policies."""

import io
import re
from uuid import uuid4

import pytest
from agents import Direct, agent_stick
from bench import another, enrolled, send
from moments import NOON, later
from screens import application, logged_in, people, token_of

from rebond_agent.delivery.enrolment import enrol, link
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_schemas.statement import Agent, Clock, Evidence, Inspection
from rebond_server.app import join
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.doubt import LASTS
from rebond_server.operations.erasure_policy import policy_in_force
from rebond_server.operations.tls import make_certificate
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device
from rebond_server.store.stick import Doubt, StatementRow
from rebond_server.web.stick import _shown


@pytest.fixture
def browser(sqlite_workshop):
    people(sqlite_workshop)
    app = application(sqlite_workshop)
    found, token = logged_in(app, Role.LEAD)

    def post(address, **fields):
        data = {"csrf_token": token} | fields
        return found.post(address, data=data, follow_redirects=True)

    found.send = post
    return found


def count(workshop, table):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(table).count()


def code_on(page):
    return re.search(rb'class="once">([A-Z0-9]{5}) ([A-Z0-9]{5})<', page)


def test_a_code_once_then_the_six_words_of_the_stick(sqlite_workshop, browser, tmp_path):
    page = browser.send("/cles/code").data
    code = b"".join(code_on(page).groups()).decode()
    assert b"data:image/svg+xml" in page
    assert code_on(browser.get("/cles").data) is None, "shown once"
    server = Direct(sqlite_workshop)
    found = enrol(tmp_path, server, code=code, name="clé bleue", language="fr", disk=Durable())
    words = " ".join(found.words).encode()
    assert words in browser.get("/cles").data
    assert words in browser.get("/cles/attente").data
    page = browser.send(f"/cles/{found.stick.settings.stick}/mots").data
    assert "Les mots sont les mêmes" in page.decode()
    assert words not in browser.get("/cles/attente").data


def test_the_scanned_text_of_a_server_with_its_own_authority_is_what_the_agent_reads(
    sqlite_workshop, scratch
):
    url = str(sqlite_workshop.engine.url)
    config = Config(var=scratch / "var", database_url=url, public_url="https://atelier.example")
    made = make_certificate(config, "Atelier", [], NOON)
    app = join(config, sqlite_workshop, lambda: NOON)
    with app.app_context():
        shown = _shown("ABCDE12345")
    assert shown.fingerprint == made.fingerprint
    text = f"https://atelier.example/cles#ABCDE12345.{made.fingerprint}"
    assert link(text, None, None).fingerprint == made.fingerprint
    assert app.test_client().get("/api/v1/authority").data == config.own_authority.read_bytes()


def test_a_copied_stick_is_shown_and_ruled(sqlite_workshop, browser):
    stick = enrolled(sqlite_workshop, "clé jaune")
    send(sqlite_workshop, stick.inventory())
    copy = type(stick)(**vars(stick))
    send(sqlite_workshop, stick.boot().inventory(another(1)))
    doubted = copy.boot().inventory(another(2))
    send(sqlite_workshop, doubted)
    assert "1 relevé est en quarantaine." in browser.get("/").data.decode().replace("\xa0", " ")
    page = browser.get("/cles").data.decode()
    assert "copiée\xa0?" in page
    assert "PF000002" in page, "what it speaks of"
    one = str(doubted.statement.id)
    refused = browser.send("/cles/quarantaine", statement=one, decision="accepted", reason="")
    assert "Donnez une raison" in refused.data.decode()
    told = browser.send("/cles/quarantaine", statement=one, decision="accepted", reason="vu")
    assert "1 relevés acceptés" in told.data.decode()
    assert count(sqlite_workshop, Device) == 3
    browser.send(f"/cles/{stick.id}/confiance", reason="la copie est détruite")
    assert "copiée\xa0?" not in browser.get("/cles").data.decode()


def test_a_stick_whose_year_is_over_is_renewed_on_screen(sqlite_workshop, browser):
    stick = enrolled(sqlite_workshop, "clé de l'an dernier", NOON - LASTS)
    send(sqlite_workshop, stick.inventory())
    page = browser.get("/cles").data.decode()
    assert "à renouveler" in page
    assert "la clé n&#39;a pas été renouvelée depuis un an" in page
    told = browser.send(f"/cles/{stick.id}/renouveler").data.decode()
    assert "1 relevés en attente comptent maintenant" in told
    assert "à renouveler" not in told
    assert count(sqlite_workshop, Device) == 1


def test_a_stolen_stick_and_what_it_said_since(sqlite_workshop, browser):
    stick = enrolled(sqlite_workshop)
    send(sqlite_workshop, stick.inventory(), later(1))
    page = browser.send(f"/cles/{stick.id}/revoquer", reason="volée", since="2026-11-20")
    assert "1 relevés sont en quarantaine" in page.data.decode()
    bad = browser.send(f"/cles/{stick.id}/revoquer", reason="volée", since="hier")
    assert bad.status_code == 422
    assert count(sqlite_workshop, Doubt) == 1


def test_files_of_a_stick_come_through_the_browser_once(sqlite_workshop, browser, tmp_path):
    stick = agent_stick(sqlite_workshop, tmp_path / "stick")
    with opened(stick) as outbox:
        for _ in range(3):
            outbox.put(lambda place: big(stick, place))
    files = sorted((stick.folder / "outbox").glob("*.statement"))
    assert sum(path.stat().st_size for path in files) > 2_300_000, "more than any other form takes"

    def chosen(*more):
        return [*((io.BytesIO(path.read_bytes()), path.name) for path in files), *more]

    page = browser.send("/cles/releves", files=chosen((io.BytesIO(b"photo"), "a.jpg")))
    assert "3 relevés reçus, 0 déjà connus, 1 refusés" in page.data.decode()
    assert "a.jpg" in page.data.decode()
    again = browser.send("/cles/releves", files=chosen())
    assert "0 relevés reçus, 3 déjà connus, 0 refusés" in again.data.decode()
    assert count(sqlite_workshop, StatementRow) == 3
    assert browser.send("/cles/releves").status_code == 422
    stranger = browser.application.test_client()
    token = token_of(stranger.get("/connexion").data)
    data = {"csrf_token": token, "files": (io.BytesIO(b"x" * 3_000_000), "a.statement")}
    assert stranger.post("/cles/releves", data=data).status_code == 413, "not from just anybody"


def big(stick, place):
    evidence = tuple(
        Evidence(name=f"e{n}", command=(), outcome="ok", content=b"\xfe" * 200_000,
                 size_bytes=1, sha256="0" * 64)
        for n in range(4)
    )  # fmt: skip
    return Inspection(
        format=1, id=uuid4(), run=uuid4(), site=stick.settings.site, stick=stick.settings.stick,
        sequence=place.sequence, previous=place.previous,
        made=Clock(wall=NOON, monotonic_ns=1, boot_id="b"),
        agent=Agent(name="rebond-agent", version="0"), checks=(), evidence=evidence,
    )  # fmt: skip


def test_policies_are_set_on_screen(sqlite_workshop, browser):
    fields = {
        "level": "purge",
        "sample_percent": "12,5",
        "never_firmware": "Bridge X\n\nOther",
        "admit_ieee": "yes",
    }
    page = browser.send("/effacement", **fields).data.decode()
    assert "Enregistré" in page
    assert "Bridge X" in page
    with sqlite_workshop.work(NOBODY, NOON, reading=True) as work:
        policy, unattended = policy_in_force(work, None)
    assert (policy.level.value, policy.sample_percent, policy.admit_ieee) == ("purge", 12.5, True)
    assert policy.never_firmware == ("Bridge X", "Other")
    assert not policy.firmware
    assert not unattended
    for bad in ({"sample_percent": "0"}, {"sample_percent": "beaucoup"}, {"level": "magic"}):
        assert browser.send("/effacement", **(fields | bad)).status_code == 422
    assert browser.get("/effacement?lot=NOPE").status_code == 404


def test_the_state_of_the_benches_is_json(browser):
    answer = browser.get("/banc/etat")
    assert answer.json["benches"] == []
    assert answer.headers["Cache-Control"] == "no-store"
