"""Bytes to and from a drive: bisected where it refuses, counted, compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebond_agent.wipe.compare import blank, equal
from rebond_agent.wipe.fake import FakeDrive
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.fill import aligned, fill_for
from rebond_agent.wipe.pipeline import pipelined
from rebond_agent.wipe.tally import Tally
from rebond_agent.wipe.transfer import Patience, Run, write_run
from rebond_agent.wipe.verify import read_run
from rebond_schemas.erasure import MOST_FAULTS, Extent, Fault

SIZE = 256 * 1024
ZEROS, KEYED = fill_for("zeros", None, SIZE), fill_for("aes_256_ctr", "5a" * 32, SIZE)


def written(faults, data=b"\x55"):
    medium = memory_medium(bytearray(b"\xaa" * SIZE), faults)
    room = aligned(SIZE)
    room[:] = data * SIZE
    return medium, write_run(FakeDrive(medium), 0, room, Patience())


def test_only_the_refused_sectors_stay():
    bad = (Extent(start=70_144, length=512), Extent(start=200_192, length=1024))
    medium, run = written(Faults(unwritable=bad, error="ENODATA"))

    assert [(fault.error, fault.extent) for fault in run.faults] == [
        ("ENODATA", Extent(start=70_144, length=512)),
        ("ENODATA", Extent(start=200_192, length=512)),
        ("ENODATA", Extent(start=200_704, length=512)),
    ]
    assert (run.done, run.skipped) == (SIZE - 1536, 1536)
    left = [place for place in range(0, SIZE, 512) if medium.truth[place] == 0xAA]
    assert left == [70_144, 200_192, 200_704]


def test_a_write_that_failed_once_is_made_good_and_told():
    medium, run = written(Faults(fail_writes=(1,)))

    assert (run.done, run.skipped, run.retried, run.faults) == (SIZE, 0, 1, [])
    assert bytes(medium.truth) == b"\x55" * SIZE


@pytest.mark.parametrize("every", [1, 2, 3])
def test_short_writes_are_gone_on_with(every):
    """What is left of the old content is never more than what is told as skipped."""
    medium, run = written(Faults(short_writes=every))

    assert bytes(medium.truth).count(b"\xaa") <= run.skipped
    assert run.done + run.skipped == SIZE
    assert run.done == (0 if every == 1 else SIZE)


def test_a_vanished_drive_is_not_searched_for_good_sectors():
    medium, run = written(Faults(vanish_after=0))

    assert run.stop is not None
    assert medium.writes == 1
    assert run.skipped == SIZE


def test_each_refusal_is_a_sign_of_life():
    """A drive that tries a bad sector for half a minute is failing, not dead."""
    beats = []
    bad = Faults(unwritable=(Extent(start=1024, length=512),))
    drive = FakeDrive(memory_medium(bytearray(SIZE), bad))
    write_run(drive, 0, aligned(SIZE), Patience(beat=lambda: beats.append(1)))

    assert len(beats) == 4


def test_patience_ends_the_splitting():
    medium = memory_medium(bytearray(SIZE), Faults(unwritable=(Extent(start=0, length=SIZE),)))
    patience = Patience(left=3)
    first = write_run(FakeDrive(medium), 0, aligned(SIZE), patience)
    before = medium.writes
    second = write_run(FakeDrive(medium), 0, aligned(SIZE), patience)

    assert first.skipped == second.skipped == SIZE
    assert medium.writes == before + 1


@given(st.lists(st.integers(0, SIZE - 1), max_size=6), st.sampled_from([ZEROS, KEYED]))
def test_every_flipped_byte_is_found(places, fill):
    faults = Faults(flipped_on_read=tuple(set(places)))
    medium = memory_medium(bytearray(fill.data(0, aligned(SIZE))), faults)
    run = read_run(FakeDrive(medium), 0, aligned(SIZE), aligned(SIZE), Patience(), fill)

    assert [extent.start for extent in run.mismatches] == sorted({p - p % 512 for p in places})
    assert run.done == SIZE


def test_unreadable_sectors_are_neither_done_nor_equal():
    faults = Faults(unreadable=(Extent(start=1024, length=512),))
    run = read_run(
        FakeDrive(memory_medium(bytearray(SIZE), faults)),
        0,
        aligned(SIZE),
        aligned(SIZE),
        Patience(),
        ZEROS,
    )

    assert (run.done, run.skipped) == (SIZE - 512, 512)
    assert run.faults[0].extent == Extent(start=1024, length=512)
    assert run.mismatches == []


@given(st.binary(max_size=200))
def test_blank_is_what_any_says(content):
    room = aligned(4096)
    room[: len(content)] = content

    assert blank(room[: len(content)]) == (not any(content))


def test_runs_of_different_length_are_never_equal():
    assert not equal(aligned(512), aligned(1024))


def test_neighbours_are_joined_and_lists_are_capped():
    tally = Tally()
    for number in range(4):
        tally.add(Run(mismatches=[Extent(start=512 * number, length=512)]))
    for number in range(2 * MOST_FAULTS):
        bad = Extent(start=2048 * number, length=512)
        tally.add(Run(faults=[Fault(operation="read", error="EIO", extent=bad)]))

    assert tally.mismatches == [Extent(start=0, length=2048)]
    assert tally.mismatch_count == 1
    assert tally.fault_count == 2 * MOST_FAULTS
    assert len(tally.faults) == MOST_FAULTS


def test_the_pipeline_keeps_order_and_gives_each_job_room_of_its_own():
    def run(job, room):
        room[:4] = job.to_bytes(4, "big")
        return int.from_bytes(room[:4], "big")

    for depth in (1, 2, 4):
        assert list(pipelined(range(200), run, depth=depth, room_bytes=4096)) == list(range(200))
