"""What comes from a stick: verified, kept, read, filed; garbage and forgeries leave no device."""

import hashlib
from uuid import uuid4

import pytest
from bench import LAPTOP, SSD, another, device_of, enrolled, receipt, send
from moments import NOON, later
from msgspec.structs import replace

from rebond_schemas import codec
from rebond_schemas.erasure import Ending
from rebond_schemas.signing import RECEIPT_TYPE, public_key, verified
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.operations.answers import Declined, Status
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.device import Device, JudgementRow
from rebond_server.store.history import HistoryEvent
from rebond_server.store.queries.device_page import device_page
from rebond_server.store.stick import Conflict, StatementRow


class Spy:
    """A decoder that counts how often it is reached."""

    def __init__(self):
        self.reached = 0

    def __call__(self, raw):
        self.reached += 1
        return codec.decode(raw)


def count(workshop, table):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(table).count()


def verbs(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return [event.verb for event in work.session.query(HistoryEvent)]


def page(workshop, tag):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return device_page(work.session, work.site_id, device_of(workshop, tag).id)


def test_one_laptop_from_inventory_to_grade(workshop):
    stick = enrolled(workshop)
    answer = send(workshop, stick.inventory())
    assert answer.status is Status.CREATED
    tag = receipt(answer).device
    assert tag == "RB-000001"
    assert device_of(workshop, tag).state is State.EXAMINED
    assert not page(workshop, tag).sanitised

    send(workshop, stick.erasure())
    send(workshop, stick.inspection())

    seen = page(workshop, tag)
    assert seen.state is State.WIPED
    assert seen.sanitised
    assert seen.obstacle is None
    assert [drive.verdict.value for drive in seen.drives] == ["cleared"]
    assert seen.grade.overall in {"A", "B", "C"}
    told = [line.verb for line in seen.history]
    assert told[-1] == "receive_device"
    assert {"ingest_report", "judge_erasure", "confirm_wipe", "grade"} <= set(told)


def test_the_receipt_is_signed_and_names_the_very_bytes(workshop):
    letter = enrolled(workshop).inventory()
    answer = send(workshop, letter)
    told = receipt(answer)

    assert told.sha256 == hashlib.sha256(letter.raw).hexdigest()
    assert told.statement == letter.statement.id
    key = public_key(workshop.server_key)
    assert verified(key, RECEIPT_TYPE, answer.body, answer.signature)
    assert workshop.evidence.bring(told.sha256) == letter.raw


def test_the_same_bytes_again_get_the_same_receipt(workshop):
    letter = enrolled(workshop).inventory()
    first = send(workshop, letter)
    again = send(workshop, letter, now=later(90))

    assert again.status is Status.KNOWN
    assert (again.body, again.signature) == (first.body, first.signature)
    assert count(workshop, Device) == 1
    assert count(workshop, StatementRow) == 1


def test_other_bytes_under_a_known_id_are_refused_and_kept(workshop):
    stick = enrolled(workshop)
    first = stick.inventory()
    send(workshop, first)
    forged = stick.inventory(another(7), id=first.statement.id)

    for _ in range(2):  # a second delivery adds nothing
        answer = send(workshop, forged)
        assert isinstance(answer, Declined)
        assert answer.status is Status.CONFLICT

    assert count(workshop, Conflict) == 1
    assert count(workshop, Device) == 1
    assert verbs(workshop).count("statement_conflict") == 1
    for letter in (first, forged):
        assert workshop.evidence.bring(hashlib.sha256(letter.raw).hexdigest()) == letter.raw


def test_no_forgery_reaches_the_decoder(workshop):
    stick, spy = enrolled(workshop), Spy()
    letter = stick.inventory()
    middle = len(letter.raw) // 2
    flipped = letter.raw[:middle] + bytes([letter.raw[middle] ^ 1]) + letter.raw[middle + 1 :]
    wrong = [
        replace_letter(letter, raw=flipped),
        replace_letter(letter, signature=""),
        replace_letter(letter, signature="0" * 128),
        replace_letter(letter, signature=letter.signature.upper()),
        replace_letter(letter, signature=f" {letter.signature}"),
        replace_letter(letter, signature="é" * 128),
        replace_letter(letter, stick=uuid4()),
    ]
    answers = [send(workshop, one, decode=spy) for one in wrong]
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        revoke_stick(work, stick.id, "perdue")
    answers.append(send(workshop, letter, decode=spy))

    assert {answer.status for answer in answers} == {Status.NOT_KNOWN}
    assert len({answer.sentence for answer in answers}) == 1
    assert spy.reached == 0
    assert count(workshop, StatementRow) == count(workshop, Device) == 0
    assert not list(workshop.evidence.folder.glob("*/*"))


def replace_letter(letter, **changes):
    return type(letter)(**(vars(letter) | changes))


def test_signed_garbage_is_kept_as_evidence_and_makes_no_device(workshop):
    stick = enrolled(workshop)
    answer = send(workshop, stick.sealed(b'{"kind":"inventory"'))

    assert answer.status is Status.UNREADABLE
    assert "refuse_statement" in verbs(workshop)
    assert count(workshop, StatementRow) == count(workshop, Device) == 0


def test_a_statement_for_another_workshop_or_stick_is_refused(workshop):
    stick = enrolled(workshop)

    for letter in (stick.inventory(site=uuid4()), stick.inventory(stick=uuid4())):
        assert send(workshop, letter).status is Status.UNREADABLE
    assert count(workshop, Device) == 0


def test_an_erasure_waits_for_its_inventory(workshop):
    stick = enrolled(workshop)
    inventory, erasure = stick.inventory(), stick.erasure()
    early = send(workshop, erasure)
    assert early.status is Status.CREATED
    assert receipt(early).device is None
    assert count(workshop, JudgementRow) == 0

    tag = receipt(send(workshop, inventory)).device

    assert device_of(workshop, tag).state is State.WIPED
    assert len(page(workshop, tag).statements) == 2


def test_a_copied_stick_is_told(workshop):
    stick = enrolled(workshop)
    send(workshop, stick.inventory())
    copy = type(stick)(**vars(stick))
    send(workshop, stick.inventory(another(1)))
    assert "stick_forked" not in verbs(workshop)

    answer = send(workshop, copy.inventory(another(2)))

    assert answer.status is Status.CREATED
    assert verbs(workshop).count("stick_forked") == 1
    assert count(workshop, Device) == 2, "what is in doubt makes no device"


def test_a_later_failure_on_the_same_drive_counts(workshop):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory())).device
    send(workshop, stick.erasure())
    assert device_of(workshop, tag).state is State.WIPED

    send(workshop, stick.erasure(ending=Ending.FAILED))

    seen = page(workshop, tag)
    assert (seen.state, seen.sanitised) == (State.EXAMINED, False)
    assert seen.drives[0].verdict.value == "failed"
    send(workshop, stick.erasure(ending=Ending.REFUSED))  # nothing was written: the failure stays
    assert page(workshop, tag).drives[0].verdict.value == "failed"
    send(workshop, stick.erasure())
    assert device_of(workshop, tag).state is State.WIPED


def test_a_new_drive_brings_a_wiped_device_back(workshop):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory())).device
    send(workshop, stick.erasure())
    second = replace(SSD, path="/dev/sdb", identity=replace(SSD.identity, serial="NEWCOMER-1"))

    send(workshop, stick.boot().inventory(replace(LAPTOP, drives=(SSD, second))))
    assert device_of(workshop, tag).state is State.EXAMINED

    send(workshop, stick.erasure(second))
    assert device_of(workshop, tag).state is State.WIPED  # the first drive stays proven


def test_a_re_probe_never_resets_the_state(workshop):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory())).device
    send(workshop, stick.erasure())

    other = enrolled(workshop, "clé 2")
    again = receipt(send(workshop, other.inventory(), now=later(5))).device

    assert again == tag
    assert device_of(workshop, tag).state is State.WIPED


def test_the_drives_of_one_device_never_prove_those_of_another(workshop):
    """Two machines whose drives carry one serial number (copies, USB bridges) stay two."""
    stick = enrolled(workshop)
    twin = replace(another(1), drives=(SSD,))
    first = receipt(send(workshop, stick.inventory())).device
    second = receipt(send(workshop, stick.boot().inventory(twin))).device
    assert first != second
    send(workshop, stick.erasure())

    assert device_of(workshop, second).state is State.WIPED
    assert device_of(workshop, first).state is State.EXAMINED


def test_two_drives_with_one_identity_are_never_proven(workshop):
    stick = enrolled(workshop)
    double = replace(SSD, path="/dev/sdb")
    tag = receipt(send(workshop, stick.inventory(replace(LAPTOP, drives=(SSD, double))))).device
    send(workshop, stick.erasure())

    assert device_of(workshop, tag).state is State.EXAMINED
    assert count(workshop, JudgementRow) == 0
    assert "erasure_of_unknown_drive" in verbs(workshop)


@pytest.mark.parametrize("hidden", [True, None])
def test_hidden_drives_block(workshop, hidden):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory(replace(LAPTOP, drives_hidden=hidden)))).device
    send(workshop, stick.erasure())

    seen = page(workshop, tag)
    assert (seen.state, seen.sanitised) == (State.EXAMINED, False)
    assert seen.obstacle is not None


def test_a_scanned_label_names_the_device(workshop):
    stick = enrolled(workshop)
    assert receipt(send(workshop, stick.inventory(asset_tag="rb-000777"))).device == "RB-000777"
    assert receipt(send(workshop, stick.inventory(another(1)))).device == "RB-000001"
    # another machine with the label of the first is another machine
    assert (
        receipt(send(workshop, stick.boot().inventory(another(2), asset_tag="RB-000777"))).device
        == "RB-000002"
    )
    assert "label_on_other_machine" in verbs(workshop)


def test_a_number_on_a_label_is_never_given_twice(workshop):
    stick = enrolled(workshop)
    send(workshop, stick.inventory(asset_tag="RB-000002"))
    tags = [receipt(send(workshop, stick.boot().inventory(another(n)))).device for n in range(1, 4)]

    assert tags == ["RB-000001", "RB-000003", "RB-000004"]
