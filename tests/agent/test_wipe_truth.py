"""Whatever a drive does: what ends completed has nothing left of its content on the true medium."""

import msgspec
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_schemas.erasure import Ending, Extent
from rebond_schemas.facts import Drive, DriveKind

MOST = 96 * 1024
ORIGINAL = bytes((number * 2_654_435_761 >> 13) % 255 + 1 for number in range(MOST))
"""No zero in it: a byte that is found again is content that was left."""

offsets = st.integers(0, MOST - 1)
operations = st.integers(1, 600)
extents = st.lists(
    st.builds(
        lambda start, length: Extent(start=512 * start, length=512 * length),
        st.integers(0, MOST // 512 - 1),
        st.integers(1, 9),
    ),
    max_size=3,
).map(tuple)


def maybe(strategy):
    return st.none() | strategy


FAULTS = st.builds(
    Faults,
    drop_writes=st.sampled_from([False, False, False, True]),
    drop_from=maybe(offsets),
    drop_every=maybe(operations),
    lost_cache_bytes=maybe(st.just(512)),
    unwritable=extents,
    unreadable=extents,
    fail_writes=st.lists(operations, max_size=3).map(tuple),
    fail_reads=st.lists(operations, max_size=3).map(tuple),
    error=st.sampled_from(["EIO", "ENODATA", "ENOSPC", "EROFS", "ENXIO", "EINVAL"]),
    short_writes=maybe(st.integers(1, 4)),
    short_reads=maybe(st.integers(1, 4)),
    capacity=maybe(st.integers(1, MOST)),
    shrink_after=maybe(operations),
    vanish_after=maybe(operations),
    failing_flushes=st.integers(0, 2),
    swap_after=maybe(operations),
    stale=extents,
    flipped_on_read=st.lists(offsets, max_size=2).map(tuple),
    flipped_on_write=st.lists(offsets, max_size=2).map(tuple),
)
ONE_FAULT = FAULTS.flatmap(
    lambda faults: st.sampled_from(Faults.__struct_fields__).map(
        lambda name: Faults(**{name: getattr(faults, name)})
    )
)


def wiped(faults, blocks, kind, chunk, open_drive=FakeDrive):
    size = 512 * blocks
    medium = memory_medium(bytearray(ORIGINAL[:size]), faults)
    drive = Drive(
        path="/dev/fake",
        identity=fake_identity(medium.name, size),
        kind=kind,
        native_size_bytes=size,
        removable=False,
        read_only=False,
        boot_medium=False,
    )
    plan = make_plan(drive, Policy())
    assert isinstance(plan, Plan)
    crew = InThisProcess(lambda: open_drive(medium), chunk_bytes=chunk)
    *_, outcome = erase(plan, crew, record_intent=lambda: None)
    return medium, outcome


def claims(outcome, size):
    """Say whether the numbers claim it, read from the passes as a server would."""
    whole = [one for one in outcome.passes if one.action in {"write", "read_back"}]
    return (
        outcome.ending is Ending.COMPLETED
        and outcome.identity_checked
        and outcome.size_bytes == size
        and [one.action for one in whole[-2:]] == ["write", "read_back"]
        and all(one.bytes_done == size and one.complete for one in whole[-2:])
        and all(one.fault_count == one.mismatch_count == 0 for one in outcome.passes)
    )


@settings(max_examples=200, deadline=None)
@given(
    ONE_FAULT | FAULTS,
    st.integers(1, MOST // 512),
    st.sampled_from([DriveKind.HDD, DriveKind.SSD]),
    st.sampled_from([4096, 65536]),
)
@example(Faults(), MOST // 512, DriveKind.HDD, 4096)
@example(Faults(drop_every=1), 3, DriveKind.HDD, 4096)
@example(Faults(capacity=40_000), MOST // 512, DriveKind.SSD, 4096)
def test_a_completed_wipe_has_left_nothing(faults, blocks, kind, chunk):
    # A cache as large as the drive that answers every read and forgets at power-off cannot be told
    # from a drive by reading and writing alone.
    assume((faults.lost_cache_bytes or 0) < 512 * blocks)
    medium, outcome = wiped(faults, blocks, kind, chunk)
    truth = bytes(medium.truth)
    left = sum(1 for was, now in zip(ORIGINAL, truth, strict=False) if was == now)

    if outcome.ending is Ending.COMPLETED:
        assert claims(outcome, 512 * blocks)
        assert left == 0
    if left > len(truth) // 100:
        assert not claims(outcome, 512 * blocks)


@settings(max_examples=100, deadline=None)
@given(st.integers(2, MOST // 512), st.data())
def test_a_drive_that_wraps_around_is_always_found(blocks, data):
    """Zeros alone would read back clean: the canaries meet, whatever the true capacity."""
    true = data.draw(st.integers(1, blocks - 1))
    _, outcome = wiped(Faults(capacity=512 * true), blocks, DriveKind.HDD, 4096)

    assert outcome.ending is Ending.FAILED
    assert any(one.mismatch_count for one in outcome.passes)


class Believed(FakeDrive):
    """A drive whose read-back believes what it was told to write: what a toy verifier does."""

    def write(self, offset, data):
        self._medium.__dict__.setdefault("told", {})[offset] = bytes(data)
        return super().write(offset, data)

    def read_into(self, offset, buffer):
        told = self._medium.__dict__["told"].get(offset, b"")[: len(buffer)]
        buffer[: len(told)] = told
        return len(told)


def test_the_property_can_fail():
    """With a believing read-back the property above is broken at once."""
    medium, outcome = wiped(Faults(drop_writes=True), 16, DriveKind.HDD, 4096, Believed)

    assert outcome.ending is Ending.COMPLETED
    assert bytes(medium.truth) == ORIGINAL[: 16 * 512]


def test_faults_travel_between_processes_unchanged():
    faults = Faults(drop_from=512, unreadable=(Extent(start=0, length=512),), error="ENODATA")

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(faults), type=Faults) == faults
