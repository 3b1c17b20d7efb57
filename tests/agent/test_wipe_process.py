"""One process a drive: another one reads back, a dead drive holds nobody up, a kill leaves no lie."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.crew import OwnProcesses, Patience
from rebond_agent.wipe.engine import erase, wipe
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.image import ImageDrive
from rebond_agent.wipe.orders import NotOpened, Opened
from rebond_agent.wipe.outcome import Outcome, interrupted
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.spawned import NURSERY, end_nursery
from rebond_agent.wipe.target import FakeTarget, ImageTarget, scratch_facts
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.codec import decode_as
from rebond_schemas.erasure import Ending, Extent

CHILD = Path(__file__).parent / "wipe_child.py"
SIZE = 9 * 1024 * 1024 + 4096
HURRIED = Patience(stall_seconds=5.0)  # a busy computer takes seconds to start a process


def nothing():
    """Record an intent that nobody reads."""


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "disk.img"
    path.write_bytes(os.urandom(SIZE))
    return path


def run(target, patience=None, **rest):
    plan = make_plan(scratch_facts(target), Policy())
    assert isinstance(plan, Plan)
    said = list(wipe(plan, target, record_intent=nothing, patience=patience, **rest))
    assert isinstance(said[-1], Outcome)
    return said[-1], [one for one in said[:-1] if not isinstance(one, Checkpoint)]


def my_workers():
    """Process ids of this process's living workers."""
    found = []
    for nursery in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if NURSERY in nursery.cmdline():
                children = nursery.children()
                found += [one.pid for one in children if one.status() != psutil.STATUS_ZOMBIE]
    return found


def test_a_drive_is_not_blamed_for_a_pc_that_starts_programs_slowly(image, tmp_path):
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "sitecustomize.py").write_text("import time; time.sleep(2)")
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(slow), path)))
    crews = [
        OwnProcesses(ImageTarget(path=str(image)), Patience(start_seconds=start, stall_seconds=1.9))
        for start in (60.0, 0.5)
    ]
    answers = []
    try:
        for one in crews:
            end_nursery()
            answers.append(one.open())
    finally:
        end_nursery()
        os.environ.pop("PYTHONPATH")
        if path is not None:
            os.environ["PYTHONPATH"] = path
        for one in crews:
            one.close()

    opened, late = answers
    assert isinstance(opened, Opened)
    assert late == NotOpened(error="no answer")


def test_an_image_is_zeroed_and_read_back_by_another_process(image):
    before = my_workers()
    outcome, progress = run(ImageTarget(path=str(image)))

    assert outcome.ending is Ending.COMPLETED
    assert all(one.own_process for one in outcome.passes)
    assert not any(image.read_bytes())
    assert image.stat().st_size == SIZE
    assert {one.action for one in progress} == {one.action for one in outcome.passes}
    assert my_workers() == before


@pytest.mark.parametrize("size", [512, 4096, 4 * 1024 * 1024 + 512, 1_000_001])
def test_sizes_that_fit_no_chunk(tmp_path, size):
    path = tmp_path / "odd.img"
    path.write_bytes(b"\xff" * size)
    outcome, _ = run(ImageTarget(path=str(path)))

    assert outcome.ending is Ending.COMPLETED
    assert path.read_bytes() == bytes(size)


def test_a_lying_and_a_damaged_image_fail_across_processes(image):
    lying, _ = run(FakeTarget(path=str(image), faults=Faults(drop_writes=True)))
    bad = Extent(start=5 * 1024 * 1024, length=4096)
    damaged, _ = run(FakeTarget(path=str(image), faults=Faults(unreadable=(bad,))))

    assert (lying.ending, lying.reason) == (Ending.FAILED, Reason.CONTENT_DIFFERS)
    assert (damaged.ending, damaged.reason) == (Ending.FAILED, Reason.NOT_READABLE)
    assert damaged.passes[-1].faults[0].extent == bad


def test_a_drive_that_hangs_is_given_up_in_time(image):
    began = time.monotonic()
    outcome, _ = run(
        FakeTarget(path=str(image), faults=Faults(hang_at=506, hang_seconds=60)), HURRIED
    )

    assert (outcome.ending, outcome.reason) == (Ending.FAILED, Reason.STALLED)
    assert time.monotonic() - began < 40


def test_a_drive_that_crawls_is_given_up(image):
    crawling = Patience(slow_seconds=0.5, slow_bytes_per_second=10.0**12)
    faults = Faults(hang_at=2, hang_seconds=1.2)
    outcome, _ = run(FakeTarget(path=str(image), faults=faults), crawling)

    assert (outcome.ending, outcome.reason) == (Ending.FAILED, Reason.TOO_SLOW)


def test_a_killed_worker_is_an_interruption(image):
    target = FakeTarget(path=str(image), faults=Faults(hang_at=20, hang_seconds=60))
    before = set(my_workers())

    def kill():
        (worker,) = set(my_workers()) - before
        os.kill(worker, signal.SIGKILL)

    plan = make_plan(scratch_facts(target), Policy())
    said = list(wipe(plan, target, record_intent=kill))

    assert (said[-1].ending, said[-1].reason) == (Ending.INTERRUPTED, Reason.WORKER_DIED)


def test_cancelling_stops_between_two_writes(image):
    outcome, progress = run(ImageTarget(path=str(image)), wishes=Wishes(lambda: True))

    assert (outcome.ending, outcome.reason) == (Ending.INTERRUPTED, Reason.CANCELLED)
    assert all(isinstance(one, Progress) for one in progress)
    assert not outcome.passes[-1].complete


def test_an_image_in_use_is_refused(image):
    target = ImageTarget(path=str(image))
    held = ImageDrive(str(image))
    try:
        outcome, _ = run(target)
    finally:
        held.close()

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.NOT_OPENED)
    assert any(image.read_bytes())


def test_an_image_that_has_gone_is_never_made_again(image):
    target = ImageTarget(path=str(image))
    plan = make_plan(scratch_facts(target), Policy())
    image.unlink()
    said = list(wipe(plan, target, record_intent=nothing))

    assert (said[-1].ending, said[-1].reason) == (Ending.REFUSED, Reason.NOT_OPENED)
    assert not image.exists()


def test_the_read_back_looks_at_what_was_written(image):
    """Another file put in the image's place between writing and reading back is found out."""
    target = ImageTarget(path=str(image))
    plan = make_plan(scratch_facts(target), Policy())
    other = image.with_name("other.img")
    other.write_bytes(bytes(SIZE))
    crew = OwnProcesses(target)
    swapped = False
    for said in erase(plan, crew, record_intent=nothing):
        if isinstance(said, Progress) and said.action == "write" and not swapped:
            swapped = True
            other.replace(image)

    assert swapped
    assert (said.ending, said.reason) == (Ending.FAILED, Reason.OTHER_DRIVE)


@pytest.mark.parametrize("hang_at", [30, 400, 506])
def test_kill_9_of_the_engine_leaves_an_interrupted_wipe(image, tmp_path, hang_at):
    """The worker leaves with it, the drive is free, and the intent tells what was under way."""
    intent = tmp_path / "intent"
    command = [sys.executable, str(CHILD), str(image), str(intent), str(hang_at)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline().startswith("Progress")
        time.sleep(0.5)
        workers = [one for one in workers_of(image) if one != child.pid]
        child.kill()
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()

    assert workers
    assert wait_until(lambda: not workers_of(image)), "the worker outlived the engine"
    outcome = interrupted(decode_as(intent.read_bytes(), Plan))
    assert (outcome.ending, outcome.reason) == (Ending.INTERRUPTED, Reason.ENGINE_DIED)
    again, _ = run(ImageTarget(path=str(image)))
    assert again.ending is Ending.COMPLETED
    assert not any(image.read_bytes())


def workers_of(image):
    """Process ids that have this image mapped or open."""
    found = []
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            if str(image) in maps.read_text():
                found.append(int(maps.parent.name))
        except OSError:
            continue
    return found


def wait_until(true, seconds=5.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_a_reader_killed_at_its_start_is_an_interruption(image):
    """The drive could be opened: nothing says otherwise, so the erasure is to be gone on with."""
    target = ImageTarget(path=str(image))
    plan = make_plan(scratch_facts(target), Policy())
    before = set(my_workers())
    killed = []

    def kill_reader():
        while not killed:
            for one in sorted(set(my_workers()) - before)[1:]:
                killed.append(one)
                os.kill(one, signal.SIGKILL)
            time.sleep(0.001)

    thread = threading.Thread(target=kill_reader, daemon=True)
    thread.start()
    said = list(wipe(plan, target, record_intent=nothing))
    thread.join(5)

    assert killed
    assert (said[-1].ending, said[-1].reason) == (Ending.INTERRUPTED, Reason.WORKER_DIED)
