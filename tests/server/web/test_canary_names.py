"""Names of beneficiaries stand in their own tables and nowhere else, and go when they must."""

import gzip
import json
import re
from datetime import timedelta

import pytest
from office import opened

from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.backup import back_up, make_backup_key
from rebond_server.operations.purge import purge
from rebond_server.operations.verify import faults
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.allocation import Recipient, Signature
from rebond_server.store.dump import tables_of

CANARY = "Zébulon Canari"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
OWN = {"recipient", "signature"}
"""The tables that may hold a name."""


@pytest.fixture
def office(scratch):
    with opened(scratch, 2026, 11, 20) as found:
        found.folder = scratch
        yield found


@pytest.fixture
def sheet(office):
    """Hand two screens to two people of a class list, with names and a signature; return its path."""
    office.post("lead", "/lots", code="lot", name="Lot", kind="annex", regime="company")
    office.bring_in("lot", b"Genre\n" + "écran\nécran\nécran\n".encode())
    office.bulk("tech", "examine", office.tags(kind="screen"), "B testé")
    office.post(
        "officer", "/dispositifs", code="classe", name="Classe", operator="Rebond", tier="1"
    )
    office.post("officer", "/organismes", code="college", name="Collège", prescriber="yes")
    listed = f"Nom;Code\n{CANARY} Un;C1\n{CANARY} Deux;C2\n".encode()
    office.post("officer", "/demandes/liste", programme="classe", organisation="college",
                kinds="screen", code="CLASSE", public="collegien", file=("liste.csv", listed))  # fmt: skip
    office.plan()
    path = office.request("CLASSE")
    ids = re.findall(r'name="device" value="([0-9a-f-]{36})"', office.get("officer", path))
    names = {f"name-{one}": f"{CANARY} {at}" for at, one in enumerate(ids)}
    location = office.post("officer", f"{path}/remettre", device=ids, **names).location
    office.post("officer", f"{location}/signature", scan=("fiche.png", PIXEL + CANARY.encode()))
    return location


def holding(office):
    """Return the tables in which the canary stands, as plain bytes or as text."""
    found = set()
    with office.workshop.engine.connect() as connection:
        for table in tables_of(connection):
            for row in connection.execute(table.select()):
                told = " ".join(
                    value.decode("utf-8", "replace") if isinstance(value, bytes)
                    else json.dumps(value, ensure_ascii=False, default=str)
                    for value in row
                )  # fmt: skip
                if "Canari" in told or "Z\\u00e9bulon" in told:
                    found.add(table.name)
    return found


def test_a_name_is_in_its_own_table_only(office, sheet, capfd):
    assert sheet
    assert holding(office) == {"recipient"}  # the signature is sealed
    told = capfd.readouterr()
    assert "Canari" not in told.out + told.err  # the log
    with office.workshop.work(NOBODY, office.now, reading=True) as work:
        assert work.session.query(Signature).one().sealed.find(CANARY.encode()) == -1


def test_no_other_role_no_address_and_no_export_shows_it(office, sheet):
    pages = [str(rule) for rule in office.app.url_map.iter_rules()
             if "GET" in rule.methods and not rule.arguments]  # fmt: skip
    assert len(pages) > 25
    lot = re.search(r"/bilans/([0-9a-f-]{36})", office.get("officer", "/bilans"))[1]
    pages += [sheet, office.request("CLASSE"), "/dispositifs/classe", f"/bilans/{lot}"]
    pages += [
        f"/bilans/{lot}/{name}.{form}" for name in ("volume", "annexe") for form in ("csv", "ods")
    ]
    pages += [f"/dispositifs/classe/suivi.{form}" for form in ("csv", "ods", "pdf")]
    for tag in office.tags(kind="screen"):
        pages.append(f"/d/{tag}")
    for login in ("tech", "lead", "officer"):
        browser, _ = office.browser(login)
        for path in pages:
            answer = browser.get(path)
            assert "Canari" not in answer.request.url
            if login == "officer" and path == sheet:
                assert "Canari" in answer.text  # only who hands over sees it, on the sheet alone
                continue
            body = answer.data
            if answer.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            assert b"Canari" not in body, (login, path)


def test_no_copy_in_clear_holds_it(office, sheet):
    assert sheet
    config = Config(
        var=office.folder / "var", database_url=str(office.workshop.engine.url),
        public_url="http://localhost",
    )  # fmt: skip
    make_backup_key(config, office.folder / "private.key")
    back_up(config, office.folder / "copy.rebond", office.now)
    assert b"Canari" not in (office.folder / "copy.rebond").read_bytes()


def test_whoever_asks_is_shown_what_is_kept_and_has_it_erased(office, sheet):
    found = office.post("officer", "/personnes", 200, name="canari").text
    assert found.count(CANARY) == 2
    extract = office.post("officer", "/personnes/extrait", 200, name="canari").get_data(
        as_text=True
    )
    assert extract.count(CANARY) == 2
    person = re.search(r'name="person" value="([0-9a-f-]{36})"', found)[1]
    said = f"demande de {CANARY} 0"
    assert "N'écrivez pas le nom" in office.refused(
        "officer", "/personnes/effacer", 422, person=person, reason=said
    )
    office.post("officer", "/personnes/effacer", person=person, reason="demande de la personne")
    with office.workshop.work(NOBODY, office.now, reading=True) as work:
        assert work.session.query(Recipient).count() == 1
        assert work.session.query(Signature).count() == 0  # it showed both people
    assert holding(office) == {"recipient"}
    for login in ("tech", "lead"):
        office.refused(login, "/personnes", 403, name="canari")
    assert office.get("officer", sheet).count("Canari") == 1
    verified(office)


def test_names_and_signatures_go_after_two_years_and_the_history_still_verifies(office, sheet):
    signature = re.search(r"/signatures/([0-9a-f-]{36})", office.get("officer", sheet))[1]
    seen = office.post("officer", f"/signatures/{signature}", 200)
    assert seen.data == PIXEL + CANARY.encode()
    assert seen.mimetype == "image/png"
    later = office.now + timedelta(days=2 * 365 + 1)
    with office.workshop.work(command_line(Role.ADMIN), later) as work:
        gone = purge(work)
    assert (gone.recipients, gone.signatures) == (2, 1)
    assert holding(office) == set()
    office.now = later
    office.browsers.clear()
    assert "Canari" not in office.get("officer", sheet)
    verified(office)


def verified(office):
    """Check that the chain of history and the evidence are whole after names have gone."""
    with office.workshop.work(NOBODY, office.now, reading=True) as work:
        assert [str(fault) for fault in faults(work)] == []
