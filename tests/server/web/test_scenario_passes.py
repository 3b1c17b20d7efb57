"""CP-2019-3591: seven partners, what they hand on and what is used, by public; review before the end."""

import pytest
from office import opened

PARTNERS = (
    "CAF du Rhône", "PIMMS", "ATD Quart-Monde", "CCAS de Lyon", "MMIE",
    "Mission locale de Lyon", "Pôle emploi",
)  # fmt: skip
PUBLICS = ("youth_in_difficulty", "rsa", "elderly", "disabled", "job_seeker")
HEADING = "Lot de Pass;Date;Public;QPV;Distribués;Bénéficiaires;Utilisés;Formation;Organisme de formation\n"


@pytest.fixture
def office(scratch):
    with opened(scratch, 2020, 1, 6) as found:
        found.post("lead", "/lots/conventions", number="CP-2019-3591", signed="2019-12-09",
                   title="Pass numériques", ends="2021-12-09")  # fmt: skip
        for partner in PARTNERS:
            found.post("officer", "/pass", partner=partner, count="600", value="10",
                       agreement="CP-2019-3591")  # fmt: skip
        yield found


def table(*lines):
    return (HEADING + "\n".join(lines)).encode()


def test_the_follow_up_counts_passes_publics_trainings_and_use(office):
    lines = [
        f"PN-{number:04};15/03/2020;{public};oui;80;80;{50 + number};Mail;Maison du numérique"
        for number in range(1, 8)
        for public in PUBLICS
    ]
    lines.append("PN-0001;16/03/2020;family;non;3;3;0;;")
    office.post("officer", "/pass/import", file=("suivi.csv", table(*lines)))
    rows = office.report("officer", "/pass/bilan")
    assert [row["Partenaire"] for row in rows] == [*sorted(PARTNERS), "Total"]
    whole = rows[-1]
    used = sum(5 * (50 + number) for number in range(1, 8))
    assert whole["Pass reçus"] == "4200"
    assert (whole["Distribués"], whole["Bénéficiaires"]) == ("2803", "2803")
    assert whole["Utilisés"] == str(used)
    assert whole["Taux d'utilisation"] == f"{used / 2803 * 100:.0f} %"
    page = office.get("officer", "/pass")
    assert "560" in page.replace("\u202f", "")  # 7 partners, 80 beneficiaries each, of one public
    part = page.partition("Bénéficiaires, par public")[2]
    assert "masqué" in part  # three families would point at somebody


def test_nobody_hands_on_more_than_he_was_given_and_a_bad_line_changes_nothing(office):
    good = "PN-0001;15/03/2020;rsa;;500;500;200;;"
    for bad, word in (
        ("PN-0001;15/03/2020;rsa;;101;1;0;;", "601"),
        ("PN-0001;15/03/2020;rsa;;10;20;0;;", "plus de bénéficiaires"),
        ("PN-0001;15/03/2020;rsa;;10;10;600;;", "plus de Pass utilisés"),
        ("PN-0099;15/03/2020;rsa;;10;10;1;;", "PN-0099"),
        ("PN-0001;32/03/2020;rsa;;10;10;1;;", "32/03/2020"),
    ):
        raw = ("suivi.csv", table(good, bad))
        sentence = office.refused("officer", "/pass/import", 422, file=raw)
        assert "Rien n'est importé. Ligne 3" in sentence
        assert word in sentence
    assert office.report("officer", "/pass/bilan")[-1]["Distribués"] == "0"


def test_the_review_is_due_six_months_before_the_end(office):
    page = office.get("officer", "/pass")
    assert "revue le 09/06/2021" in page
    assert "revue due" not in page
    office.at(2021, 6, 9)
    assert "revue due" in office.get("officer", "/pass")
