"""The promise of the product, as a property of one table: nobody goes round the wipe."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rebond_server.domain.errors import IllegalTransition
from rebond_server.domain.lifecycle import (
    EVENT_NAMES,
    STATE_NAMES,
    TABLE,
    Event,
    State,
    advance,
    possible,
)
from rebond_server.domain.role import Role

OUT = {State.ALLOCATED, State.RELEASED}


def reachable(start, without=frozenset()):
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for (state, _), step in TABLE.items():
            if state is here and step.to not in seen | without:
                seen.add(step.to)
                todo.append(step.to)
    return seen


def test_every_state_is_reached_from_received():
    assert reachable(State.RECEIVED) == set(State)


@pytest.mark.parametrize("start", [State.RECEIVED, State.EXAMINED, State.HELD, State.SCRAPPED])
def test_no_path_to_a_new_owner_goes_round_the_wipe(start):
    assert not reachable(start, without=frozenset({State.WIPED})) & OUT


def test_a_returned_device_is_wiped_again():
    after = TABLE[State.RELEASED, Event.TAKE_BACK].to
    assert not reachable(after, without=frozenset({State.WIPED})) & OUT


def test_only_evidence_wipes():
    into_wiped = {(event, step.by) for (_, event), step in TABLE.items() if step.to is State.WIPED}
    assert into_wiped == {(Event.CONFIRM_WIPE, frozenset({Role.AGENT}))}


def test_scrapped_is_the_end():
    assert reachable(State.SCRAPPED) == {State.SCRAPPED}


def test_no_role_takes_a_device_from_wipe_to_owner_alone():
    for role in Role:
        steps = {(state, step.to) for (state, _), step in TABLE.items() if role in step.by}
        assert not {(State.EXAMINED, State.WIPED), (State.GRADED, State.ALLOCATED)} <= steps
        assert not {(State.WIPED, State.GRADED), (State.GRADED, State.ALLOCATED)} <= steps


def test_the_admin_moves_nothing():
    assert all(Role.ADMIN not in step.by for step in TABLE.values())


@given(st.sampled_from(State), st.sampled_from(Event), st.sampled_from(Role))
@settings(max_examples=600)
def test_advance_is_the_table_and_refusals_speak_both_languages(state, event, role):
    step = TABLE.get((state, event))
    if step is not None and role in step.by:
        assert advance(state, event, role) is step.to
        assert event in possible(state, role)
        return
    assert event not in possible(state, role)
    with pytest.raises(IllegalTransition) as refusal:
        advance(state, event, role)
    sentence = refusal.value.sentence
    assert EVENT_NAMES[event].fr in sentence.fr
    assert EVENT_NAMES[event].en in sentence.en
    assert sentence.fr.endswith(".")


def test_every_state_and_event_has_a_name():
    assert set(STATE_NAMES) == set(State)
    assert set(EVENT_NAMES) == set(Event) == {event for _, event in TABLE}


class Life(RuleBasedStateMachine):
    """Any device, pushed by anybody in any order."""

    def __init__(self):
        super().__init__()
        self.state = State.RECEIVED
        self.wiped_since_last_data = False

    @rule(event=st.sampled_from(Event), role=st.sampled_from(Role))
    def push(self, event, role):
        try:
            after = advance(self.state, event, role)
        except IllegalTransition:
            return
        if event in {Event.TAKE_BACK, Event.ADD_DRIVE, Event.RESUME}:
            self.wiped_since_last_data = False
        if event is Event.CONFIRM_WIPE:
            self.wiped_since_last_data = True
        self.state = after

    @rule(role=st.sampled_from(Role), pick=st.integers(min_value=0))
    def push_somewhere_legal(self, role, pick):
        choices = possible(self.state, role)
        if choices:
            self.push(choices[pick % len(choices)], role)

    @invariant()
    def owner_only_after_wipe(self):
        if self.state in OUT | {State.WIPED, State.GRADED}:
            assert self.wiped_since_last_data


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=60)
