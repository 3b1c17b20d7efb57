"""What a person sees and tries stands beside what the agent told; the later of the two counts."""

import pytest
from bench import account, device_of, enrolled, receipt, send
from devices import PASSED
from moments import NOON, later
from msgspec.structs import replace

from rebond_schemas.inspection import Result
from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations.attachments import Subject, attach
from rebond_server.operations.declare import declare
from rebond_server.operations.examine_by_hand import examine_by_hand, witness_reset
from rebond_server.operations.grade_device import Letter, checks_of
from rebond_server.operations.note_repair import NOTE_REPAIR, Outcome, note_repair
from rebond_server.operations.opinion import BY_HAND
from rebond_server.operations.recompute import differences
from rebond_server.operations.take_in import take_in
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import GradeRow
from rebond_server.store.queries.device_page import history_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


@pytest.fixture
def device(workshop, stick):
    tag = receipt(send(workshop, stick.inventory())).device
    send(workshop, stick.erasure())
    send(workshop, stick.inspection())
    return device_of(workshop, tag)


def counts(workshop, device, name="keyboard"):
    with workshop.work(NOBODY, later(99), reading=True) as work:
        checks = [one for one in checks_of(work, device) if one.name == name]
    return checks[-1].result, checks[-1].by


def fact(workshop, device, name):
    with workshop.work(NOBODY, later(99), reading=True) as work:
        rows = work.session.query(GradeRow).filter_by(device_id=device.id, given_by=None)
        latest = rows.order_by(GradeRow.graded.desc(), GradeRow.id.desc()).first()
        return latest.facts[name]["value"]


def test_the_later_of_agent_and_hand_counts(workshop, stick, lead, device):
    assert counts(workshop, device) == (Result.PASS, "Amina")
    with workshop.work(lead, later(10)) as work:
        declare(work, device.id, {"check_keyboard": "fail"}, ("scratch",), "la touche A colle")
    assert counts(workshop, device) == (Result.FAIL, BY_HAND)
    assert fact(workshop, device, "check_keyboard") == "fail"
    assert fact(workshop, device, "appearance") == "b"
    with workshop.work(lead, later(15)) as work:
        declare(work, device.id, {"check_sound": "absent"}, ("dent",), "sans haut-parleur")
    assert counts(workshop, device) == (Result.FAIL, BY_HAND)
    assert counts(workshop, device, "sound") == (Result.ABSENT, BY_HAND)
    assert fact(workshop, device, "appearance") == "c"
    mended = tuple(replace(one, by="Zoé") for one in PASSED)
    send(workshop, stick.inspection(mended), later(20))
    assert counts(workshop, device) == (Result.PASS, "Zoé")
    assert fact(workshop, device, "check_keyboard") == "pass"
    with workshop.work(NOBODY, later(30), reading=True) as work:
        assert differences(work) == ()


@pytest.mark.parametrize(
    ("declared", "defects"),
    [
        ({"check_keyboard": "presque"}, ()),
        ({"check_wings": "pass"}, ()),
        ({"memory_installed": 65536}, ()),
        ({}, ("moisi",)),
    ],
)
def test_what_nobody_may_say_is_refused(workshop, lead, device, declared, defects):
    with pytest.raises(BadValue), workshop.work(lead, later(1)) as work:
        declare(work, device.id, declared, defects, "essai")


def test_a_photo_may_show_one_defect(workshop, lead, device):
    with workshop.work(lead, later(1)) as work:
        row = attach(work, Subject.DEVICE, device.id, "p.png", PNG, "scratch")
        assert row.about == "scratch"
        with pytest.raises(BadValue):
            attach(work, Subject.DEVICE, device.id, "q.png", PNG + b"1", "moisi")


def test_a_repair_is_noted_and_moves_nothing(workshop, lead, device):
    before = device_of(workshop, device.tag).state
    with workshop.work(lead, later(1)) as work:
        note_repair(work, device.id, Outcome.NEEDS_PART, "charnière gauche")
        with pytest.raises(BadValue):
            note_repair(work, device.id, Outcome.DONE, "  ")
    with workshop.work(NOBODY, later(2), reading=True) as work:
        lines = history_of(work.session, work.site_id, "device", device.id)
    assert [(one.new, one.reason) for one in lines if one.verb == NOTE_REPAIR] == [
        ("needs_part", "charnière gauche")
    ]
    assert device_of(workshop, device.tag).state is before


def test_looking_at_a_graded_phone_takes_no_step_back(workshop, lead):
    with workshop.work(lead, NOON) as work:
        phone = take_in(work, Item(kind=Kind.SMARTPHONE, model="Fairphone 3"))
    for who in (lead, account(workshop, Role.TECHNICIAN)):
        with workshop.work(who, NOON) as work:
            witness_reset(work, phone.id, "écran d'accueil")
    with workshop.work(lead, later(1)) as work:
        examine_by_hand(work, phone.id, Letter.B, "testé")
    with workshop.work(lead, later(2)) as work:
        declare(work, phone.id, {"charger": True}, ("traces",), "vu")
    assert device_of(workshop, phone.tag).state is State.GRADED
