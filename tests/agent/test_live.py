"""What the bench tells while it works: the latest state, seldom enough, and never at the work's cost."""

import threading
import time
from uuid import uuid4

import pytest
from stick_bench import enrolled_stick

from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.live import Live
from rebond_agent.errors import Unreachable
from rebond_agent.wipe.progress import Progress
from rebond_schemas.facts import Board, DriveIdentity

IDENTITY = DriveIdentity(model="Fake 1", serial="S1", size_bytes=1000)


@pytest.fixture
def fake():
    return FakeServer(interval=0.2)


@pytest.fixture
def stick(tmp_path, fake):
    return enrolled_stick(tmp_path / "stick", fake)


def at(done):
    return Progress(
        step=1, steps=4, action="write", bytes_done=done, bytes_total=1000,
        bytes_per_second=10.0, eta_seconds=5.0, fault_count=0, mismatch_count=0, celsius=41.0,
    )  # fmt: skip


def test_the_latest_state_is_told_sealed_and_the_end_too(stick, fake):
    live = Live(stick, fake, uuid4())
    live.machine(Board(maker="HP", model="EliteBook"), "RB-7")
    live.begin()
    for done in range(1000):
        live.drive(IDENTITY, "/dev/sda", at(done))
    live.needs("clavier")
    live.ended(IDENTITY, "/dev/sda", "completed")
    live.end()

    assert 1 <= len(fake.heard) <= 4, "a thousand signs of life are a few words"
    last = fake.heard[-1]
    assert (last.machine, last.asset_tag, last.needs) == ("HP EliteBook", "RB-7", "clavier")
    (drive,) = last.drives
    assert (drive.bytes_done, drive.celsius, drive.ending) == (999, 41.0, "completed")
    assert [one.number for one in fake.heard] == sorted({one.number for one in fake.heard})


class Stuck:
    """A server that takes the connection and says nothing, until it is let go."""

    def __init__(self):
        self.let_go = threading.Event()

    def hear(self, sealed, stick, signature):  # noqa: ARG002 - it does not care
        self.let_go.wait(20)
        raise Unreachable(url="", reason="stuck")


def test_a_server_that_hangs_never_holds_the_work_up(stick):
    stuck = Stuck()
    live = Live(stick, stuck, uuid4())
    live.begin()
    begun = time.monotonic()
    for done in range(10_000):
        live.drive(IDENTITY, "/dev/sda", at(done))
    assert time.monotonic() - begun < 2, "ten thousand signs of life while nobody answers"
    begun = time.monotonic()
    live.end()
    assert time.monotonic() - begun < 5, "leaving does not wait for it either"
    stuck.let_go.set()


def test_nothing_is_told_before_it_begins_and_an_end_without_a_beginning_is_fine(stick, fake):
    live = Live(stick, fake, uuid4())
    live.drive(IDENTITY, "/dev/sda", at(1))
    live.end()
    assert fake.heard == []
