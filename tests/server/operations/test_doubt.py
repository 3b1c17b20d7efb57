"""Copied, stolen and unconfirmed sticks: what they say is kept and counts for nothing until a person looked."""

from datetime import timedelta

import msgspec
import pytest
from bench import Stick as Held
from bench import account, another, device_of, enrolled, receipt, send
from moments import NOON

from rebond_schemas.codec import encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest
from rebond_schemas.signing import ENROLMENT_TYPE, new_key, public_key, sign
from rebond_schemas.six_words import six_words
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotFound, NotLoggedIn
from rebond_server.operations.answers import Accepted, Status
from rebond_server.operations.doubt import (
    LASTS,
    decide,
    renew_stick,
    trust_again,
    words_compared,
)
from rebond_server.operations.enrol_stick import enrol_stick, revoke_stick
from rebond_server.operations.issue_certificate import issue_certificate
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.recompute import differences
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.device import Device
from rebond_server.store.proof import Withdrawal
from rebond_server.store.stick import Decision, Doubt, DoubtReason, StatementRow, Stick

HOUR = timedelta(hours=1)


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


def waiting(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return [
            (doubt.statement_id, doubt.why)
            for doubt in work.session.query(Doubt).filter(Doubt.decision.is_(None))
        ]


def ruled(workshop, lead, ids, decision, reason="vu sur l'établi", now=NOON + 2 * HOUR):
    with workshop.work(lead, now) as work:
        decide(work, ids, decision, reason)


def devices(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(Device).count()


def sound(workshop):
    with workshop.work(NOBODY, NOON + 9 * HOUR, reading=True) as work:
        assert differences(work) == ()


def enrolled_on_screen(workshop, lead, authority=b""):
    """Return a stick whose code the lead asked for on a screen, and the words on the stick's own."""
    key = new_key()
    with workshop.work(lead, NOON) as work:
        code = issue_enrolment_code(work)
    raw = encode(EnrolmentRequest(code=code, name="clé 9", public_key=public_key(key)))
    with workshop.work(NOBODY, NOON) as work:
        answer = enrol_stick(work, raw, sign(key, ENROLMENT_TYPE, raw), authority)
    assert isinstance(answer, Accepted)
    told = msgspec.json.decode(answer.body, type=EnrolmentAnswer)
    return Held(key=key, id=told.stick, site=told.site), six_words(raw, answer.body, authority)


def test_both_sides_have_the_same_words_and_nothing_counts_before_they_are_compared(workshop, lead):
    stick, words = enrolled_on_screen(workshop, lead, authority=b"a" * 32)
    with workshop.work(NOBODY, NOON, reading=True) as work:
        row = work.session.get(Stick, (stick.site, stick.id))
        assert row.words.split() == list(words)
        assert row.compared is None
    answer = send(workshop, stick.inventory())
    assert answer.status is Status.CREATED, "kept and signed for all the same"
    send(workshop, stick.erasure())
    assert devices(workshop) == 0
    assert {why for _, why in waiting(workshop)} == {DoubtReason.WORDS_NOT_COMPARED}

    with workshop.work(lead, NOON + HOUR) as work:
        assert words_compared(work, stick.id) == 2
    assert waiting(workshop) == []
    assert devices(workshop) == 1
    assert receipt(send(workshop, stick.inspection(), NOON + 2 * HOUR)).device is not None
    sound(workshop)


def test_a_man_in_the_middle_gives_other_words(workshop, lead):
    _, words = enrolled_on_screen(workshop, lead, authority=b"the real one".ljust(32))
    _, others = enrolled_on_screen(workshop, lead, authority=b"another one".ljust(32))
    assert words != others
    raw, answer = b"request", b"answer"
    assert six_words(raw, answer, b"") != six_words(raw + b"a", answer[1:], b"")


def test_a_copy_is_flagged_at_its_first_statement_and_no_longer_believed(workshop, lead):
    stick = enrolled(workshop)
    send(workshop, stick.inventory())
    copy = type(stick)(**vars(stick))
    send(workshop, stick.boot().inventory(another(1)))
    assert waiting(workshop) == []

    first = copy.boot().inventory(another(2))
    send(workshop, first)
    assert waiting(workshop) == [(first.statement.id, DoubtReason.FORKED)]
    later = stick.boot().inventory(another(3))
    send(workshop, later)
    assert len(waiting(workshop)) == 2, "nobody knows which of the two is the copy"
    assert devices(workshop) == 2

    with pytest.raises(NotLoggedIn):
        ruled(workshop, command_line(Role.LEAD), [later.statement.id], Decision.ACCEPTED)
    with pytest.raises(BadValue, match="raison"):
        ruled(workshop, lead, [later.statement.id], Decision.ACCEPTED, reason=" ")
    ruled(workshop, lead, [later.statement.id], Decision.ACCEPTED)
    ruled(workshop, lead, [first.statement.id], Decision.REJECTED)
    with pytest.raises(NotFound):
        ruled(workshop, lead, [first.statement.id], Decision.ACCEPTED)
    assert devices(workshop) == 3
    with workshop.work(lead, NOON + 3 * HOUR) as work:
        trust_again(work, stick.id, "la copie est détruite")
    assert receipt(send(workshop, stick.boot().inventory(another(4)), NOON + 4 * HOUR)).device
    assert waiting(workshop) == []
    sound(workshop)


def test_a_year_later_a_stick_waits_until_somebody_says_it_is_still_ours(workshop, lead):
    stick = enrolled(workshop)
    year = NOON + LASTS
    assert receipt(send(workshop, stick.inventory(), year - HOUR)).device
    assert waiting(workshop) == []
    with workshop.work(lead, year - HOUR) as work:
        assert renew_stick(work, stick.id) == 0, "not before its time"
    late = stick.boot().inventory(another(2))
    assert receipt(send(workshop, late, year)).device is None
    assert waiting(workshop) == [(late.statement.id, DoubtReason.EXPIRED)]
    assert devices(workshop) == 1
    with workshop.work(lead, year + HOUR) as work:
        assert words_compared(work, stick.id) == 0, "these words were compared long ago"
        assert renew_stick(work, stick.id) == 1
    assert (waiting(workshop), devices(workshop)) == ([], 2)
    assert receipt(send(workshop, stick.boot().inventory(another(3)), year + 2 * HOUR)).device
    with workshop.work(NOBODY, year + 3 * HOUR, reading=True) as work:
        assert differences(work) == ()


def test_what_a_stolen_stick_said_since_no_longer_counts(workshop, lead):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.boot().inventory(), NOON)).device
    send(workshop, stick.erasure(), NOON + HOUR)
    before = receipt(send(workshop, stick.boot().inventory(another(1)), NOON)).device
    assert device_of(workshop, tag).state is State.WIPED

    with workshop.work(lead, NOON + HOUR) as work:
        issue_certificate(work, device_of(workshop, tag).id)

    with workshop.work(lead, NOON + 2 * HOUR) as work:
        assert revoke_stick(work, stick.id, "volée", NOON + HOUR) == 1
        assert work.session.query(Withdrawal).count() == 1, "its certificate rested on it"
    refused = send(workshop, stick.inventory(another(2)), NOON + 2 * HOUR)
    assert refused.status is Status.NOT_KNOWN
    assert device_of(workshop, tag).state is State.EXAMINED
    assert device_of(workshop, before).state is State.EXAMINED
    ((doubted, why),) = waiting(workshop)
    assert why is DoubtReason.STOLEN
    sound(workshop)

    ruled(workshop, lead, [doubted], Decision.ACCEPTED, now=NOON + 3 * HOUR)
    assert device_of(workshop, tag).state is State.WIPED
    sound(workshop)


def test_a_device_known_only_from_a_stolen_stick_promises_nothing(workshop, lead):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory(), NOON)).device
    send(workshop, stick.erasure(), NOON)
    assert device_of(workshop, tag).state is State.WIPED
    with workshop.work(lead, NOON + HOUR) as work:
        assert revoke_stick(work, stick.id, "volée", NOON - HOUR) == 2
    assert device_of(workshop, tag).state is State.EXAMINED
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert {row.quarantined for row in work.session.query(StatementRow)} == {True}
    sound(workshop)


def test_five_wrong_codes_lock_that_code_only(workshop, lead):
    with workshop.work(lead, NOON) as work:
        first, second = issue_enrolment_code(work), issue_enrolment_code(work)

    def tried(code):
        key = new_key()
        raw = encode(EnrolmentRequest(code=code, name="x", public_key=public_key(key)))
        with workshop.work(NOBODY, NOON) as work:
            return enrol_stick(work, raw, sign(key, ENROLMENT_TYPE, raw))

    wrong = first[:4] + ("222222" if first[4:] != "222222" else "333333")
    assert {tried(wrong).status for _ in range(5)} == {Status.NOT_KNOWN}
    assert tried(first).status is Status.NOT_KNOWN, "locked"
    assert tried(second).status is Status.CREATED


def test_a_copy_on_another_drive_is_flagged_at_its_very_first_statement(workshop):
    """Even when it reports before the original does: no number is given twice yet."""
    stick = enrolled(workshop)
    send(workshop, stick.inventory(medium="-." + "a" * 16))
    send(workshop, stick.boot().inventory(another(1), medium="b" * 16 + ".-"))
    send(workshop, stick.boot().inventory(another(2), medium="b" * 16 + "." + "a" * 16))
    send(workshop, stick.boot().inventory(another(3)))
    assert waiting(workshop) == []

    copied = stick.boot().inventory(another(4), medium="c" * 16 + "." + "a" * 16)
    send(workshop, copied)
    assert waiting(workshop) == [(copied.statement.id, DoubtReason.FORKED)]
    assert devices(workshop) == 4
