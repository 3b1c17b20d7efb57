"""CP-2021-0342, from the files to the evaluation: 50 first complete files at each of 3 post offices."""

import re
from pathlib import Path

import pytest
from office import opened, told

from rebond_server.domain.voucher import voucher_code
from rebond_server.operations.work import NOBODY
from rebond_server.store.demand import Request
from rebond_server.store.voucher import Voucher

PHONES = (Path(__file__).parents[1] / "intake" / "smartphones-poste-2021.csv").read_bytes()
OFFICES = {
    "bron": "Bron centre-ville",
    "villeurbanne": "Villeurbanne Cusset",
    "venissieux": "Vénissieux Minguettes",
}
MORE = "Kind;Make;Model\n" + "smartphone;Crosscall;Core-X4\n" * 20


@pytest.fixture
def office(scratch):
    with opened(scratch, 2021, 4, 1) as found:
        stock(found)
        demand(found)
        yield found


def stock(office):
    office.post("lead", "/lots/conventions", number="CP-2021-0342", title="La Poste",
                signed="2021-02-22", ends="2021-06-30")  # fmt: skip
    office.post("lead", "/lots", code="poste", name="Smartphones de La Poste", kind="annex",
                regime="company", agreement="CP-2021-0342")  # fmt: skip
    office.bring_in("poste", PHONES)
    office.bring_in("poste", MORE.encode())
    tags = office.tags(kind="smartphone")
    assert len(tags) == 170
    for who in ("tech", "lead"):
        office.bulk(who, "reset", tags, "réinitialisé devant moi")
    office.bulk("tech", "examine", tags, "B testé")


def demand(office):
    for place in OFFICES:
        office.post("officer", "/dispositifs/territoires", place=place)
    common = {"operator": "La Poste", "agreement": "CP-2021-0342", "kinds": "smartphone",
              "starts": "2021-04-01", "ends": "2021-06-30", "tier": "1"}  # fmt: skip
    office.post("officer", "/dispositifs", code="usagers", name="50 premiers dossiers par bureau",
                territories=", ".join(OFFICES), proofs="training_certificate owns_no_smartphone",
                first_come="yes", trainees="150", cap__office="50", cap__total="150",
                cap__person="1", **common)  # fmt: skip
    office.post("officer", "/dispositifs", code="structures", name="10 par structure",
                publics="mediation_place", cap__organisation="10", **common)  # fmt: skip
    lines = [
        f"{place}-{number:03};{name};job_seeker;{place}"
        for place, name in OFFICES.items()
        for number in range(1, 151)
    ]
    raw = "Code;Bureau;Public;Territoire\n" + "\n".join(lines)
    office.post("officer", "/demandes/dossiers", programme="usagers", kinds="smartphone",
                file=("dossiers.csv", raw.encode()))  # fmt: skip


def people(first, last, *places):
    """Return the codes of some files of these offices, all by default."""
    chosen = places or tuple(OFFICES)
    return " ".join(f"{place}-{n:03}" for place in chosen for n in range(first, last + 1))


def seen(office, name, codes):
    page = office.post("officer", "/dispositifs/usagers/vus", 200, name=name, people=codes).text
    assert page.count("✓") >= len(codes.split()), told(page)


def codes_of(office):
    """Return the code in the QR of every voucher, by the person's code; the paper holds it."""
    with office.workshop.work(NOBODY, office.now, reading=True) as work:
        people = {one.id: one.terms["person"] for one in work.session.query(Request)
                  if one.terms.get("person")}  # fmt: skip
        return {
            people[one.request_id]: voucher_code(work.server_key, one.id)
            for one in work.session.query(Voucher)
        }


def test_fifty_at_each_office_ten_at_each_structure_and_the_evaluation(office):
    seen(office, "training_prescribed", people(1, 100))
    office.at(2021, 5, 3)
    seen(office, "owns_no_smartphone", people(1, 80))
    seen(office, "training_certificate", people(31, 55))  # the later numbers come first
    assert len(codes_of(office)) == 3 * 25
    office.at(2021, 5, 20)
    seen(office, "training_certificate", people(1, 30))
    vouchers = codes_of(office)
    assert len(vouchers) == 150
    for place in OFFICES:
        mine = {name for name in vouchers if name.startswith(place)}
        assert len(mine) == 50
        assert mine >= {f"{place}-{number:03}" for number in range(31, 56)}
    page = office.get("officer", "/dispositifs/usagers")
    assert all(name in page for name in OFFICES.values())

    structures(office)
    withdraw(office, vouchers, office.tags(kind="smartphone", state="graded"))
    answers(office)

    rows = office.report("officer", "/dispositifs/usagers/evaluation")
    whole = rows[-1]
    assert [row["Bureau"] for row in rows] == [*sorted(OFFICES.values()), "Total"]
    assert (whole["Dossiers"], whole["Formations prescrites"]) == ("450", "300")
    assert (whole["Formations suivies"], whole["Taux de suivi"]) == ("165", "55 %")
    assert (whole["Bons donnés"], whole["Retirés"], whole["En attente"]) == ("150", "150", "15")
    pdf = office.raw("officer", "/dispositifs/usagers/evaluation.pdf")
    assert pdf.startswith(b"%PDF")


def structures(office):
    for number in (1, 2):
        office.post("officer", "/organismes", code=f"structure-{number}", name=f"Structure {number}",
                    category="general_interest_association")  # fmt: skip
        office.post("officer", "/demandes", programme="structures", quantity="14",
                    organisation=f"structure-{number}", public="mediation_place",
                    kinds="smartphone", code=f"S{number}")  # fmt: skip
    page = office.plan()
    assert "au guichet, par bon" in page
    for number in (1, 2):
        path = office.hand_over(f"S{number}")
        tags = set(re.findall(r"RB-\d{6}", office.get("officer", path)))
        assert len(tags) == 10
    office.post("officer", "/plan")
    assert "plafond" in office.get("officer", "/plan").casefold()


def withdraw(office, vouchers, phones):
    """Scan all 150 vouchers; the last one of each office is first scanned on a day too late."""
    assert len(phones) == len(vouchers) == 150
    late = {max(name for name in vouchers if name.startswith(place)) for place in OFFICES}
    left = iter(sorted(phones))
    for name in sorted(vouchers.keys() - late):
        withdrawn(office, vouchers[name], next(left))
    assert len(office.tags(kind="smartphone", state="released")) == 20 + 147
    tag = office.tags(kind="smartphone", state="graded")[0]
    used = vouchers["bron-031"]
    assert "déjà servi" in office.refused("officer", "/bons", 409, voucher=used, device=tag)
    unknown = office.refused("officer", "/bons", 404, voucher="BON-0000-0000", device=tag)
    assert "n'est pas celui d'un bon" in unknown
    office.at(2021, 7, 1)
    for name in sorted(late):
        refused = office.refused("officer", "/bons", 409, voucher=vouchers[name], device=tag)
        assert "n'est plus valable" in refused
    office.at(2021, 6, 15)
    for name in sorted(late):
        withdrawn(office, vouchers[name], next(left))
    assert office.tags(kind="smartphone", state="graded") == []


def withdrawn(office, code, tag):
    """Scan a voucher as a hand scanner types it, and a phone; look at the counter again."""
    scanned = code.lower().replace("-", " ")
    answer = office.post("officer", "/bons", voucher=scanned, device=tag)
    assert "/remises/" in answer.location
    assert "Remis" in office.get("officer", "/bons")


def answers(office):
    for number, (satisfied, useful) in enumerate(
        [(4, 4), (3, 4), (4, 3), (2, 4), (4, 4)], start=31
    ):
        path = office.request(request_code(office, f"bron-{number:03}"))
        for question, mark in (("satisfaction", satisfied), ("usefulness", useful)):
            office.post("officer", f"{path}/reponse", question=question, mark=str(mark))


def request_code(office, person):
    with office.workshop.work(NOBODY, office.now, reading=True) as work:
        return next(
            one.code for one in work.session.query(Request) if one.terms.get("person") == person
        )
