"""The screens of intake: lots, imports with a trial, the one box, many tags, exports that come back."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from screens import logged_in, opened

from rebond_server.domain.role import Role
from rebond_server.store.device import Device
from rebond_server.store.intake import Intake, ListedItem

FILES = Path(__file__).parents[1] / "intake"
ANNEX = (FILES / "annexe-amp-2021.csv").read_bytes()
CAME = (FILES / "recus-amp-2021.csv").read_bytes()


@pytest.fixture
def shop(scratch):
    with opened(scratch) as found:
        yield found


@pytest.fixture
def lead(shop):
    return logged_in(shop.app, Role.LEAD)


def post(lead, path, **fields):
    browser, token = lead
    return browser.post(path, data={"csrf_token": token} | fields)


def amp(lead):
    answer = post(
        lead, "/lots", code="amp", name="Matériel amorti", kind="annex", regime="cg3p",
        publics="student, family", qpv="yes", unit_value="300", acquired="2016-01-01",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    return answer


def tried(lead, path, raw, name="liste.csv"):
    answer = post(lead, path, file=(BytesIO(raw), name))
    assert answer.status_code == 200, answer.text
    return answer, re.search(r'action="(/lots/(?:annexe|appareils)/[0-9a-f-]{36})"', answer.text)[1]


def test_the_annex_from_file_to_reconciliation(shop, lead):
    amp(lead)
    answer, apply = tried(lead, "/lots/amp/annexe", ANNEX)
    assert "CG3P L3212-2 et L3212-3" in answer.text
    assert answer.text.index(">101<") < answer.text.index(">2<")  # what is blocked comes first
    with shop.workshop.make() as session:
        assert session.query(ListedItem).count() == 0
    assert "657 nouvelle(s)" in lead[0].get(post(lead, apply, lines="all").location).text
    _, apply = tried(lead, "/lots/amp/annexe", ANNEX)
    assert "657 déjà là" in lead[0].get(post(lead, apply, lines="all").location).text
    _, apply = tried(lead, "/lots/amp/appareils", CAME, "reçus.csv")
    post(lead, apply, lines="all")
    page = lead[0].get("/lots/amp").text
    assert "manquant (3)" in page
    assert "imprévu (2)" in page
    missing = lead[0].get("/lots/amp?situation=missing").text
    assert "AMP-00010" in missing
    assert "AMP-00011" not in missing
    blocked = lead[0].get("/lots/amp?situation=blocked").text
    assert "AMP-00100" in blocked
    assert "340" in blocked
    assert "Matériel amorti" in lead[0].get("/lots").text


def test_exports_come_back_as_what_is_known(lead):
    amp(lead)
    for path, raw in (("/lots/amp/annexe", ANNEX), ("/lots/amp/appareils", CAME)):
        post(lead, tried(lead, path, raw)[1], lines="all")
    annex = lead[0].get("/lots/amp/annexe.csv").data
    trial, apply = tried(lead, "/lots/amp/annexe", annex)
    again = post(lead, apply, lines="good")
    assert "0 nouvelle(s), 0 changée(s), 657 déjà là" in lead[0].get(again.location).text
    screens = lead[0].get("/appareils.csv?kind=screen&text=DELL").data
    assert screens.startswith(b"\xef\xbb\xbf")
    assert len(screens.splitlines()) == 1 + 100
    _, apply = tried(lead, "/lots/amp/appareils", screens)
    again = post(lead, apply, lines="all")
    assert "0 nouvelle(s), 0 changée(s), 100 déjà là" in lead[0].get(again.location).text
    assert trial.status_code == 200


def test_one_box_takes_labels_serials_and_imeis(shop, lead):
    amp(lead)
    assert "RB-" in lead[0].get(post(lead, "/entree/etiquettes", count="3").location).text
    with shop.workshop.make() as session:
        from rebond_server.store.intake import AssetTag  # noqa: PLC0415 - only here

        printed = [label.tag for label in session.query(AssetTag).order_by(AssetTag.tag)]
    for scan, kind in (
        (printed[0], "screen"),
        (f"http://localhost/d/{printed[1]}", "laptop"),
        ("490154203237518", "smartphone"),
        ("SN-77-XYZ", "desktop"),
    ):
        answer = post(lead, "/entree", scan=scan, kind=kind, lot="amp")
        assert answer.status_code == 303, answer.text
        assert f"kind={kind}" in answer.location
    with shop.workshop.make() as session:
        assert session.query(Device).filter(Device.tag.in_(printed)).count() == 2
        assert session.query(Intake).filter_by(imei="490154203237518").count() == 1
        assert session.query(Device).filter_by(serial="SN-77-XYZ").one().tag not in printed
        assert {label.device_id is None for label in session.query(AssetTag)} == {True, False}


REFUSED = (
    ({"scan": "490154203237519", "kind": "smartphone"}, "le dernier chiffre devrait être 8"),
    ({"kind": "screen", "imei": "490154203237518"}, "Un IMEI ne va qu"),
    ({"kind": "toaster"}, "toaster"),
    ({"kind": "tablet", "battery": "120"}, "0 à 100"),
    ({"kind": "screen", "lot": "nowhere"}, "nowhere"),
    ({"kind": "screen", "lot": "amp", "point": "Ici"}, "Point de collecte"),
    ({"kind": "screen", "scan": "http://x/d/é"}, "Étiquette"),
)


def test_a_refusal_stays_beside_what_was_typed(shop, lead):
    amp(lead)
    for fields, said in REFUSED:
        answer = post(lead, "/entree", model="modèle tapé", **fields)
        assert answer.status_code == 422, fields
        assert said in answer.text
        assert "modèle tapé" in answer.text
    with shop.workshop.make() as session:
        assert session.query(Intake).count() == 0


def test_the_page_of_a_phone_shows_what_was_noted(shop, lead):
    amp(lead)
    answer = post(
        lead,
        "/entree",
        scan="490154203237518",
        kind="smartphone",
        lock="oui",
        battery="71",
        lot="amp",
    )
    assert answer.status_code == 303
    found = lead[0].get("/chercher?q=490154203237518")
    page = lead[0].get(found.location).text
    assert "490154203237518" in page
    assert "Noté à l" in page
    assert ">71<" in page
    with shop.workshop.make() as session:
        assert session.query(Intake).one().activation_lock is True


def test_many_tags_with_a_result_each(shop, lead):
    for code, kind, parent in (("S1", "site", ""), ("P1", "pallet", "S1")):
        assert post(lead, "/lieux", code=code, kind=kind, name="", parent=parent).status_code == 303
    one, two = shop.tags["examined"], shop.tags["wiped3"]
    answer = post(lead, "/ensemble", action="move", goal="p1", tags=f"{one}\n{two};RB-404 <b>")
    assert answer.text.count("✓") == 2
    assert "Aucun appareil ne porte cette étiquette" in answer.text
    assert "&lt;b&gt;" in answer.text.lower()
    assert re.search(r"P1.*?>2<", lead[0].get("/lieux").text, re.DOTALL)
    held = post(lead, "/ensemble", action="hold", goal="écran fendu", tags=one)
    assert "✓" in held.text
    nothing = post(lead, "/ensemble", action="hold", goal="", tags=two)
    assert "Donnez une raison" in nothing.text
    smaller = post(lead, "/lieux", code="R1", kind="room", name="", parent="P1")
    assert "trop petit" in smaller.text


def test_hostile_files_are_refused_without_a_fault(lead):
    amp(lead)
    for raw in (b"", b"PK\x03\x04x", b"a;b\r\n1;2", b"Genre\r\n<script>alert(1)</script>"):
        answer = post(lead, "/lots/amp/annexe", file=(BytesIO(raw), "x.csv"))
        assert answer.status_code in {200, 409, 422}, answer.text
        assert "<script>alert" not in answer.text
    assert post(lead, "/lots/amp/annexe").status_code == 422
    odd = post(lead, "/lots", code="a/b", name="", kind="annex", regime="cg3p")
    assert odd.status_code == 422


def test_a_person_gives_without_a_name(lead):
    named = post(lead, "/lots/donateurs", code="p1", kind="person", name="Jeanne Martin")
    assert named.status_code == 422
    assert post(lead, "/lots/donateurs", code="p1", kind="person").status_code == 303
    made = post(
        lead, "/lots/conventions", number="CP-1", title="Essai", signed="2026-01-31",
        ends="2027-08-31", parties="A\nB", duties="rendre compte",
    )  # fmt: skip
    assert made.status_code == 303
    post(
        lead, "/lots", code="c1", name="Collecte", kind="campaign", regime="private", donor="p1",
        agreement="CP-1", points="Quatuor\nClip", population="9600", resale="yes",
    )  # fmt: skip
    page = lead[0].get("/lots/c1").text
    assert "28/02/2027" in page  # six months before 31 August, on a day that exists
    assert "prix solidaire permis" in page
    assert "Clip, Quatuor" in page
