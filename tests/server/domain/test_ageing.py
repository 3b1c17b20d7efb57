"""How long in each state, and how near the end."""

from datetime import date

from moments import NOON, later

from rebond_server.domain.ageing import Nearness, Step, deadline, in_each, nearness, stays
from rebond_server.domain.lifecycle import State

DAY = 24 * 60


def test_the_stretches_add_up_to_the_whole_stay():
    steps = [
        Step(at=later(5 * DAY), to=State.HELD),
        Step(at=later(2 * DAY), to=State.EXAMINED),
        Step(at=later(3 * DAY), to=State.EXAMINED),
        Step(at=later(6 * DAY), to=State.RECEIVED),
    ]
    found = stays(NOON, steps, later(10 * DAY))
    assert [(one.state, one.days) for one in found] == [
        (State.RECEIVED, 2), (State.EXAMINED, 3), (State.HELD, 1), (State.RECEIVED, 4),
    ]  # fmt: skip
    assert found[-1].until is None
    assert in_each(found) == {State.RECEIVED: 6, State.EXAMINED: 3, State.HELD: 1}
    assert [one.days for one in stays(NOON, [], later(DAY))] == [1]
    assert stays(later(DAY), [], NOON)[0].days == 0  # a clock that went back


def test_the_reminder_comes_six_months_before_the_end():
    found = deadline("2021-0668", date(2026, 12, 31))
    assert found is not None
    assert found.reminder == date(2026, 6, 30)
    assert nearness(found, date(2026, 6, 29)) is Nearness.FAR
    assert nearness(found, date(2026, 6, 30)) is Nearness.NEAR
    assert nearness(found, date(2026, 12, 31)) is Nearness.NEAR
    assert nearness(found, date(2027, 1, 1)) is Nearness.PAST
    assert deadline("x", None) is None
    said = deadline("x", date(2026, 12, 31), date(2026, 10, 1))
    assert said is not None
    assert said.reminder == date(2026, 10, 1)
