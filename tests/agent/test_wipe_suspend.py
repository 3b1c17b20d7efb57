"""A suspend is tried only where it cuts the drives' power, and only when somebody agreed."""

import pytest

from rebond_agent.machine import Completed
from rebond_agent.wipe.suspend import MEM_SLEEP, SUSPEND, can_thaw, thaw


class Sleeper:
    """A computer that can be sent to sleep, or cannot."""

    def __init__(self, mem_sleep, outcome="ok"):
        self.mem_sleep = mem_sleep
        self.outcome = outcome
        self.slept = []

    def read(self, path):
        return self.mem_sleep if path == MEM_SLEEP else None

    def run(self, command, *, time_limit=5.0):
        self.slept.append((command, time_limit))
        return Completed(command=tuple(command), outcome=self.outcome)

    def names(self, _folder):
        return ()

    def ask(self, _library):
        return None


def test_only_deep_sleep_counts():
    assert can_thaw("s2idle [deep]\n")
    assert not can_thaw("[s2idle] deep\n")
    assert not can_thaw("[s2idle]\n")
    assert not can_thaw(None)


@pytest.mark.parametrize(
    ("mem_sleep", "agreed", "outcome", "thawed", "slept"),
    [
        (b"s2idle [deep]", True, "ok", True, 1),
        (b"s2idle [deep]", True, "failed", False, 1),
        (b"s2idle [deep]", False, "ok", False, 0),
        (b"[s2idle]", True, "ok", False, 0),
        (None, True, "ok", False, 0),
    ],
)
def test_it_is_never_done_unasked(mem_sleep, agreed, outcome, thawed, slept):
    sleeper = Sleeper(mem_sleep, outcome)

    assert thaw(sleeper, lambda: agreed) is thawed
    assert [command for command, _ in sleeper.slept] == slept * [SUSPEND]
