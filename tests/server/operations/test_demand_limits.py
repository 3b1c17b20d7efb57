"""Whatever is typed into the forms of the demand: a clear refusal or a plan that still can be made."""

import contextlib

import pytest
from bench import account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moments import NOON, later

from rebond_schemas import plan
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.errors import Refused
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.operations.files import see_proof
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.organisations import OrganisationFacts, record_organisation
from rebond_server.operations.passes import UseFacts, record_batch, record_use
from rebond_server.operations.programmes import (
    ProgrammeFacts,
    record_given_before,
    record_programme,
    record_shares,
    record_territory,
)
from rebond_server.operations.requests import RequestFacts, record_request

WISH = (plan.Part(wishes=(plan.Wish(kinds=(Kind.LAPTOP,)),)),)
TEXT = st.one_of(
    st.sampled_from(
        ["", "x" * 300, "é" * 130, "a b", "\u202ex", "lot", "p", "=1+1", "../..", "p" * 80]
    ),
    st.text(max_size=20),
)


def acts(text, number):
    day = NOON.date()
    terms = plan.Programme(
        id="p", tier=1, caps=(plan.Cap(id="office", limit=3, scope=plan.Scope.OFFICE),)
    )
    first = ProgrammeFacts(terms=terms, operator=text, first_come=True, voucher_days=number)
    share = plan.Share(id=f"lot-{text}", programme="p", fraction=0.2, source=text)
    asked = RequestFacts(
        programme="p", quantity=number, parts=WISH, person=text, office=text, code=text, public=text
    )
    return (
        lambda work: record_territory(work, text),
        lambda work: record_organisation(
            work, OrganisationFacts(code=text, name=text, territory=text)
        ),
        lambda work: record_programme(work, first),
        lambda work: record_shares(work, "lot", (share,), ("p",)),
        lambda work: record_given_before(work, "p", Kind.LAPTOP, number, day, text, text),
        lambda work: see_proof(work, record_request(work, asked).id, text),
        lambda work: record_batch(work, text, number, day, number, number=text),
        lambda work: record_use(
            work, UseFacts(batch=text, day=day, public=text, distributed=number,
                           beneficiaries=number, training=text, body=text),
        ),
    )  # fmt: skip


@pytest.fixture
def officer(workshop):
    with workshop.work(account(workshop, Role.LEAD), NOON) as work:
        record_lot(work, LotFacts(code="lot", name="L", kind=LotKind.ANNEX, regime=Regime.PRIVATE))
    who = account(workshop, Role.OFFICER)
    with workshop.work(who, NOON) as work:
        terms = plan.Programme(id="p", tier=1)
        record_programme(work, ProgrammeFacts(terms=terms, operator="x"))
    return who


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXT, st.sampled_from([-1, 0, 1, 7, 99_999_999]))
def test_a_form_is_refused_or_kept_and_a_plan_follows(workshop, officer, text, number):
    for act in acts(text, number):
        with contextlib.suppress(Refused), workshop.work(officer, later(1)) as work:
            act(work)  # anything but a refusal fails here
    with workshop.work(officer, later(2)) as work:
        assert make_plan(work).input_sha256
