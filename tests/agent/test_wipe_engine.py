"""One drive from plan to outcome, in this process, over fakes with one fault each."""

import msgspec
import pytest

from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, erasure_fields, finished, interrupted
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.wishes import Wishes, never
from rebond_schemas.erasure import Ending, Extent, HiddenArea, Method
from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.statement import Clock, Erasure


def briefly(value):
    """Name a case by the faults that it has."""
    if isinstance(value, Faults):
        told = msgspec.structs.asdict(value)
        usual = msgspec.structs.asdict(Faults())
        return " ".join(name for name in told if told[name] != usual[name])
    return str(value)


SIZE = 300 * 1024 + 512
CHUNK = 64 * 1024
ORIGINAL = bytes(1 + number % 255 for number in range(SIZE))


def nothing():
    """Record an intent that nobody reads."""


def plan_for(kind=DriveKind.HDD, size=SIZE, name="memory"):
    drive = Drive(
        path="/dev/fake",
        identity=fake_identity(name, size),
        kind=kind,
        native_size_bytes=size,
        removable=False,
        read_only=False,
        boot_medium=False,
    )
    plan = make_plan(drive, Policy())
    assert isinstance(plan, Plan)
    return plan


def run(medium, plan=None, intent=nothing, cancelled=never):
    crew = InThisProcess(lambda: FakeDrive(medium), chunk_bytes=CHUNK)
    said = list(erase(plan or plan_for(), crew, record_intent=intent, wishes=Wishes(cancelled)))
    assert all(isinstance(one, Progress | Checkpoint) for one in said[:-1])
    assert isinstance(said[-1], Outcome)
    return said[-1]


def erased(faults=None, **rest):
    medium = memory_medium(bytearray(ORIGINAL), faults)
    return medium, run(medium, **rest)


def test_a_good_drive_is_completed_and_holds_only_zeros():
    medium, outcome = erased()

    assert (outcome.ending, outcome.reason) == (Ending.COMPLETED, None)
    assert outcome.identity_checked
    assert [one.action for one in outcome.passes] == [
        "canary_write",
        "canary_read",
        "write",
        "read_back",
    ]
    assert outcome.passes[2].bytes_done == outcome.passes[3].bytes_done == SIZE
    assert outcome.passes[2].flushed
    assert not any(medium.truth)


def test_flash_is_written_and_read_back_twice_with_its_key_told():
    medium, outcome = erased(plan=plan_for(DriveKind.SSD))

    assert outcome.ending is Ending.COMPLETED
    assert [(one.action, one.pattern) for one in outcome.passes] == [
        ("write", "aes_256_ctr"),
        ("read_back", "aes_256_ctr"),
        ("write", "zeros"),
        ("read_back", "zeros"),
    ]
    assert outcome.passes[0].key == outcome.passes[1].key != None  # noqa: E711 - three at once
    assert outcome.passes[2].key is None
    assert not any(medium.truth)


def test_two_wipes_never_share_a_key():
    keys = {erased()[1].passes[0].key for _ in range(3)}

    assert len(keys) == 3


BAD = (Extent(start=70_144, length=512),)


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(drop_writes=True), Reason.CONTENT_DIFFERS),
        (Faults(drop_from=SIZE - 512), Reason.CONTENT_DIFFERS),
        (Faults(drop_every=7), Reason.CONTENT_DIFFERS),
        (Faults(lost_cache_bytes=CHUNK), Reason.CONTENT_DIFFERS),
        (Faults(capacity=SIZE // 2 // 512 * 512), Reason.CONTENT_DIFFERS),
        (Faults(stale=BAD), Reason.CONTENT_DIFFERS),
        (Faults(flipped_on_read=(123_456,)), Reason.CONTENT_DIFFERS),
        (Faults(flipped_on_write=(123_456,)), Reason.CONTENT_DIFFERS),
        (Faults(unwritable=BAD), Reason.NOT_WRITTEN),
        (Faults(unwritable=BAD, error="ENODATA"), Reason.NOT_WRITTEN),
        (Faults(unwritable=BAD, error="EROFS"), Reason.WRITE_PROTECTED),
        (Faults(unreadable=BAD), Reason.NOT_READABLE),
        (Faults(failing_flushes=1), Reason.NOT_FLUSHED),
        (Faults(vanish_after=3), Reason.DRIVE_GONE),
        (Faults(vanish_after=700), Reason.DRIVE_GONE),
        (Faults(shrink_after=1007), Reason.OTHER_SIZE),
        (Faults(swap_after=1007), Reason.OTHER_DRIVE),
    ],
    ids=briefly,
)
def test_each_fault_ends_failed_with_its_reason(faults, reason):
    _, outcome = erased(faults)

    assert (outcome.ending, outcome.reason) == (Ending.FAILED, reason)
    assert outcome.sentence.fr != outcome.sentence.en


@pytest.mark.parametrize(
    "faults",
    [
        Faults(fail_writes=(3, 900)),
        Faults(fail_reads=(1, 601)),
        Faults(short_writes=3),
        Faults(short_reads=3),
    ],
    ids=briefly,
)
def test_what_passes_by_trying_again_is_completed_truly(faults):
    medium, outcome = erased(faults)

    assert outcome.ending is Ending.COMPLETED
    assert not any(medium.truth)


def test_a_failed_drive_is_still_erased_where_it_can_be():
    """One bad sector must not leave the donor's data on all the others."""
    medium, outcome = erased(Faults(unwritable=BAD, error="ENODATA"))

    kept = [place for place in range(0, SIZE, 512) if any(medium.truth[place : place + 512])]
    assert kept == [70_144]
    assert [fault.error for fault in outcome.passes[2].faults] == ["ENODATA"]
    assert outcome.passes[2].bytes_skipped == 512


def test_another_drive_at_the_same_place_is_not_written():
    medium, outcome = erased(Faults(swap_after=0))

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.OTHER_DRIVE)
    assert bytes(medium.content) == ORIGINAL
    assert medium.writes == 0


def test_another_size_is_not_written():
    medium, outcome = erased(plan=plan_for(size=SIZE - 512))

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.OTHER_SIZE)
    assert medium.writes == 0


def test_nothing_starts_without_a_recorded_intent():
    def refuse():
        raise OSError(28, "No space left on device")

    medium, outcome = erased(intent=refuse)

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.INTENT_NOT_RECORDED)
    assert "No space left" in outcome.detail
    assert medium.writes == 0
    assert outcome.passes == ()


def test_the_intent_is_recorded_once_before_the_first_write():
    medium = memory_medium(bytearray(ORIGINAL))
    writes_then = []
    run(medium, intent=lambda: writes_then.append(medium.writes))

    assert writes_then == [0]


def test_a_cancelled_wipe_is_interrupted():
    answers = iter([False] * 620 + [True] * 10_000)
    _, outcome = erased(cancelled=lambda: next(answers))

    assert (outcome.ending, outcome.reason) == (Ending.INTERRUPTED, Reason.CANCELLED)
    assert not outcome.passes[-1].complete


def test_an_intent_without_an_end_is_interrupted():
    outcome = interrupted(plan_for())

    assert (outcome.ending, outcome.reason) == (Ending.INTERRUPTED, Reason.ENGINE_DIED)
    assert not outcome.identity_checked
    assert outcome.passes == ()


def test_the_last_word_counts_again():
    """Even when nobody gave a reason, a missing or unclean pass is never completed."""
    _, good = erased()
    passes = good.passes
    spoiled = [
        passes[:-1],
        (*passes[:-1], msgspec.structs.replace(passes[-1], complete=False)),
        (*passes[:-1], msgspec.structs.replace(passes[-1], mismatch_count=1)),
        (*passes[:-1], msgspec.structs.replace(passes[-1], bytes_done=SIZE - 512)),
        (*passes[:2], msgspec.structs.replace(passes[2], flushed=False), passes[3]),
        (*passes[:2], msgspec.structs.replace(passes[2], fault_count=1), passes[3]),
        (*passes[:2], msgspec.structs.replace(passes[2], bytes_skipped=512), passes[3]),
    ]
    for some in spoiled:
        told = finished(
            good.plan, size_bytes=SIZE, identity_checked=True, passes=tuple(some), seconds=1
        )
        assert (told.ending, told.reason) == (Ending.FAILED, Reason.INCOMPLETE)


def test_the_outcome_fills_the_statement(erasure_envelope):
    _, outcome = erased(Faults(unreadable=BAD))
    fields = erasure_envelope | erasure_fields(outcome)
    statement = msgspec.convert(msgspec.to_builtins(fields) | {"kind": "erasure"}, Erasure)
    again = msgspec.json.decode(msgspec.json.encode(statement), type=Erasure)

    assert again == statement
    assert statement.method is Method.OVERWRITE_ZERO
    assert statement.hidden_area is HiddenArea.NONE
    assert statement.reason == "not_readable"


@pytest.fixture
def erasure_envelope():
    clock = {"wall": "2026-11-21T07:00:00Z", "monotonic_ns": 1, "boot_id": "b"}
    return {
        "format": 1,
        "id": "0d0e1f94-7c49-4f3f-9d8c-0a6f6c9d2f10",
        "run": "0d0e1f94-7c49-4f3f-9d8c-0a6f6c9d2f11",
        "site": "0d0e1f94-7c49-4f3f-9d8c-0a6f6c9d2f12",
        "stick": "0d0e1f94-7c49-4f3f-9d8c-0a6f6c9d2f13",
        "sequence": 1,
        "previous": None,
        "made": msgspec.convert(clock, Clock),
        "agent": {"name": "rebond-agent", "version": "0"},
        "started": msgspec.convert(clock, Clock),
        "ended": msgspec.convert(clock, Clock),
    }
