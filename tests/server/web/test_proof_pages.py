"""What people say about drives, and the certificate, on the screens."""

import re

import pytest
from bench import enrolled
from msgspec.structs import replace
from screens import device_id, examined, laptop, logged_in, opened

from rebond_schemas.facts import Facts
from rebond_server.domain.role import Role
from rebond_server.store.proof import CertificateRow


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.fixture(scope="module")
def lead(shop):
    return logged_in(shop.app, Role.LEAD)


@pytest.fixture(scope="module")
def technician(shop):
    return logged_in(shop.app, Role.TECHNICIAN)


def number_of(shop):
    with shop.workshop.make() as session:
        return session.query(CertificateRow).first().number


def test_a_certificate_is_issued_printed_and_checked_by_anybody(shop, lead):
    browser, token = lead
    tag = shop.tags["wiped0"]
    path = f"/d/{device_id(shop.workshop, tag)}/certificat"
    assert browser.post(path, data={"csrf_token": token}).status_code == 303
    number = number_of(shop)
    assert number in browser.get(f"/d/{tag}").text
    paper = browser.get(f"/certificats/{number}.pdf")
    assert paper.data.startswith(b"%PDF")
    stranger = shop.app.test_client()
    shown = stranger.get(f"/c/{number}").text
    assert "en vigueur" in shown
    assert "Niveau Clear" in shown
    assert stranger.get(f"/certificats/{number}.pdf").status_code == 302
    assert "Aucun certificat" in stranger.get("/c/C-NOTHING0").text
    page = stranger.get("/controle.html")
    assert "attachment" in page.headers["Content-Disposition"]
    assert b"Ed25519" in page.data


def test_no_certificate_for_what_is_not_proven(shop, lead):
    browser, token = lead
    path = f"/d/{device_id(shop.workshop, shop.tags['examined'])}/certificat"
    assert browser.post(path, data={"csrf_token": token}).status_code == 409


def test_two_people_say_that_there_is_no_drive(shop, lead, technician):
    facts: Facts = replace(laptop("PF0EMPTY"), drives=(), drives_hidden=False)
    tag = examined(shop.workshop, enrolled(shop.workshop, "clé vide"), facts)
    path = f"/d/{device_id(shop.workshop, tag)}/sans-disque"
    assert "pas de disque" in technician[0].get(f"/d/{tag}").text
    for (browser, token), shown in ((technician, "encore la parole"), (lead, "Deux personnes")):
        data = {"csrf_token": token, "reason": "trappe ouverte"}
        assert browser.post(path, data=data).status_code == 303
        assert shown in browser.get(f"/d/{tag}").text
    assert "effacé" in lead[0].get(f"/d/{tag}").text
    assert shop.workshop is not None


def test_the_lead_draws_and_sees_why_nobody_could_choose(lead, technician):
    browser, token = lead
    refused = technician[0].post("/relectures", data={"csrf_token": technician[1]})
    assert refused.status_code == 403
    data = {"csrf_token": token, "percent": "50"}
    assert browser.post("/relectures", data=data).status_code == 303
    page = browser.get("/relectures").text
    for said in ("attend sa relecture", "Graine", "le même résultat", "personne n'a pu choisir"):
        assert said in page, said
    assert browser.post("/relectures", data=data | {"percent": "abc"}).status_code == 422


def test_a_pulled_drive_is_told_and_two_people_may_say_that_others_erased_it(
    shop, lead, technician
):
    stick, facts = enrolled(shop.workshop, "clé tirée"), laptop("PF0PULLED")
    tag = examined(shop.workshop, stick, facts)
    assert "Disque retiré" not in lead[0].get(f"/d/{tag}").text
    bare: Facts = replace(facts, drives=(), drives_hidden=False)
    assert examined(shop.workshop, stick, bare) == tag
    page = lead[0].get(f"/d/{tag}").text
    for said in ("Disque retiré", "S3YPF0PULLED", "Rien ne prouve encore son effacement"):
        assert said in page, said
    (path,) = re.findall(r'action="(/d/[^"]+/efface-ailleurs)"', page)
    for (browser, token), shown in ((technician, "encore la parole"), (lead, "Deux personnes")):
        data = {"csrf_token": token, "reason": "outil du donateur, le 3 mai"}
        assert browser.post(path, data=data).status_code == 303
        assert shown in browser.get(f"/d/{tag}").text
    assert "outil du donateur" in lead[0].get(f"/d/{tag}").text
