"""The national platform's words: out and back, by the same rules as by hand, tried first."""

import itertools

import pytest
from bench import account, another, device_of, enrolled, graded, receipt, send
from moments import NOON, later
from sqlalchemy import func, select

from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.lifecycle import State
from rebond_server.domain.platform import Act, Statut, act_for, statut_of
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.hold_device import hold_device
from rebond_server.operations.platform_changes import apply_changes, try_changes
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device
from rebond_server.store.history import HistoryEvent

HEAD = "idMaterielReconditionneur;numeroSerie;statut;categorie;commentaire\n"


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


def file(*lines):
    return (HEAD + "".join(f"{line}\n" for line in lines)).encode()


def tried(workshop, who, raw):
    with workshop.work(who, later(5)) as work:
        return try_changes(work, raw)


def applied(workshop, who, raw, **more):
    with workshop.work(who, later(5)) as work:
        return apply_changes(work, raw, **more)


def told(changes):
    return [one.verdict for one in changes]


def wiped(workshop, stick, number):
    facts = another(number)
    tag = receipt(send(workshop, stick.boot().inventory(facts))).device
    send(workshop, stick.erasure(facts.drives[0]))
    send(workshop, stick.inspection())
    return tag


def events(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.scalar(select(func.count()).select_from(HistoryEvent))


def test_every_state_has_a_word_and_no_word_means_wiped():
    assert {statut_of(state, 1) for state in State} == set(Statut) - {
        Statut.SAV, Statut.EN_COURS_DE_LIVRAISON,
    }  # fmt: skip
    assert statut_of(State.RECEIVED, 2) is Statut.SAV
    for state, wanted in itertools.product(State, Statut):
        asked = act_for(state, 1, wanted)
        assert isinstance(asked, Act | Sentence)
        if asked is Act.NOTHING:
            assert wanted in {statut_of(state, 1), Statut.EN_COURS_DE_LIVRAISON}


def test_a_trial_says_what_the_import_does_and_leaves_nothing(workshop, stick, lead):
    ready, held, unproven = wiped(workshop, stick, 1), wiped(workshop, stick, 2), None
    unproven = receipt(send(workshop, stick.boot().inventory(another(3)))).device
    with workshop.work(lead, NOON) as work:
        hold_device(work, device_of(workshop, held).id, "charnière")
    raw = file(
        f"{ready};;PRET_A_COMMANDER;;",
        f"{held};;A_TRAITER;;réparée",
        f"{unproven};;NON_REEMPLOYABLE;;",
        f"{unproven};;PRET_A_COMMANDER;A;",
        f"{unproven};;DISTRIBUE;;",
        "RB-999999;;SAV;;",
        f"{ready};OTHERSERIAL;SAV;;",
        f"{ready};;VENDU;;",
        f"{ready};;PRET_A_COMMANDER;Z;",
        f"{ready};;PRET_A_COMMANDER;;",
    )
    before = events(workshop)
    expected = [LineVerdict.CHANGED] * 2 + [LineVerdict.REFUSED] * 7 + [LineVerdict.KNOWN]
    assert told(tried(workshop, lead, raw)) == expected
    assert events(workshop) == before
    assert device_of(workshop, ready).state is State.WIPED

    with pytest.raises(BadValue, match="7 ligne"):
        applied(workshop, lead, raw)
    assert device_of(workshop, ready).state is State.WIPED
    assert told(applied(workshop, lead, raw, only_good=True)) == expected
    assert device_of(workshop, ready).state is State.GRADED
    assert device_of(workshop, held).state is State.RECEIVED
    assert device_of(workshop, unproven).state is State.EXAMINED
    again = applied(workshop, lead, raw, only_good=True)
    assert told(again)[:2] == [LineVerdict.KNOWN] * 2


def test_no_word_leads_past_the_wipe(workshop, stick, lead):
    officer = account(workshop, Role.OFFICER)
    tag = receipt(send(workshop, stick.inventory(another(4)))).device
    for who, word, letter in itertools.product((lead, officer), Statut, ("", "A", "PREMIUM")):
        applied(workshop, who, file(f"{tag};;{word};{letter};x"), only_good=True)
        assert device_of(workshop, tag).state is State.EXAMINED


def test_roles_are_those_of_the_screens(workshop, stick, lead):
    technician = account(workshop, Role.TECHNICIAN)
    device_id = graded(workshop, stick, lead, another(5))
    with workshop.work(NOBODY, NOON, reading=True) as work:
        tag = work.session.get_one(Device, (work.site_id, device_id)).tag
    raw = file(f"{tag};;NON_REEMPLOYABLE;;écran fêlé")
    assert told(tried(workshop, technician, raw)) == [LineVerdict.REFUSED]
    assert told(tried(workshop, lead, raw)) == [LineVerdict.CHANGED]
    other = file(f"{tag};;PRET_A_COMMANDER;C;rayures")
    assert told(applied(workshop, lead, other)) == [LineVerdict.CHANGED]
    assert told(applied(workshop, lead, other)) == [LineVerdict.KNOWN]


def test_a_serial_number_of_two_devices_names_none(workshop, stick, lead):
    one = another(6)
    tag = receipt(send(workshop, stick.inventory(one))).device
    serial = device_of(workshop, tag).serial
    known = file(f";{serial};EN_COURS_DE_TRAITEMENT;;")
    assert told(tried(workshop, lead, known)) == [LineVerdict.KNOWN]
    for blank in ("", "To be filled by O.E.M.", "NOSUCH77"):
        assert told(tried(workshop, lead, file(f";{blank};SAV;;"))) == [LineVerdict.REFUSED]


@pytest.mark.parametrize("raw", [b"", b"statut\nSAV\n", b"numeroSerie\nX\n"])
def test_a_file_without_the_columns_is_refused(workshop, lead, raw):
    with pytest.raises(Exception, match=r"colonne|ne contient rien"):
        tried(workshop, lead, raw)
