"""CHL 009-10024/21/BM, from the annex to the report: 455 computers and 202 screens, no resale, QPV only."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest
from office import opened, told

FILES = Path(__file__).parents[1] / "intake"
DECISION = "CHL 009-10024/21/BM"
PLACES = {
    "ct1": ("frais-vallon", "plan-d-aou"),
    "ct2": ("aix-en-provence", "pertuis", "gardanne"),
    "ct3": ("salon-de-provence",),
    "ct6": ("martigues", "port-de-bouc"),
}
OPERATORS = {"ct1": "IFAC", "ct2": "Anonymal", "ct3": "Anonymal", "ct6": "Point Formation"}
FUNDING = {"ct1": "20 000 €", "ct2": "24 500 €", "ct3": "21 500 €", "ct6": "6 000 €"}


@pytest.fixture
def office(scratch):
    with opened(scratch, 2021, 9, 1) as found:
        annex(found)
        programmes(found)
        yield found


def annex(office):
    office.post("lead", "/lots/conventions", number=DECISION, title="Fabrique Inclusive Numérique",
                signed="2021-06-04", parties="Métropole Aix-Marseille-Provence\nAnonymal")  # fmt: skip
    office.post("lead", "/lots/donateurs", code="amp", kind="public_body", name="Métropole AMP")
    office.post("lead", "/lots", code="amp", name="Matériel amorti", kind="annex", regime="cg3p",
                agreement=DECISION, donor="amp", unit_value="300", publics="student family",
                qpv="yes", erasure="purge")  # fmt: skip
    office.bring_in("amp", (FILES / "annexe-amp-2021.csv").read_bytes(), "annexe")
    office.bring_in("amp", (FILES / "recus-amp-2021.csv").read_bytes())


def programmes(office):
    office.post("officer", "/dispositifs/territoires", place="amp")
    for council, towns in PLACES.items():
        office.post("officer", "/dispositifs/territoires", place=council, parent="amp")
        for town in towns:
            office.post("officer", "/dispositifs/territoires", place=town, parent=council)
        office.post("officer", "/dispositifs", code=f"fabrique-{council}", tier="1",
                    name=f"Fabrique Inclusive {council.upper()}", operator=OPERATORS[council],
                    category="school_support_association", agreement=DECISION,
                    territories=", ".join(towns), publics="student family",
                    funding=FUNDING[council])  # fmt: skip
        office.post("officer", "/organismes", code=f"asso-{council}", name=f"Soutien {council}",
                    category="school_support_association", territory=towns[0])  # fmt: skip


def computers(office, count):
    """Take the first computers with a number of their own through the wipe; return their serials."""
    text = (FILES / "recus-amp-2021.csv").read_text("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if "cran" not in row["Genre"]]
    known = [row for row in rows if row["Numéro de série"].startswith("PF")][:count]
    for row in known:
        office.process(row["Numéro de série"], row["Modèle"], row["Marque"], purge=True)
    return [row["Numéro de série"] for row in known]


def test_where_each_of_the_657_went(office):
    serials = computers(office, 24)
    office.bulk("tech", "confirm", office.tags(state="wiped"), "fait")
    screens = office.tags(kind="screen")
    office.bulk("tech", "examine", screens, "B testé")
    assert len(screens) >= 200

    requests(office)
    page = office.plan()
    assert "quartiers prioritaires" in page  # the request without QPV gets nothing, and is told why
    for council in PLACES:
        assert office.hand_over(f"D-{council}")
        assert office.hand_over(f"E-{council}")
    assert office.hand_over("D-payant") is None
    assert office.hand_over("D-hors-qpv") is None

    rows = office.report("officer", f"/bilans/{lot_id(office)}/annexe")
    announced = [row for row in rows if row["Ligne"]]
    assert len(announced) == 657
    assert Counter(row["Annexe"] for row in announced)["annoncé, non reçu"] == 3
    given = [row for row in rows if row["Devenir"] == "remis"]
    assert len(given) == 4 * (6 + 10)
    assert {row["Décision"] for row in rows} == {DECISION}
    assert Counter(row["Territoire"] for row in given) == {
        towns[0]: 16 for towns in PLACES.values()
    }
    assert all(row["Données"] == "effacement prouvé" for row in given if row["Genre"] != "écran")
    proof = office.get("officer", f"/bilans/{lot_id(office)}")
    assert "aucune remise payante n'est enregistrée" in proof
    assert f"dont {len(given)} par un dispositif gratuit et 0 par un dispositif payant" in proof
    assert len(serials) == 24
    clicked(office, "/dispositifs/fabrique-ct2")
    steering = office.raw("officer", "/dispositifs/fabrique-ct2/suivi.pdf")
    assert steering.startswith(b"%PDF")


def clicked(office, path):
    """Follow each figure of a programme to its devices: as many as it said, no hidden count told."""
    page = office.get("officer", path)
    figures = re.findall(rf'href="({path}/remis[^"]*)">(\d+)<', page)
    assert {"kind", "month", "public"} <= set(re.findall(r"[?&](\w+)=", str(figures)))
    for link, count in figures:
        assert office.get("officer", link).count('class="tag"') == int(count), link
    office.get("officer", f"{path}/remis?public=nobody", 404)
    office.get("officer", f"{path}/remis?public=student&kind=screen", 404)


def requests(office):
    for council, towns in PLACES.items():
        office.post("officer", "/demandes", code=f"D-{council}", quantity="6", qpv="yes",
                    programme=f"fabrique-{council}", organisation=f"asso-{council}",
                    public="family", territory=towns[0], kinds=["laptop", "desktop"])  # fmt: skip
        office.post("officer", "/demandes", code=f"E-{council}", quantity="10", qpv="yes",
                    programme=f"fabrique-{council}", organisation=f"asso-{council}",
                    public="student", territory=towns[0], kinds="screen")  # fmt: skip
    office.post("officer", "/demandes", code="D-hors-qpv", quantity="5", qpv="no",
                programme="fabrique-ct2", organisation="asso-ct2", public="family",
                kinds="laptop")  # fmt: skip
    office.post("officer", "/dispositifs", code="vente", name="Vente solidaire", operator="Anonymal",
                tier="1", category="general_interest_association", price__laptop="80")  # fmt: skip
    office.post("officer", "/demandes", code="D-payant", quantity="5", qpv="yes", programme="vente",
                organisation="asso-ct2", public="family", kinds="laptop")  # fmt: skip


def test_an_item_over_300_euros_is_named_and_never_given(office):
    page = office.get("lead", "/lots/amp?situation=blocked")
    assert "CG3P L3212-2 et L3212-3" in page
    tag = re.search(r"RB-\d{6}", page.partition("bloqué")[2])
    assert tag is not None, told(page)


def lot_id(office):
    return re.search(r"/bilans/([0-9a-f-]{36})", office.get("officer", "/bilans"))[1]
