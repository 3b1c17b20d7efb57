"""What was erased elsewhere, or reset before witnesses, on the certificate: told as what it is, no more."""

import html
import re

import pytest
from bench import LAPTOP, SSD, account, another, device_of, enrolled, receipt, send
from moments import later
from msgspec.structs import replace
from test_certificate import FORBIDDEN, issued, paper

from rebond_schemas.erasure import HiddenArea
from rebond_schemas.plan_law import Kind
from rebond_schemas.signing import public_key
from rebond_server.documents.certificate import certificate_html
from rebond_server.domain.certificate import code_holds
from rebond_server.domain.intake.item import Item
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotProven, Taken
from rebond_server.operations.examine_by_hand import witness_reset
from rebond_server.operations.issue_certificate import certificate_of
from rebond_server.operations.recompute import differences
from rebond_server.operations.take_in import take_in
from rebond_server.operations.witness import witness_erased_elsewhere, witness_no_media
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device, DriveRow
from rebond_server.store.proof import Withdrawal
from rebond_server.store.queries.pulled import pulled_drives

EMPTY = replace(LAPTOP, drives=(), drives_hidden=False)
STATION = replace(another(77, serial="STATION77"), drives=(SSD,))


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


@pytest.fixture
def people(workshop):
    return [account(workshop, Role.LEAD), account(workshop, Role.TECHNICIAN)]


@pytest.fixture
def lead(people):
    return people[0]


@pytest.fixture
def device(workshop, stick, people):
    """Return a laptop whose drive was pulled: the latest report and two people see none."""
    found = device_of(workshop, receipt(send(workshop, stick.inventory())).device)
    send(workshop, stick.boot().inventory(EMPTY), later(0.1))
    say_empty(workshop, people, found)
    return device_of(workshop, found.tag)


def say_empty(workshop, people, device):
    for who in people:
        with workshop.work(who, later(0.2)) as work:
            witness_no_media(work, device.id, "trappe ouverte")


def erased_in_station(workshop, stick, **changes):
    tag = receipt(send(workshop, stick.boot().inventory(STATION), later(0.3))).device
    send(workshop, stick.erasure(**({"operator": "Awa"} | changes)), later(0.4))
    return device_of(workshop, tag)


def drive_of(workshop, device):
    with workshop.work(NOBODY, later(2), reading=True) as work:
        return work.session.query(DriveRow).filter_by(device_id=device.id).one().id


def told(workshop, row):
    page = html.unescape(certificate_html(paper(workshop, row)))
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_a_pulled_drive_that_our_engine_erased_elsewhere_joins_its_pc(
    workshop, device, stick, lead
):
    station = erased_in_station(workshop, stick)
    assert device.tag != station.tag
    row = issued(workshop, lead, device)
    (drive,) = certificate_of(row).drives
    assert (drive.serial, drive.erased_in, drive.operator) == (
        SSD.identity.serial, station.tag, "Awa",
    )  # fmt: skip
    page = told(workshop, row)
    for said in (
        "disque retiré",
        station.tag,
        "Niveau Clear",
        "entre son retrait et son effacement",
    ):
        assert said in page, said
    assert "seule parole" not in page, "our own engine's proof needs no witness"
    assert FORBIDDEN.search(page) is None
    assert code_holds(row.code, public_key(workshop.server_key))
    own = issued(workshop, lead, station)
    assert "disque retiré" not in told(workshop, own)
    with workshop.work(NOBODY, later(3), reading=True) as work:
        assert differences(work) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"passes": ()},
        {"drive": another(9).drives[0]},
        {"hidden_area": HiddenArea.UNKNOWN},
    ],
)
def test_no_other_drive_and_no_failed_or_limited_erasure_joins_it(
    workshop, device, stick, lead, changes
):
    erased_in_station(workshop, stick, **changes)
    with pytest.raises(NotProven):
        issued(workshop, lead, device)


def test_an_erasure_before_the_device_last_saw_the_drive_is_none_of_it(workshop, stick, people):
    """Erased in the station, then put into the laptop and pulled again: nobody knows what it was for."""
    station = erased_in_station(workshop, stick)
    found = device_of(workshop, receipt(send(workshop, stick.boot().inventory(), later(1))).device)
    send(workshop, stick.boot().inventory(EMPTY), later(1.1))
    say_empty(workshop, people, found)
    assert station.tag != found.tag
    with pytest.raises(NotProven):
        issued(workshop, people[0], found)


def test_a_drive_that_is_back_in_the_device_must_be_erased_there(workshop, device, stick, lead):
    erased_in_station(workshop, stick)
    send(workshop, stick.boot().inventory(), later(0.5))
    with pytest.raises(NotProven):
        issued(workshop, lead, device)


def test_a_later_failure_in_the_station_withdraws_the_pc_s_certificate(
    workshop, device, stick, lead
):
    erased_in_station(workshop, stick)
    issued(workshop, lead, device)
    send(workshop, stick.boot().inventory(STATION), later(2))
    send(workshop, stick.erasure(passes=()), later(2))
    with workshop.work(NOBODY, later(3), reading=True) as work:
        assert work.session.query(Withdrawal).count() == 1
        again = work.session.get_one(Device, (work.site_id, device.id))
        assert [one.proof for one in pulled_drives(work.session, again)] == [None]


def test_other_tools_are_two_people_s_word_and_no_level(workshop, device, people):
    drive = drive_of(workshop, device)
    for count, who in enumerate(people, start=1):
        with pytest.raises(NotProven):
            issued(workshop, people[0], device)
        with workshop.work(who, later(1)) as work:
            assert witness_erased_elsewhere(work, drive, "Blancco 7 chez le donateur") == count
        with pytest.raises(Taken), workshop.work(who, later(1)) as work:
            witness_erased_elsewhere(work, drive, "encore")
    row = issued(workshop, people[0], device)
    page = told(workshop, row)
    for said in ("Blancco 7", "autre outil", "Aucun niveau", "seule parole", SSD.identity.serial):
        assert said in page, said
    for said in ("Niveau Clear", "Niveau Purge", "Un relevé signé"):
        assert said not in page, said
    assert FORBIDDEN.search(page) is None


def test_what_our_engine_proved_outweighs_people_s_word(workshop, device, stick, people):
    drive = drive_of(workshop, device)
    for who in people:
        with workshop.work(who, later(0.25)) as work:
            witness_erased_elsewhere(work, drive, "par un autre outil")
    erased_in_station(workshop, stick)
    page = told(workshop, issued(workshop, people[0], device))
    assert "Niveau Clear" in page
    assert "seule parole" not in page


def test_a_drive_that_is_still_there_was_erased_nowhere_else(workshop, stick, lead):
    found = device_of(workshop, receipt(send(workshop, stick.inventory())).device)
    drive = drive_of(workshop, found)
    with pytest.raises(BadValue), workshop.work(lead, later(1)) as work:
        witness_erased_elsewhere(work, drive, "essai")


def test_a_drive_that_left_and_of_which_nothing_is_known_is_not_left_out(workshop, stick, lead):
    """A second drive is erased in the device: its certificate names the one that went away."""
    second = another(5).drives[0]
    both = replace(LAPTOP, drives=(SSD, second))
    found = device_of(workshop, receipt(send(workshop, stick.inventory(both))).device)
    kept = replace(LAPTOP, drives=(second,))
    send(workshop, stick.boot().inventory(kept), later(0.1))
    send(workshop, stick.erasure(second), later(0.2))
    page = told(workshop, issued(workshop, lead, found))
    for said in (SSD.identity.serial, "rien ne prouve ici son effacement", second.identity.serial):
        assert said in page, said
    assert "seule parole" not in page


def test_a_phone_that_two_people_saw_reset_is_on_a_certificate_without_a_level(workshop, people):
    """No stick boots it: nothing was read back, and the paper says so."""
    with workshop.work(people[0], later(0)) as work:
        phone = take_in(work, Item(kind=Kind.SMARTPHONE, model="Pixel 4a")).id
    for who in people:
        with pytest.raises(NotProven):
            issued(workshop, people[0], device_by(workshop, phone))
        with workshop.work(who, later(1)) as work:
            witness_reset(work, phone, "menu Réinitialiser, assistant de départ vu")
    row = issued(workshop, people[0], device_by(workshop, phone))
    assert certificate_of(row).drives == ()
    page = told(workshop, row)
    for said in ("mémoire interne", "réinitialisation", "assistant de départ vu", "Aucun niveau",
                 "personne ne l'a lu", "seule parole"):  # fmt: skip
        assert said in page, said
    for said in ("Niveau Clear", "Niveau Purge", "Un relevé signé", "octets lus"):
        assert said not in page, said
    assert FORBIDDEN.search(page) is None
    assert code_holds(row.code, public_key(workshop.server_key))


def device_by(workshop, device_id):
    with workshop.work(NOBODY, later(2), reading=True) as work:
        return work.session.get_one(Device, (work.site_id, device_id))
