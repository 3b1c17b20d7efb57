"""The rig's own eyes: what it plants it finds, and what it draws it draws again."""

import os
import subprocess
import sys
import time

import pytest
from canary import CANARY_BYTES, found, plant
from disks import MIB
from faulted_disks import AT_ONCE, remainder
from faulty import KINDS, draw
from patience import MOST_STARVED, Patience


@pytest.fixture
def planted(tmp_path):
    image = tmp_path / "disk.img"
    return image, plant(image, MIB, 5000, "seed")


def test_every_canary_is_found(planted):
    image, canaries = planted

    assert found(image, canaries) == canaries.count == 5000


def test_a_canary_that_was_moved_is_found(planted):
    """Wherever it lies: a drive may keep what it was told to overwrite somewhere else."""
    image, canaries = planted
    content = image.read_bytes()
    one = content[canaries.places[7] : canaries.places[7] + CANARY_BYTES]

    image.write_bytes(bytes(6 * MIB - 5) + one + bytes(MIB))

    assert found(image, canaries) == 1


def test_an_erased_image_holds_none(planted):
    image, canaries = planted
    image.write_bytes(bytes(MIB))

    assert found(image, canaries) == 0


def test_the_remainder_is_what_stands_where_it_stood():
    original = bytes(range(256)) * 16

    assert remainder(original, original) == len(original)
    assert remainder(original, bytes(len(original))) == 0
    assert remainder(original, bytes(4000) + original[4000:]) == 96


def test_a_case_follows_from_seed_and_number():
    assert [draw(3, number) for number in range(40)] == [draw(3, number) for number in range(40)]
    assert draw(3, 1) != draw(4, 1)


def test_the_disks_of_a_guest_differ_in_size():
    for begin in range(0, 640, AT_ONCE):
        sizes = {draw(5, number).disk.size_bytes for number in range(begin, begin + AT_ONCE)}
        assert len(sizes) == AT_ONCE


def test_every_kind_of_fault_is_drawn():
    kinds = {draw(1, number).kind for number in range(len(KINDS) * 4)}

    assert len(kinds) >= len(set(KINDS))


def test_a_limit_stands_still_while_others_run():
    """Two threads of work on one processor: each has half of the time for itself."""
    spin = "import time; end = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
    one_processor = min(os.sched_getaffinity(0))
    started = time.monotonic()
    with (
        subprocess.Popen([sys.executable, "-c", spin]) as watched,
        subprocess.Popen([sys.executable, "-c", spin]) as other,
    ):
        for process in (watched, other):
            os.sched_setaffinity(process.pid, {one_processor})
        patience = Patience(watched.pid, 1.0)
        while not patience.over:
            time.sleep(0.02)
        passed = time.monotonic() - started
        watched.kill()
        other.kill()

    assert 1.5 < passed < 1.0 * MOST_STARVED + 2


def test_a_limit_passes_while_a_process_waits_for_nobody():
    patience = Patience(os.getpid(), 0.2)
    time.sleep(0.2 * MOST_STARVED + 0.1)

    assert patience.over
