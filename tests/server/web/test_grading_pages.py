"""What would lift a device, the repair plan, and rules that are tried, adopted and applied."""

import html
import io
import re
import tomllib

import pytest
from moments import NOON
from screens import logged_in, opened

from rebond_server.domain.part import PartKind, Spec
from rebond_server.domain.role import Role
from rebond_server.operations.parts import add_parts
from rebond_server.operations.work import command_line
from rebond_server.rules.load import DRIVE_HEALTH, GRADING, MARKS, rule_text
from rebond_server.store.rule_set import RuleSetRow
from rebond_server.web.typography import bound

STRICT = (
    rule_text(GRADING)
    .replace("value = 7600", "value = 15200")
    .replace('version = "2026-11b"', 'version = "strict"')
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("grading")) as found:
        with found.workshop.work(command_line(Role.LEAD), NOON) as work:
            spec = Spec(type="DDR4", form="SODIMM", size=8192)
            add_parts(work, PartKind.MEMORY, spec, "Étagère 3", 2)
        yield found


@pytest.fixture(scope="module")
def lead(shop):
    return logged_in(shop.app, Role.LEAD)


def adopted(shop):
    with shop.workshop.make() as session:
        return session.query(RuleSetRow).count()


def test_every_device_says_what_would_lift_it(shop, lead):
    for tag in shop.tags.values():
        answer = lead[0].get(f"/d/{tag}/ameliorer")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
    text = lead[0].get(f"/d/{shop.tags['wiped3']}/ameliorer").text
    assert "Windows 11" in text
    assert "2022-190" in text
    assert f"/d/{shop.tags['wiped3']}/ameliorer" in lead[0].get(f"/d/{shop.tags['wiped3']}").text
    assert lead[0].get("/d/RB-NONE/ameliorer").status_code == 404


def test_the_repair_plan_is_the_leads(shop, lead):
    text = lead[0].get("/reparer").text
    assert "appareils améliorés" in text
    technician = logged_in(shop.app, Role.TECHNICIAN)
    assert technician[0].get("/reparer").status_code == 403
    assert technician[0].get("/regles").status_code == 403


def test_rules_are_tried_without_writing(shop, lead):
    client, token = lead
    assert "grading-rebond" in client.get("/regles").text
    assert "PassMark" in client.get(f"/regles?jeu={MARKS}").text
    assert client.get("/regles?jeu=../secret").status_code == 422
    answer = client.post("/regles/essayer", data={"csrf_token": token, "text": STRICT})
    assert re.search(r"Effet sur le stock\xa0: [1-9]\d* appareils sur \d+", answer.text)
    assert adopted(shop) == 0


def test_every_rule_in_force_is_read_with_what_follows_and_its_source(shop, lead):
    """French sources on French screens, English ones on English; drives as well as grades."""
    client, _ = lead
    rules = {
        r["id"]: r for n in (GRADING, DRIVE_HEALTH) for r in tomllib.loads(rule_text(n))["rule"]
    }
    french = html.unescape(client.get("/regles").text)
    other, _ = logged_in(shop.app, Role.LEAD)
    other.set_cookie("rebond_language", "en")
    english = html.unescape(other.get("/regles").text)
    for rule in rules.values():
        assert bound(rule["fr"]) in french
        assert bound(rule["source"]) in french
        assert rule["en"] in english
        assert rule.get("source_en", rule["source"]) in english
    table = french.partition("<textarea")[0]
    assert rules["D7"]["source_en"] not in table
    assert rules["F10"]["source_en"] not in table
    assert "défaillant" in table
    assert "Lire les" in table


def test_rules_of_drive_health_are_tried_too(shop, lead):
    client, token = lead
    text = rule_text(DRIVE_HEALTH)
    assert "D21c" in client.get(f"/regles?jeu={DRIVE_HEALTH}").text
    answer = client.post("/regles/essayer", data={"csrf_token": token, "text": text})
    assert "Effet sur le stock\xa0: 0 appareils sur" in answer.text
    whole = text + "".join(f"# a line of the workshop's own, {n}\n" for n in range(1000))
    cut = client.post("/regles/essayer", data={"csrf_token": token, "text": whole + "x"})
    assert f"Ligne {whole.count(chr(10)) + 1}" in cut.text  # read to its very end
    large = client.post("/regles/essayer", data={"csrf_token": token, "text": text * 9})
    assert "trop grand" in large.text
    file = (io.BytesIO(b"# caf\xe9\n"), "regles.toml")
    refused = client.post("/regles/essayer", data={"csrf_token": token, "file": file})
    assert refused.status_code == 422
    assert "Ligne 1" in refused.text
    assert adopted(shop) == 0


def test_what_is_to_be_settled_shows_only_what_there_is(lead, tmp_path):
    full = html.unescape(lead[0].get("/file/a-trancher").text)
    sections = full.split('<section class="sheet"')[1:]
    assert sections
    for section in sections:
        assert section.count("<tr>") >= 2, section
    assert "Rien à trancher" not in full
    with opened(tmp_path, filled=False) as empty:
        client, _ = logged_in(empty.app, Role.LEAD)
        page = html.unescape(client.get("/file/a-trancher").text)
    assert page.count('<section class="sheet"') == 1
    assert "<table" not in page
    assert "Rien à trancher. Regardé\xa0: Disques à examiner" in page


def test_a_typo_is_refused_with_its_line(lead):
    client, token = lead
    wrong = STRICT.replace('fact = "kind"', 'fact = "knid"')
    answer = client.post("/regles/essayer", data={"csrf_token": token, "text": wrong})
    assert answer.status_code == 422
    assert "knid" in answer.text
    assert "Ligne" in answer.text


def test_a_file_is_adopted_with_date_and_reason_and_grades_again(shop, lead):
    client, token = lead
    data = {"csrf_token": token, "since": NOON.date().isoformat(), "reason": "essai"}
    no_reason = data | {"reason": "", "text": STRICT}
    assert client.post("/regles/adopter", data=no_reason).status_code == 422
    file = (io.BytesIO(STRICT.encode()), "regles.toml")
    answer = client.post("/regles/adopter", data=data | {"file": file}, follow_redirects=True)
    assert "Les règles sont adoptées" in answer.text
    assert "strict" in answer.text
    assert adopted(shop) == 1
    again = client.post("/regles/reclasser", data={"csrf_token": token}, follow_redirects=True)
    assert "catégories recalculées" in again.text


def test_the_script_of_the_page_is_told_how_far_the_grades_are(lead):
    client, token = lead
    data = {"csrf_token": token, "since": NOON.date().isoformat(), "reason": "essai"}
    other = STRICT.replace('version = "strict"', 'version = "other"')
    client.post("/regles/adopter", data=data | {"text": other})
    asked = {"csrf_token": token, "after": "", "count": "1"}
    json = {"Accept": "application/json"}
    first = client.post("/regles/reclasser", data=asked, headers=json).json
    assert first["whole"] == first["graded"] > 0
    assert 0 <= first["changed"] <= first["graded"]
    assert first["next"] is None
    again = client.post("/regles/reclasser", data=asked, headers=json).json
    assert again == {"graded": 0, "changed": 0, "whole": 0, "next": None}
