"""Lyon 2022-2027, from the class list to the targets: 19 pupils, kits whole or not at all, 1,000 and 2,000."""

import re

import pytest
from office import opened, told

PAPER = "Communiqué Maria Casarès"
NAMES = [f"Zélie Canari-{number:02}" for number in range(1, 20)]
CLASS = "Nom;Classe;Code\n" + "\n".join(
    f"{name};3e B;MC-{number:02}" for number, name in enumerate(NAMES, start=1)
)


@pytest.fixture
def office(scratch):
    with opened(scratch, 2024, 3, 1) as found:
        stock(found, 23, 5)
        demand(found)
        yield found


def stock(office, laptops, keys):
    office.post("lead", "/lots/conventions", number=PAPER, title="Inclusion numérique",
                ends="2027-12-31")  # fmt: skip
    office.post("lead", "/lots/donateurs", code="reboot", kind="person")
    office.post("lead", "/lots", code="reboot", name="Reboot'", kind="campaign", regime="private",
                agreement=PAPER, donor="reboot",
                points="Métropole\nVille de Lyon\nCAF\nPréfecture\nFrance Travail")  # fmt: skip
    office.bring_in("reboot", ("Genre;Marque\n" + "clé 4G;Huawei\n" * keys).encode())
    tags = [office.process(f"PFR{number:04}") for number in range(laptops)]
    office.bulk("lead", "lot", tags, "reboot")
    office.bulk("tech", "confirm", tags, "fait")
    office.bulk("tech", "examine", office.tags(kind="key_4g"), "B testée")


def demand(office):
    office.post("officer", "/dispositifs/territoires", place="lyon")
    office.post("officer", "/dispositifs", code="jeunes", name="PC portables pour les jeunes",
                operator="Weeefund", agreement=PAPER, tier="1", kinds=["laptop", "convertible"],
                publics="collegien scholarship_student rsj", target="1000",
                target_ends="2027-12-31", funding="marché de 700 000 € sur quatre ans")  # fmt: skip
    office.post("officer", "/dispositifs", code="kits", name="Kits inclusifs", publics="family",
                operator="Emmaüs Connect", agreement=PAPER, tier="1", target="2000",
                target_ends="2027-12-31", target_kinds="key_4g",
                proofs="training_booked")  # fmt: skip
    office.post("officer", "/organismes", code="casares", name="Collège Maria Casarès",
                category="public_body", prescriber="yes")  # fmt: skip
    office.post("officer", "/organismes", code="ccas", name="CCAS de Lyon", prescriber="yes",
                category="public_body")  # fmt: skip
    for count, public in ((200, "collegien"), (150, "rsj"), (150, "scholarship_student")):
        office.post("officer", "/dispositifs/jeunes/reprises", kind="laptop", count=str(count),
                    public=public, ends="2024-02-29", source="communiqué : en deux ans")  # fmt: skip
    office.post("officer", "/dispositifs/kits/reprises", kind="key_4g", count="84",
                public="family", ends="2022-12-31", source="communiqué : 84 familles")  # fmt: skip


def test_nineteen_pupils_through_their_principal(office):
    answer = office.post("officer", "/demandes/liste", programme="jeunes", organisation="casares",
                         prescriber="casares", public="collegien", kinds="laptop", code="CASARES",
                         file=("3eB.csv", CLASS.encode()))  # fmt: skip
    page = office.get("officer", answer.location)
    assert "Colonnes non lues et non gardées\xa0: Nom, Classe" in page
    assert "19 lignes, par code" in page
    assert "Canari" not in page
    office.plan()
    page = office.get("officer", answer.location)
    ids = re.findall(r'name="device" value="([0-9a-f-]{36})"', page)
    assert len(ids) == 19
    names = {f"name__{device}": NAMES[at] for at, device in enumerate(ids)}
    sheet = office.post("officer", f"{answer.location}/remettre", device=ids,
                        **{key.replace("name__", "name-"): value for key, value in names.items()})  # fmt: skip
    assert "Zélie Canari-19" in office.get("officer", sheet.location)
    assert "Canari" not in office.get("lead", sheet.location)
    page = office.get("officer", answer.location)
    assert len(re.findall(r"MC-\d\d</span> → <a", page)) == 19
    pdf = office.raw("officer", f"{sheet.location}/fiche.pdf")
    assert pdf.startswith(b"%PDF")
    rows = office.report("officer", "/bilans/objectifs")
    (line,) = [row for row in rows if row["Objectif"] == "1000"]
    assert (line["Atteint"], line["Reste"]) == ("519", "481")
    assert line["Pour le"] == "31/12/2027"


def test_a_kit_leaves_whole_or_not_at_all(office):
    office.post("officer", "/demandes", programme="kits", organisation="ccas", prescriber="ccas",
                quantity="6", public="family", qpv="yes", kinds=["laptop", "desktop"],
                **{"with-key_4g": "yes"}, code="KITS")  # fmt: skip
    office.post("officer", "/plan")
    assert "place en formation réservée" in office.get("officer", "/plan")  # no training, no kit
    path = office.request("KITS")
    office.post("officer", f"{path}/vu", name="training_booked", place="Centre social")
    page = office.plan()
    assert "5 sur 6" in page  # five keys, so five kits
    page = office.get("officer", path)
    ids = re.findall(r'name="device" value="([0-9a-f-]{36})"', page)
    assert len(ids) == 10
    for part in (ids[:1], ids[:7]):
        sentence = office.refused("officer", f"{path}/remettre", 422, device=part)
        assert "Un kit part entier ou pas du tout" in sentence
    assert office.hand_over("KITS")
    rows = office.report("officer", "/bilans/objectifs")
    (line,) = [row for row in rows if row["Objectif"] == "2000"]
    assert (line["Atteint"], line["Reste"]) == ("89", "1911")
    page = office.get("officer", "/dispositifs/kits")
    assert "89 sur 2" in page, told(page)


def test_a_device_that_comes_back_begins_a_new_life_and_the_request_may_want_again(office):
    office.post("officer", "/demandes", programme="jeunes", organisation="casares", quantity="1",
                public="collegien", kinds="laptop", code="UN")  # fmt: skip
    office.plan()
    sheet = office.hand_over("UN")
    tag = re.search(r"RB-\d{6}", office.get("officer", sheet))[0]
    device = re.search(r"/d/([0-9a-f-]{36})/reprendre", office.get("lead", f"/d/{tag}"))[1]
    office.post("lead", f"/d/{device}/reprendre", reason="garantie : écran noir")
    assert "reçu" in office.get("lead", f"/d/{tag}")
    assert "revenu à l'atelier" in office.raw("officer", f"{sheet}/fiche.pdf").decode(
        "latin-1"
    ) or office.get("officer", sheet)  # the sheet no longer speaks for its drives
    path = office.request("UN")
    office.post("officer", f"{path}/clore", reason="remplacement sous garantie")
    office.plan()
    assert office.hand_over("UN") != sheet
