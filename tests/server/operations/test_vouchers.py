"""Vouchers go to the first complete files of each office; a place that falls free goes to the next."""

from datetime import timedelta

import pytest
from bench import account
from moments import NOON, later

from rebond_schemas import plan
from rebond_schemas.plan_law import Kind
from rebond_server.domain.role import Role
from rebond_server.domain.voucher import code_sha256, last_day, voucher_code
from rebond_server.errors import BadValue, Taken
from rebond_server.operations.files import see_proof
from rebond_server.operations.programmes import ProgrammeFacts, record_programme
from rebond_server.operations.purge import purge
from rebond_server.operations.requests import RequestFacts, record_request
from rebond_server.operations.vouchers import issue_vouchers, withdraw_voucher
from rebond_server.operations.withdraw_device import standing_voucher
from rebond_server.operations.work import command_line
from rebond_server.store.demand import Request
from rebond_server.store.voucher import Voucher

WISH = (plan.Part(wishes=(plan.Wish(kinds=(Kind.SMARTPHONE,)),)),)
DAYS = 10


@pytest.fixture
def officer(workshop):
    who = account(workshop, Role.OFFICER)
    caps = (plan.Cap(id="office", limit=2, scope=plan.Scope.OFFICE),)
    terms = plan.Programme(id="poste", tier=1, caps=caps, proofs=("training_certificate",))
    with workshop.work(who, NOON) as work:
        facts = ProgrammeFacts(terms=terms, operator="x", first_come=True, voucher_days=DAYS)
        record_programme(work, facts)
    return who


def file(workshop, officer, person, office="bron", *, proofs=(), now=NOON):
    with workshop.work(officer, now) as work:
        facts = RequestFacts(
            programme="poste", quantity=1, parts=WISH, person=person, office=office, proofs=proofs
        )
        return record_request(work, facts).id


def holders(workshop, officer, now=NOON):
    """Return who holds a voucher that stands, with its rank."""
    with workshop.work(officer, now, reading=True) as work:
        rows = work.session.query(Voucher, Request).filter(
            Request.id == Voucher.request_id, Voucher.lapsed.is_(None)
        )
        return {request.terms["person"]: voucher.rank for voucher, request in rows}


def test_the_order_is_that_of_complete_files_and_each_office_counts_alone(workshop, officer):
    files = {person: file(workshop, officer, person) for person in "abcd"}
    other = file(workshop, officer, "x", "cusset")
    for minute, person in enumerate("cadb", start=1):
        with workshop.work(officer, later(minute)) as work:
            see_proof(work, files[person], "training_certificate")
    with workshop.work(officer, later(9)) as work:
        see_proof(work, other, "training_certificate")
    assert holders(workshop, officer) == {"c": 1, "a": 2, "x": 1}
    with pytest.raises(BadValue), workshop.work(officer, later(9)) as work:
        see_proof(work, files["d"], "withdrawal_voucher")  # nobody notes a voucher: it is given


def test_a_place_that_falls_free_goes_to_the_next_file(workshop, officer):
    for minute, person in enumerate("abcd"):
        file(workshop, officer, person, proofs=("training_certificate",), now=later(minute))
    with workshop.work(officer, later(5)) as work:
        issue_vouchers(work, "poste")
    assert holders(workshop, officer) == {"a": 1, "b": 2}
    with workshop.work(officer, later(6)) as work:
        voucher = work.session.query(Voucher).filter_by(rank=1).one()
        withdraw_voucher(work, voucher.id, "a déjà un téléphone")
        kept = voucher.id
    assert holders(workshop, officer) == {"b": 2, "c": 3}
    with pytest.raises(Taken), workshop.work(officer, later(7)) as work:
        withdraw_voucher(work, kept, "encore")
    late = NOON + timedelta(days=DAYS + 1)
    with workshop.work(officer, late) as work:
        assert len(issue_vouchers(work, "poste")) == 1
    assert holders(workshop, officer, late) == {"d": 4}


def test_the_night_ends_what_is_past_its_day_and_gives_nothing(workshop, officer):
    for minute, person in enumerate("abc"):
        file(workshop, officer, person, proofs=("training_certificate",), now=later(minute))
    with workshop.work(officer, later(5)) as work:
        issue_vouchers(work, "poste")
    for day, gone in ((DAYS, 0), (DAYS + 1, 2), (DAYS + 2, 0)):
        with workshop.work(command_line(Role.ADMIN), NOON + timedelta(days=day)) as work:
            assert purge(work).vouchers == gone
    late = NOON + timedelta(days=DAYS + 2)
    assert holders(workshop, officer, late) == {}
    with workshop.work(officer, late) as work:
        issue_vouchers(work, "poste")
    assert holders(workshop, officer, late) == {"c": 3}


def test_a_code_is_read_however_it_was_typed_and_no_other_opens_anything(workshop, officer):
    file(workshop, officer, "a", proofs=("training_certificate",))
    with workshop.work(officer, later(1)) as work:
        (voucher,) = issue_vouchers(work, "poste")
        code = voucher_code(work.server_key, voucher.id)
        assert code not in str(vars(voucher))  # only its hash is kept
    for typed in (
        code,
        code.lower(),
        code.replace("-", " "),
        code.removeprefix("BON-"),
        f" {code}\n",
    ):
        with workshop.work(officer, later(2)) as work:
            assert standing_voucher(work, typed).id == voucher.id
    assert code_sha256(code.replace("0", "O").replace("1", "l")) == code_sha256(code)
    assert len({voucher_code(b"k" * 32, voucher.id), voucher_code(b"j" * 32, voucher.id)}) == 2


def test_a_voucher_never_outlives_its_programme():
    today = NOON.date()
    assert last_day(today, 30, today + timedelta(3)) == today + timedelta(3)
    assert last_day(today, 30, None) == today + timedelta(30)
    assert last_day(today, None, None) == today + timedelta(365)
