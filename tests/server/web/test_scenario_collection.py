"""CP-2021-0668, from the files to the report: collection from 9,600 staff, about 20 % free to Rés'in."""

import re
from pathlib import Path

import pytest
from office import opened

FILES = Path(__file__).parents[1] / "intake"
POINTS = "Hôtel de la Métropole\nHalle Borie\nQuatuor\nClip"


@pytest.fixture
def office(scratch):
    with opened(scratch, 2021, 9, 20) as found:
        yield found


def programmes(office):
    office.post("officer", "/dispositifs/territoires", place="metropole-de-lyon")
    common = {"operator": "Emmaüs Connect", "agreement": "CP-2021-0668",
              "category": "general_interest_association", "territories": "metropole-de-lyon"}  # fmt: skip
    office.post("officer", "/dispositifs", code="resin", name="Réseau Rés'in", tier="2", **common)
    office.post("officer", "/dispositifs", code="solidaire", name="Vente solidaire", tier="1",
                **common, price__laptop="80", price__tablet="40", price__smartphone="30")  # fmt: skip
    office.post("officer", "/dispositifs/parts", lot="collecte", programme="resin", percent="20",
                base="ready", tolerance="1", reserved="resin, solidaire", source="environ 20 %")  # fmt: skip
    office.post("officer", "/organismes", code="mediatheque", name="Médiathèque de Bron",
                category="public_body", territory="metropole-de-lyon")  # fmt: skip
    office.post("officer", "/organismes", code="mdm", name="Maison de la Métropole",
                category="public_body", territory="metropole-de-lyon", prescriber="yes")  # fmt: skip
    kinds = ["laptop", "tablet", "smartphone"]
    office.post("officer", "/demandes", programme="resin", organisation="mediatheque",
                quantity="40", kinds=kinds, code="RESIN")  # fmt: skip
    office.post("officer", "/demandes", programme="solidaire", organisation="mdm", quantity="40",
                prescriber="mdm", kinds=kinds, code="SOLIDAIRE")  # fmt: skip


def test_a_fifth_of_what_is_ready_goes_to_resin_and_the_donor_is_told(office):
    office.post("lead", "/lots/conventions", number="CP-2021-0668", title="Collecte",
                signed="2021-07-05", parties="Métropole de Lyon\nEmmaüs Connect",
                duties="volume et devenir du matériel collecté")  # fmt: skip
    office.post("lead", "/lots/donateurs", code="agents", kind="person")
    office.post("lead", "/lots", code="collecte", name="Collecte des agents", kind="campaign",
                regime="private", agreement="CP-2021-0668", donor="agents", starts="2021-09-20",
                ends="2021-10-08", population="9600", points=POINTS, resale="yes")  # fmt: skip
    office.bring_in("collecte", (FILES / "collecte-2021.csv").read_bytes())
    assert "9 600" in office.get("lead", "/lots/collecte").replace("\u202f", " ")

    serials = [f"COL{number:05}Z" for number in range(0, 60, 5)]
    for serial in serials:
        assert office.process(serial, "Aspire 5", "ACER")
    office.bulk("tech", "confirm", office.tags(kind="laptop"), "fait")
    tablets = office.tags(kind="tablet")
    for who in ("tech", "lead"):
        office.bulk(who, "reset", tablets, "réinitialisée devant moi")
    office.bulk("tech", "examine", tablets, "B testée")
    ready = len(serials) + len(tablets)
    assert ready == 24

    programmes(office)
    page = office.plan()
    assert "Part promise" in page or "promise" in page
    office.hand_over("RESIN")
    office.hand_over("SOLIDAIRE")

    rows = office.report("officer", f"/bilans/{lot_id(office)}/volume")
    whole = rows[-1]
    assert (whole["collectés"], whole["classés"], whole["remis"]) == ("60", "24", "24")
    assert sorted({row["Point de collecte"] for row in rows[:-1]}) == sorted(POINTS.split("\n"))
    page = office.get("officer", f"/bilans/{lot_id(office)}")
    given = {name: int(count) for name, count in released(page)}
    assert given["Réseau Rés'in"] >= 0.2 * ready - 1
    assert sum(given.values()) == ready
    for counted, promised in (
        ("60", "12"),
        ("24", "4,8"),
    ):  # of what was collected, of what is ready
        assert f">{counted}<" in page
        assert promised in page
    assert "La revente à prix solidaire est permise" in page
    pdf = office.raw("officer", f"/bilans/{lot_id(office)}/volume.pdf")
    assert pdf.startswith(b"%PDF")


def lot_id(office):
    return re.search(r"/bilans/([0-9a-f-]{36})", office.get("officer", "/bilans"))[1]


def released(page):
    part = page.partition('id="programmes"')[2].partition("</section>")[0]
    return re.findall(r'<th scope="row">([^<]+)</th><td[^>]*><a[^>]*>(\d+)</a>', part)
