"""Passwords, sessions, enrolment codes: throttled by time, never locked by count."""

import msgspec
import pytest
from bench import PASSWORD, account, enrolled
from moments import NOON, later

from rebond_schemas.codec import encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest
from rebond_schemas.signing import ENROLMENT_TYPE, new_key, public_key, sign
from rebond_server.domain.errors import Forbidden
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotLoggedIn, Taken
from rebond_server.operations.answers import Accepted, Status
from rebond_server.operations.create_account import (
    change_password,
    change_role,
    close_account,
    create_account,
)
from rebond_server.operations.enrol_stick import enrol_stick, revoke_stick
from rebond_server.operations.issue_enrolment_code import ALPHABET, issue_enrolment_code
from rebond_server.operations.log_in import (
    NotWelcome,
    Welcome,
    authenticate,
    close_login,
    find_login,
    open_login,
    touch_login,
)
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.history import HistoryEvent
from rebond_server.store.people import Attempt, LoginSession
from rebond_server.store.stick import EnrolmentCode, Stick

WRONG = "une autre phrase assez longue"


def guess(workshop, login, password, now=NOON, origin="10.0.0.7"):
    with workshop.work(NOBODY, now) as work:
        return authenticate(work, login, password, origin)


def log_in(workshop, login, now=NOON):
    with workshop.work(NOBODY, now) as work:
        welcome = authenticate(work, login, PASSWORD, "10.0.0.8")
        assert isinstance(welcome, Welcome)
        return open_login(work, welcome.account)


def who(workshop, token, now):
    with workshop.work(NOBODY, now, reading=True) as work:
        return find_login(work, token)


def test_the_right_password_is_welcome_in_any_case_of_the_login(workshop):
    account(workshop, Role.LEAD, "Nadia")

    assert isinstance(guess(workshop, " NADIA ", PASSWORD), Welcome)
    assert isinstance(guess(workshop, "nadia", WRONG), NotWelcome)


def test_a_refusal_never_says_which_of_the_two_was_wrong(workshop):
    account(workshop, Role.LEAD, "nadia")

    assert guess(workshop, "nadia", WRONG) == guess(workshop, "personne", PASSWORD)


def test_five_wrong_guesses_wait_a_minute_and_lock_nothing(workshop):
    account(workshop, Role.LEAD, "nadia")
    for number in range(5):
        assert not guess(workshop, "nadia", WRONG, origin=f"10.0.0.{number}").too_fast

    waiting = guess(workshop, "nadia", PASSWORD, origin="10.0.0.99")
    assert isinstance(waiting, NotWelcome)
    assert waiting.too_fast
    assert guess(workshop, "nadia", PASSWORD, now=later(0.9)).too_fast
    assert isinstance(guess(workshop, "nadia", PASSWORD, now=later(1.1)), Welcome)


def test_one_origin_cannot_try_many_logins(workshop):
    account(workshop, Role.LEAD, "nadia")
    for number in range(5):
        guess(workshop, f"login-{number}", WRONG)

    assert guess(workshop, "nadia", PASSWORD).too_fast
    assert isinstance(guess(workshop, "nadia", PASSWORD, origin="10.0.0.9"), Welcome)


def test_attempts_keep_neither_login_nor_address(workshop):
    guess(workshop, "nadia", WRONG)

    with workshop.work(NOBODY, NOON, reading=True) as work:
        kept = " ".join(attempt.what for attempt in work.session.query(Attempt))
    assert "nadia" not in kept
    assert "10.0.0.7" not in kept


def test_a_session_ends_when_idle_and_after_a_shift(workshop):
    account(workshop, Role.LEAD, "nadia")
    token = log_in(workshop, "nadia")
    assert who(workshop, token, later(29)).role is Role.LEAD
    assert who(workshop, token, later(31)) is None

    for minutes in range(0, 600, 20):
        with workshop.work(NOBODY, later(minutes)) as work:
            touch_login(work, token)
    assert who(workshop, token, later(599)) is not None
    assert who(workshop, token, later(600)) is None


def test_only_the_hash_of_a_token_is_kept(workshop):
    account(workshop, Role.LEAD, "nadia")
    token = log_in(workshop, "nadia")

    with workshop.work(NOBODY, NOON, reading=True) as work:
        (row,) = work.session.query(LoginSession)
    assert token not in vars(row).values()
    assert who(workshop, token + "x", NOON) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda work, one: change_password(work, one, WRONG),
        lambda work, one: change_role(work, one, Role.TECHNICIAN),
        close_account,
    ],
    ids=["password", "role", "closed"],
)
def test_a_change_of_the_account_ends_its_sessions(workshop, change):
    lead = account(workshop, Role.LEAD, "nadia")
    token = log_in(workshop, "nadia")
    with workshop.work(command_line(Role.ADMIN), NOON) as work:
        change(work, lead.id)

    assert who(workshop, token, later(1)) is None


def test_logging_out_ends_the_session(workshop):
    account(workshop, Role.LEAD, "nadia")
    token = log_in(workshop, "nadia")
    with workshop.work(NOBODY, NOON) as work:
        close_login(work, token)

    assert who(workshop, token, NOON) is None


def test_accounts_are_the_administrators_business(workshop):
    for role in (Role.TECHNICIAN, Role.LEAD, Role.OFFICER):
        with pytest.raises(Forbidden), workshop.work(command_line(role), NOON) as work:
            create_account(work, "x", "x", Role.ADMIN, PASSWORD)
    with pytest.raises(NotLoggedIn), workshop.work(NOBODY, NOON) as work:
        create_account(work, "x", "x", Role.ADMIN, PASSWORD)


@pytest.mark.parametrize(
    ("login", "role", "password", "error"),
    [
        ("nadia", Role.LEAD, PASSWORD, Taken),
        ("louis", Role.LEAD, "court", BadValue),
        ("louis", Role.AGENT, PASSWORD, BadValue),
        (" ", Role.LEAD, PASSWORD, BadValue),
    ],
)
def test_impossible_accounts(workshop, login, role, password, error):
    account(workshop, Role.LEAD, "nadia")
    with pytest.raises(error), workshop.work(command_line(Role.ADMIN), NOON) as work:
        create_account(work, login, login, role, password)


def issue(workshop, now=NOON):
    with workshop.work(command_line(Role.LEAD), now) as work:
        return issue_enrolment_code(work)


def ask(workshop, code, key=None, now=NOON, signing=None):
    key = key or new_key()
    raw = encode(EnrolmentRequest(code=code, name="clé", public_key=public_key(key)))
    with workshop.work(NOBODY, now) as work:
        return enrol_stick(work, raw, sign(signing or key, ENROLMENT_TYPE, raw))


def wrong(code):
    return code[:-1] + ("2" if code[-1] != "2" else "3")


def test_a_code_enrols_one_stick_as_a_person_types_it(workshop):
    code = issue(workshop)
    assert len(code) == 10
    assert set(code) <= set(ALPHABET)

    answer = ask(workshop, f" {code[:4].lower()}-{code[4:]} ")

    assert isinstance(answer, Accepted)
    told = msgspec.json.decode(answer.body, type=EnrolmentAnswer)
    assert told.server_public_key == public_key(workshop.server_key)
    assert ask(workshop, code).status is Status.NOT_KNOWN  # another key, the same code


def test_the_same_request_again_gets_the_same_stick(workshop):
    code, key = issue(workshop), new_key()
    first, again = ask(workshop, code, key), ask(workshop, code, key, now=later(5))

    assert first.body != again.body  # the time differs
    kind = EnrolmentAnswer
    assert (
        msgspec.json.decode(first.body, type=kind).stick
        == msgspec.json.decode(again.body, type=kind).stick
    )


def test_five_wrong_secrets_lock_that_code_only(workshop):
    code, other = issue(workshop), issue(workshop)
    for _ in range(5):
        assert ask(workshop, wrong(code)).status is Status.NOT_KNOWN

    assert ask(workshop, code).status is Status.NOT_KNOWN
    assert isinstance(ask(workshop, other), Accepted)


def test_four_wrong_secrets_leave_one_try(workshop):
    code = issue(workshop)
    for _ in range(4):
        ask(workshop, wrong(code))

    assert isinstance(ask(workshop, code), Accepted)


def test_a_code_lasts_ten_minutes(workshop):
    code = issue(workshop)

    assert ask(workshop, code, now=later(10)).status is Status.NOT_KNOWN
    assert isinstance(ask(workshop, code, now=later(9.9)), Accepted)


def test_a_stick_must_hold_the_key_it_names(workshop):
    code = issue(workshop)

    assert ask(workshop, code, signing=new_key()).status is Status.NOT_KNOWN
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert work.session.query(Stick).count() == 0
        assert work.session.query(EnrolmentCode).one().tries_left == 5


def test_codes_and_revocation_are_for_lead_and_administrator(workshop):
    stick = enrolled(workshop)
    for role in (Role.TECHNICIAN, Role.OFFICER):
        with pytest.raises(Forbidden), workshop.work(command_line(role), NOON) as work:
            issue_enrolment_code(work)
        with pytest.raises(Forbidden), workshop.work(command_line(role), NOON) as work:
            revoke_stick(work, stick.id, "x")


def test_history_holds_no_name_and_no_secret(workshop):
    account(workshop, Role.LEAD, "nadia")
    log_in(workshop, "nadia")
    code = issue(workshop)
    ask(workshop, code)

    with workshop.work(NOBODY, NOON, reading=True) as work:
        told = " ".join(str(vars(event)) for event in work.session.query(HistoryEvent))
    assert "nadia" not in told
    assert code not in told
