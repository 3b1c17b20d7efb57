"""Several drives at once, and one hand that writes to the stick."""

import threading
from datetime import UTC, datetime

import pytest
from stick_bench import enrolled_stick

from rebond_agent.command.scratch import scratch_drives
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.erasing import recover, wipe
from rebond_agent.errors import StickFailed
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.session import Clocks, new_session
from rebond_agent.side_by_side import SideBySide
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import finished
from rebond_agent.wipe.progress import Progress
from rebond_schemas.erasure import Ending

CLOCKS = Clocks(wall=lambda: datetime(2002, 1, 1, tzinfo=UTC), monotonic_ns=lambda: 1)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def stick(tmp_path):
    return enrolled_stick(tmp_path / "stick", FakeServer())


@pytest.fixture
def session(tmp_path, stick):
    return new_session(RecordedMachine(tmp_path), CLOCKS, stick, "A-1")


def drives(folder, count):
    paths = [folder / f"{number}.img" for number in range(count)]
    for path in paths:
        path.write_bytes(b"secret! " * (MEBIBYTE // 8))
    return scratch_drives(paths, [])


def test_all_engines_run_at_the_same_time(tmp_path, stick, session):
    """None ends before all have begun; one after the other, this would never end."""
    together = threading.Barrier(3)

    def meeting(plan, target, *, record_intent, resume):  # noqa: ARG001 - the engine's form
        record_intent()
        together.wait(timeout=20)
        yield finished(plan, size_bytes=0, identity_checked=True, passes=(), seconds=1.0)

    with opened(stick) as outbox:
        ended = list(wipe(session, outbox, drives(tmp_path, 3), Policy(), meeting, lambda *_: None))
    assert len(ended) == 3


def test_an_engine_goes_on_when_its_checkpoint_is_safe():
    """What it does next may undo what the checkpoint before says: a cut between would find other marks."""
    went_on = threading.Event()

    def saying(ask):  # noqa: ARG001 - the engine's form
        yield Checkpoint(asked=None, plan=None)
        went_on.set()
        yield Checkpoint(asked=None, plan=None, step=1)

    moments = [
        went_on.wait(0.3)
        for _, said in SideBySide([("drive", saying)]).heard()
        if isinstance(said, Checkpoint)
    ]
    assert moments == [False, True]


def test_only_the_reader_writes_to_the_stick(tmp_path, stick, session):
    """Intents and progress come out of the engines' threads and are dealt with in this one."""
    here = threading.get_ident()
    writers, watchers = set(), set()
    write = stick.disk.write

    class Witness(type(stick.disk)):
        def write(self, path, data):
            writers.add(threading.get_ident())
            write(path, data)

    object.__setattr__(stick, "disk", Witness())
    with opened(stick) as outbox:
        told = list(
            wipe(
                session,
                outbox,
                drives(tmp_path, 3),
                Policy(),
                engine.wipe,
                lambda *_: watchers.add(threading.get_ident()),
            )
        )
        numbers = [parcel.sequence for parcel in outbox.waiting]
    assert [one.ending for one in told] == [Ending.COMPLETED] * 3
    assert writers == {here}
    assert watchers == {here}
    assert numbers == [1, 2, 3]
    assert not list(stick.intents.iterdir())


def test_a_drive_that_breaks_its_engine_stops_the_others_and_leaves_their_intents(
    tmp_path, stick, session
):
    """What had begun is found again at the next start, as interrupted."""
    begun = threading.Barrier(2)
    closed = threading.Event()

    def work(plan, target, *, record_intent, resume):  # noqa: ARG001 - the engine's form
        record_intent()
        begun.wait(timeout=20)
        if target.path.endswith("0.img"):
            raise StickFailed(path="x", reason="pulled")
        try:
            while True:
                yield Progress(
                    step=1, steps=2, action="write", bytes_done=1, bytes_total=2,
                    bytes_per_second=None, eta_seconds=None, fault_count=0, mismatch_count=0,
                )  # fmt: skip
        finally:
            closed.set()

    with pytest.raises(StickFailed), opened(stick) as outbox:
        list(wipe(session, outbox, drives(tmp_path, 2), Policy(), work, lambda *_: None))
    assert closed.wait(timeout=10)
    with opened(stick) as outbox:
        found = list(recover(session, outbox))
    assert [one.ending for one in found] == [Ending.INTERRUPTED] * 2


def test_leaving_early_begins_nothing_more():
    """An intent that is asked for when nobody listens any more is never granted."""
    refused = threading.Event()
    first = threading.Event()

    def talker(ask):  # noqa: ARG001 - the form of Started
        first.set()
        yield "hello"

    def asker(ask):
        first.wait(timeout=10)
        try:
            ask()
        finally:
            refused.set()
        yield "never"

    heard = SideBySide([("a", talker), ("b", asker)]).heard()
    next(heard)
    heard.close()
    assert refused.wait(timeout=10)
