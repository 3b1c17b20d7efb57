"""The permission table, read by a person once and by this test at every change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebond_server.domain import lifecycle
from rebond_server.domain.errors import Forbidden
from rebond_server.domain.lifecycle import Event
from rebond_server.domain.policy import FOR_EVENT, TABLE, Permission, allowed, require
from rebond_server.domain.role import TITLES, Role

P = Permission


def can(role):
    return {permission for permission in Permission if allowed(role, permission).ok}


def test_every_permission_is_decided_and_somebody_has_it():
    assert set(TABLE) == set(Permission)
    assert all(TABLE.values())


def test_the_admin_neither_allocates_nor_releases_nor_sees_beneficiaries():
    assert not can(Role.ADMIN) & {
        P.PLAN, P.CONFIRM_PLAN, P.DEALLOCATE, P.HAND_OVER, P.VIEW_PERSONAL_DATA,
        P.CONFIRM_GRADE, P.CHANGE_GRADE, P.ACCEPT_LIMITS, P.SCRAP,
    }  # fmt: skip


def test_the_bench_does_not_choose_the_beneficiary():
    for role in (Role.TECHNICIAN, Role.LEAD):
        assert not can(role) & {P.PLAN, P.CONFIRM_PLAN, P.HAND_OVER, P.VIEW_PERSONAL_DATA}


def test_who_chooses_the_beneficiary_does_not_judge_the_device():
    assert not can(Role.OFFICER) & {
        P.CONFIRM_GRADE, P.CHANGE_GRADE, P.ACCEPT_LIMITS, P.HOLD, P.RESUME, P.SCRAP,
    }  # fmt: skip


def test_a_technician_signs_for_nothing_doubtful():
    assert not can(Role.TECHNICIAN) & {P.ACCEPT_LIMITS, P.RESUME, P.SCRAP, P.ENROL_STICK}


def test_the_stick_only_reports():
    assert can(Role.AGENT) == {P.INGEST}
    assert TABLE[P.INGEST] == {Role.AGENT}


@pytest.mark.parametrize("event", FOR_EVENT)
def test_screens_and_lifecycle_agree(event):
    doers = {
        role for (_, known), step in lifecycle.TABLE.items() if known is event for role in step.by
    }
    assert TABLE[FOR_EVENT[event]] == doers


def test_no_person_can_ask_for_a_step_that_evidence_takes():
    by_evidence = {e for (_, e), step in lifecycle.TABLE.items() if step.by == {Role.AGENT}}
    assert by_evidence == set(Event) - set(FOR_EVENT)


@given(st.sampled_from(Role), st.sampled_from(Permission))
def test_a_refusal_names_who_may(role, permission):
    decision = allowed(role, permission)
    assert decision.ok == (role in TABLE[permission])
    if decision.ok:
        require(role, permission)
        return
    assert any(TITLES[able].fr in decision.reason.fr for able in TABLE[permission])
    with pytest.raises(Forbidden):
        require(role, permission)
