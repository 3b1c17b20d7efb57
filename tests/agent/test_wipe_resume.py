"""A power cut, a killed agent: told as interrupted, gone on with from the last checkpoint, read whole."""

import random
from datetime import UTC, datetime

import pytest
from stick_bench import enrolled_stick

from rebond_agent.command.scratch import scratch_drives
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.erasing import recover, wipe
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.session import Clocks, new_session
from rebond_agent.stick import unfinished
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.checkpoint import Checkpoint, joined
from rebond_agent.wipe.crew import OwnProcesses
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import PowerCut, memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, interrupted
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.target import ImageTarget, scratch_facts
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Ending, Extent, Pass
from rebond_schemas.facts import Drive, DriveKind

SIZE = 200 * 1024
CHUNK = 4096
ORIGINAL = bytes(1 + number % 255 for number in range(SIZE))
CLOCKS = Clocks(wall=lambda: datetime(2002, 1, 1, tzinfo=UTC), monotonic_ns=lambda: 1)


def plan_for(kind, name="memory"):
    drive = Drive(
        path="/dev/fake",
        identity=fake_identity(name, SIZE),
        kind=kind,
        native_size_bytes=SIZE,
        removable=False,
        read_only=False,
        boot_medium=False,
    )
    plan = make_plan(drive, Policy())
    assert isinstance(plan, Plan)
    return plan


def run(content, kind, resume=None, **faults):
    """Wipe once; return the medium, the outcome (None: the power failed) and the last checkpoint."""
    medium = memory_medium(content, Faults(**faults))
    crew = InThisProcess(lambda: FakeDrive(medium), chunk_bytes=CHUNK, safe_seconds=0.0)
    last = resume
    try:
        for said in erase(plan_for(kind), crew, record_intent=lambda: None, resume=resume):
            if isinstance(said, Checkpoint):
                last = said
    except PowerCut:
        medium.boot()
        return medium, None, last
    medium.settle()
    assert isinstance(said, Outcome)
    return medium, said, last


def operations(kind):
    """Return how many reads and writes a whole wipe takes."""
    medium, outcome, _ = run(bytearray(ORIGINAL), kind)
    assert outcome.ending is Ending.COMPLETED
    return medium.operations


@pytest.mark.parametrize("kind", [DriveKind.HDD, DriveKind.SSD])
@pytest.mark.parametrize("cache", [0, SIZE])
def test_a_power_cut_anywhere_is_gone_on_with_to_a_true_end(kind, cache):
    """25 moments by chance, with and without a write cache that the cut empties."""
    chance = random.Random(f"{kind}{cache}")  # noqa: S311 - replayable
    whole = operations(kind)
    for at in sorted(chance.sample(range(1, whole), 25)):
        content = bytearray(ORIGINAL)
        _, outcome, reached = run(content, kind, power_cut_at=at, volatile_bytes=cache)
        assert outcome is None
        told = interrupted(plan_for(kind))
        assert (told.ending, told.reason) == (Ending.INTERRUPTED, Reason.ENGINE_DIED)

        medium, outcome, _ = run(content, kind, reached, volatile_bytes=cache)

        assert outcome.ending is Ending.COMPLETED, (at, outcome.sentence)
        assert not any(medium.truth)
        assert outcome.resumed == (reached is not None)
        last_two = outcome.passes[-2:]
        assert [one.action for one in last_two] == ["write", "read_back"]
        assert all(one.complete and one.bytes_done == SIZE for one in last_two)


def test_what_was_written_is_not_written_again():
    _, _, reached = run(bytearray(ORIGINAL), DriveKind.SSD, power_cut_at=40)
    medium, outcome, _ = run(bytearray(ORIGINAL), DriveKind.SSD, reached)

    assert reached.reached == 39 * CHUNK
    # The first pass goes on at the checkpoint: the medium that stands for it here was never written.
    assert outcome.reason is Reason.RESUMED_DIFFERS
    assert medium.writes == 2 * SIZE // CHUNK - 39


@pytest.mark.parametrize("at", [30, 60, 120, 160])
def test_a_drive_that_confirms_what_it_has_not_is_found_out(at):
    """It said so before the cut, and the cut took it: all of it is read, so nothing is believed."""
    content = bytearray(ORIGINAL)
    cut = {"power_cut_at": at, "volatile_bytes": SIZE, "flush_lies": True}
    _, _, reached = run(content, DriveKind.SSD, **cut)
    medium, outcome, _ = run(content, DriveKind.SSD, reached)

    if outcome.ending is Ending.COMPLETED:
        assert not any(medium.truth)
    else:
        assert (outcome.ending, outcome.reason) == (Ending.FAILED, Reason.RESUMED_DIFFERS)


def test_two_cuts_one_behind_the_other():
    content = bytearray(ORIGINAL)
    _, _, first = run(content, DriveKind.SSD, power_cut_at=30)
    _, _, second = run(content, DriveKind.SSD, first, power_cut_at=10)
    medium, outcome, _ = run(content, DriveKind.SSD, second)

    assert second.reached > first.reached
    assert (outcome.ending, outcome.resumed) == (Ending.COMPLETED, 2)
    assert not any(medium.truth)


@pytest.mark.parametrize("kind", [DriveKind.HDD, DriveKind.SSD])
def test_every_checkpoint_can_be_the_last_one(kind):
    """Cut right behind it, the last one too: when all is read, and nothing is said yet."""
    medium = memory_medium(bytearray(ORIGINAL), Faults())
    crew = InThisProcess(lambda: FakeDrive(medium), chunk_bytes=CHUNK, safe_seconds=0.0)
    seen = [
        (said, bytearray(medium.truth))
        for said in erase(plan_for(kind), crew, record_intent=lambda: None)
        if isinstance(said, Checkpoint)
    ]
    assert len(seen) > 50
    for checkpoint, content in (*seen[::7], *seen[-3:]):
        again, outcome, _ = run(content, kind, checkpoint)
        assert (outcome.ending, outcome.resumed) == (Ending.COMPLETED, 1), checkpoint.step
        assert not any(again.truth)


def test_another_drive_or_another_plan_begins_anew():
    _, _, reached = run(bytearray(ORIGINAL), DriveKind.SSD, power_cut_at=30)

    assert reached.fits(plan_for(DriveKind.SSD))
    assert not reached.fits(plan_for(DriveKind.HDD))
    assert not reached.fits(plan_for(DriveKind.SSD, name="another"))
    _, outcome, _ = run(bytearray(ORIGINAL), DriveKind.HDD, reached)
    assert (outcome.ending, outcome.resumed) == (Ending.COMPLETED, 0)


def test_no_checkpoint_is_kept_of_a_drive_that_refuses_a_place():
    bad = {"fail_writes": (3, 4, 5, 6, 7, 8)}
    _, _, reached = run(bytearray(ORIGINAL), DriveKind.SSD, power_cut_at=30, **bad)

    assert reached is None or reached.reached <= 3 * CHUNK


def test_two_halves_make_one_pass():
    half = Pass(
        action="write", complete=False, bytes_done=10, seconds=1.5, direct_io=True,
        own_process=True, flushed=True, coverage_percent=50.0,
    )  # fmt: skip
    whole = joined(half, half)

    assert (whole.bytes_done, whole.seconds, whole.flushed) == (20, 3.0, True)
    assert joined(None, half) is half


class Died(Exception):
    """Stands for kill -9 of the agent: nothing after it runs."""


def killed_behind(checkpoints):
    """Return an engine that dies behind its n-th checkpoint."""

    def work(plan, target, *, record_intent, resume):
        crew = OwnProcesses(target, safe_seconds=0.0)
        count = 0
        for said in erase(plan, crew, record_intent=record_intent, resume=resume):
            yield said
            count += isinstance(said, Checkpoint)
            if count == checkpoints:
                raise Died

    return work


def erased(stick, tmp_path, image, work):
    session = new_session(RecordedMachine(tmp_path), CLOCKS, stick, None)
    with opened(stick) as outbox:
        found = list(recover(session, outbox))
        chosen = scratch_drives([image], [])
        return found, list(wipe(session, outbox, chosen, Policy(), work, lambda *_: None))


def test_the_stick_keeps_how_far_it_came_until_the_end(tmp_path):
    stick = enrolled_stick(tmp_path / "stick", FakeServer())
    image = tmp_path / "disk.img"
    image.write_bytes(ORIGINAL * 60)
    identity = scratch_facts(ImageTarget(path=str(image))).identity
    with pytest.raises(Died):
        erased(stick, tmp_path, image, killed_behind(3))
    kept = list(unfinished.of_drive(stick, identity))
    found, (told,) = erased(stick, tmp_path, image, engine.wipe)

    assert [one.step for _, one in kept] == [2]
    assert [one.ending for one in found] == [Ending.INTERRUPTED]
    assert (told.ending, told.resumed) == (Ending.COMPLETED, 1)
    assert not any(image.read_bytes())
    assert list(unfinished.of_drive(stick, identity)) == []
    assert list(stick.intents.iterdir()) == []


def test_a_torn_checkpoint_costs_the_progress_only(tmp_path):
    stick = enrolled_stick(tmp_path / "stick", FakeServer())
    image = tmp_path / "disk.img"
    image.write_bytes(ORIGINAL * 60)
    with pytest.raises(Died):
        erased(stick, tmp_path, image, killed_behind(3))
    (path,) = stick.intents.glob("*.unfinished")
    path.write_bytes(path.read_bytes()[:100])
    _, (told,) = erased(stick, tmp_path, image, engine.wipe)

    assert (told.ending, told.resumed) == (Ending.COMPLETED, 0)
    assert not any(image.read_bytes())


def test_a_pause_holds_the_work_and_a_second_wish_lets_it_go(tmp_path):
    image = tmp_path / "disk.img"
    image.write_bytes(ORIGINAL * 200)
    target = ImageTarget(path=str(image))
    plan = make_plan(scratch_facts(target), Policy())
    held = [True]
    paused = 0
    for said in engine.wipe(
        plan, target, record_intent=lambda: None, wishes=Wishes(paused=lambda: held[0])
    ):
        if isinstance(said, Progress) and said.paused:
            paused += 1
            held[0] = paused < 2

    assert paused >= 2
    assert said.ending is Ending.COMPLETED
    assert not any(image.read_bytes())


def test_stopping_while_held_ends_it(tmp_path):
    image = tmp_path / "disk.img"
    image.write_bytes(ORIGINAL * 200)
    target = ImageTarget(path=str(image))
    plan = make_plan(scratch_facts(target), Policy())
    seen = []
    wishes = Wishes(cancelled=lambda: any(seen), paused=lambda: True)
    for said in engine.wipe(plan, target, record_intent=lambda: None, wishes=wishes):
        seen.append(isinstance(said, Progress) and said.paused)

    assert (said.ending, said.reason) == (Ending.INTERRUPTED, Reason.CANCELLED)


def test_the_way_back_reaches_what_the_way_up_did_not():
    """A place that refuses whoever comes from below, as behind a damaged track."""
    bad = (Extent(start=8192, length=1024), Extent(start=80 * 1024, length=512))
    medium, outcome, _ = run(bytearray(ORIGINAL), DriveKind.SSD, one_way=bad)

    assert outcome.ending is Ending.COMPLETED, outcome.sentence
    assert not any(medium.truth)
    assert any(one.retried_count for one in outcome.passes)
