"""Second reads: only ever reading, of the drive that was asked for, telling what is really there."""

import io
import os
from uuid import uuid4

import pytest
from msgspec.structs import replace
from stick_bench import WALL, HttpFake, enrolled_stick
from test_wipe_linux import loop_device, loop_devices_work

from rebond_agent import cli
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.reading_order import read_order_for
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe.crew import Patience
from rebond_agent.wipe.crew_reading import OnlyReading
from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.fill import KeyedStream
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.layer import Layer
from rebond_agent.wipe.linux import BlockDrive
from rebond_agent.wipe.orders import Firmware, Here, Open, Opened, Work
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.reread import Read, read_again
from rebond_agent.wipe.spawned import Spawned
from rebond_agent.wipe.target import BlockTarget, FakeTarget, ImageTarget, scratch_facts
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.codec import decode, encode
from rebond_schemas.erasure import Ending, Extent, Method
from rebond_schemas.order import ErasurePolicy, WipeOrder
from rebond_schemas.read_order import ReadAgain, ReadOrder
from rebond_schemas.signing import ORDER_TYPE, READ_ORDER_TYPE, new_key, sign
from rebond_schemas.statement import Erasure

SIZE = 9 * 1024 * 1024 + 4096
KEY = "5a" * 32
HURRIED = Patience(stall_seconds=30.0)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(SIZE))
    return path


def again(target, **changes):
    identity = scratch_facts(target).identity
    known = {"drive": identity, "size_bytes": SIZE, "action": "read_back", "pattern": "zeros"}
    return ReadAgain(**(known | changes))


def read(asked, target, **more):
    *_, end = read_again(asked, target, patience=HURRIED, **more)
    assert isinstance(end, Read)
    return end


def keyed(size, key=KEY):
    room = memoryview(bytearray(size))
    return bytes(KeyedStream(bytes.fromhex(key)).data(0, room))


def test_an_erased_drive_reads_as_its_erasure_left_it_and_nothing_is_written(image):
    before = image.stat().st_mtime_ns
    end = read(again(ImageTarget(path=str(image))), ImageTarget(path=str(image)))
    assert (end.ending, end.reason, end.identity_checked) == (Ending.COMPLETED, None, True)
    assert (end.passed.bytes_done, end.passed.own_process) == (SIZE, True)
    assert (image.stat().st_mtime_ns, image.read_bytes()) == (before, bytes(SIZE))


def test_one_byte_of_old_data_is_found(image):
    with image.open("r+b") as file:
        file.seek(SIZE - 1)
        file.write(b"x")
    content = image.read_bytes()
    end = read(again(ImageTarget(path=str(image))), ImageTarget(path=str(image)))
    assert (end.ending, end.reason) == (Ending.COMPLETED, Reason.NOT_CONFIRMED)
    assert end.passed.mismatch_count == 1
    assert image.read_bytes() == content, "not even a difference is written over"


def test_a_keyed_fill_is_read_with_its_key_and_with_no_other(image):
    image.write_bytes(keyed(SIZE))
    target = ImageTarget(path=str(image))
    asked = again(target, pattern="aes_256_ctr", key=KEY)
    assert read(asked, target).reason is None
    assert read(replace(asked, key="ff" * 32), target).reason is Reason.NOT_CONFIRMED
    missing = read(replace(asked, key=None), target)
    assert (missing.ending, missing.passed.bytes_done) == (Ending.FAILED, 0)


def test_canaries_that_the_drive_kept_are_found_again(image):
    target = ImageTarget(path=str(image))
    asked = again(
        target, action="canary_read", pattern="aes_256_ctr", key=KEY, sample_seed="ab" * 16
    )
    gone = read(asked, target)
    assert (gone.ending, gone.reason, gone.passed.sample_seed) == (
        Ending.COMPLETED,
        None,
        "ab" * 16,
    )
    assert gone.passed.sample_places
    image.write_bytes(keyed(SIZE))
    kept = read(asked, target)
    assert (kept.ending, kept.reason) == (Ending.COMPLETED, Reason.STILL_FOUND)
    assert image.read_bytes() == keyed(SIZE)


@pytest.mark.parametrize(
    ("faults", "ending", "reason"),
    [
        (
            Faults(unreadable=(Extent(start=4096, length=512),)),
            Ending.COMPLETED,
            Reason.NOT_READ_WHOLE,
        ),
        (Faults(vanish_after=1), Ending.FAILED, Reason.DRIVE_GONE),
        (Faults(swap_after=0), Ending.FAILED, Reason.OTHER_DRIVE),
        (Faults(flipped_on_read=(5000,)), Ending.COMPLETED, Reason.NOT_CONFIRMED),
        (Faults(stale=(Extent(start=0, length=4096),)), Ending.COMPLETED, None),
        (Faults(short_reads=3), Ending.COMPLETED, None),
    ],
)
def test_faulty_drives_are_told_as_they_are(image, faults, ending, reason):
    target = FakeTarget(path=str(image), faults=faults)
    end = read(again(target), target)
    assert (end.ending, end.reason) == (ending, reason), end.detail
    assert image.read_bytes() == bytes(SIZE)


def test_another_drive_or_another_size_is_not_read_at_all(image, tmp_path):
    target = ImageTarget(path=str(image))
    other = tmp_path / "other.img"
    other.write_bytes(bytes(SIZE))
    for asked, reason in (
        (again(ImageTarget(path=str(other))), Reason.OTHER_DRIVE),
        (again(target, size_bytes=SIZE + 512), Reason.OTHER_SIZE),
    ):
        end = read(asked, target)
        assert (end.ending, end.reason, end.passed.bytes_done) == (Ending.FAILED, reason, 0)
    image.unlink()
    assert read(again(ImageTarget(path=str(other))), target).reason is Reason.NOT_OPENED


def test_a_read_that_is_stopped_says_so(image):
    target = ImageTarget(path=str(image))
    end = read(again(target), target, wishes=Wishes(cancelled=lambda: True))
    assert end.ending in {Ending.INTERRUPTED, Ending.COMPLETED}
    assert end.passed.complete is (end.ending is Ending.COMPLETED)


def test_hands_that_read_refuse_every_other_order(image):
    image.write_bytes(b"secret! " * (SIZE // 8))
    content = image.read_bytes()
    hands = OnlyReading(ImageTarget(path=str(image)), HURRIED)
    opened_here = hands.open()
    assert isinstance(opened_here, Opened)
    work = Work(
        layer=Layer(places="whole", pattern="zeros"), action="write", key=None, opened=opened_here,
        own_process=True,
    )  # fmt: skip
    command = Firmware(task=Method.ATA_SANITIZE_BLOCK, opened=opened_here, own_process=True)
    try:
        for order in (work, replace(work, action="canary_write")):
            with pytest.raises(ValueError, match="only read"):
                list(hands.work(order, Wishes()))
        with pytest.raises(ValueError, match="only read"):
            list(hands.command(command, Wishes()))
    finally:
        hands.close()
    for order in (work, command):
        process = Spawned()
        process.send(Open(target=ImageTarget(path=str(image)), read_only=True))
        assert process.receive(60.0) == Here()
        assert isinstance(process.receive(20.0), Opened)
        process.send(order)
        assert process.receive(20.0) is None
        assert not process.alive, "the worker that holds a drive to read dies before it writes"
        process.close()
    assert image.read_bytes() == content


@pytest.mark.root
@pytest.mark.skipif(not loop_devices_work(), reason="needs root and loop devices")
def test_a_real_block_device_is_read_and_the_kernel_keeps_writes_away(tmp_path):
    path = tmp_path / "disk"
    with loop_device(path, 5 * 1024 * 1024 + 4096) as device:
        drive = BlockDrive(device, read_only=True)
        try:
            identity, size = drive.identity(), drive.size_bytes
            with pytest.raises(OSError, match="Bad file descriptor"):
                drive.write(0, memoryview(bytes(512)))
        finally:
            drive.close()
        asked = ReadAgain(drive=identity, size_bytes=size, action="read_back", pattern="zeros")
        content = path.read_bytes()
        assert read(asked, BlockTarget(path=device)).reason is Reason.NOT_CONFIRMED
        assert path.read_bytes() == content
        path.write_bytes(bytes(size))
        end = read(asked, BlockTarget(path=device))
        assert (end.reason, end.passed.direct_io) == (None, True)


# ---- the order: whose word is believed, and that it can never erase


@pytest.fixture
def fake():
    return FakeServer()


@pytest.fixture
def stick(tmp_path, fake):
    return enrolled_stick(tmp_path / "stick", fake)


def order_of(fake, asked, drives=(), **changes):
    known = {"id": uuid4(), "site": fake.site, "stick": asked.stick, "run": asked.run,
             "issued": WALL, "drives": tuple(drives)}  # fmt: skip
    return ReadOrder(**(known | changes))


def test_only_the_pinned_server_s_word_for_this_stick_and_run_is_believed(stick, fake):
    run = uuid4()
    with opened(stick) as outbox:
        assert read_order_for(outbox, fake, run) is None, "an older server gives none"
        fake.read_order = lambda asked: order_of(fake, asked)
        assert read_order_for(outbox, fake, run).run == run
        for wrong in ({"site": uuid4()}, {"stick": uuid4()}, {"run": uuid4()}):
            fake.read_order = lambda asked, wrong=wrong: order_of(fake, asked, **wrong)
            assert read_order_for(outbox, fake, run) is None, wrong
        fake.read_order = lambda asked: order_of(fake, asked)
        fake.key = new_key()
        assert read_order_for(outbox, fake, run) is None, "another server signed it"


def test_neither_order_passes_for_the_other(stick, fake):
    run = uuid4()

    def as_read_order(request, _stick, _signature):
        fake.read_order = lambda asked: order_of(fake, asked)
        answer = fake.ask_read_order(request, _stick, _signature)
        return replace_signature(answer, sign(fake.key, ORDER_TYPE, answer.body))

    class Mixed:
        url = "http://mixed"
        ask_read_order = staticmethod(as_read_order)

    with opened(stick) as outbox:
        assert read_order_for(outbox, Mixed(), run) is None, "signed as a wipe order"
    body = encode(WipeOrder(id=uuid4(), site=fake.site, policy=WIPE, issued=WALL))
    assert sign(fake.key, READ_ORDER_TYPE, body) != sign(fake.key, ORDER_TYPE, body)


def replace_signature(answer, signature):
    return type(answer)(status=answer.status, body=answer.body, signature=signature)


# ---- the command, from the order to the statement


@pytest.fixture
def bench(tmp_path, fake, image):
    with HttpFake(fake) as http:
        fake.url = http.url
        folder = tmp_path / "bench-stick"
        assert cli.run(["--stick", str(folder), "enrol", http.url, "GOOD-CODE"], {}, *SILENT) == 0
        yield ["--stick", str(folder), "reread", "--machine", str(tmp_path), "--image", str(image)]


SILENT = (io.StringIO(), io.StringIO())
WIPE = ErasurePolicy()


def statements(fake):
    return [one for raw in fake.statements.values() if isinstance(one := decode(raw), Erasure)]


def test_the_command_reads_what_was_asked_for_and_names_order_and_reader(bench, fake, image):
    drive = again(ImageTarget(path=str(image)))
    given = []

    def order(asked):
        given.append(order_of(fake, asked, [drive]))
        return given[-1]

    fake.read_order = order
    assert cli.run([*bench, "--by", "Bruno"], {}, *SILENT) == 0
    (told,) = statements(fake)
    assert (told.method, told.ending, told.operator) == (Method.NONE, Ending.COMPLETED, "Bruno")
    assert told.order == str(given[0].id)
    assert [one.action for one in told.passes] == ["read_back"]
    image.write_bytes(b"x" + bytes(SIZE - 1))
    assert cli.run([*bench, "--by", "Bruno"], {}, *SILENT) == 7
    assert statements(fake)[-1].passes[0].mismatch_count == 1


def test_nothing_is_read_where_nothing_is_asked(bench, fake):
    assert cli.run([*bench, "--by", "Bruno"], {}, *SILENT) == 0
    fake.read_order = lambda asked: order_of(fake, asked, same_stick=1)
    assert cli.run([*bench, "--by", "Bruno"], {}, *SILENT) == 0
    assert statements(fake) == []


def test_an_erased_image_of_ours_reads_well(tmp_path):
    path = tmp_path / "wiped.img"
    path.write_bytes(os.urandom(SIZE))
    target = ImageTarget(path=str(path))
    *_, outcome = wipe(
        make_plan(scratch_facts(target), Policy()), target, record_intent=lambda: None
    )
    last = outcome.passes[-1]
    asked = again(target, pattern=last.pattern, key=last.key)
    assert read(asked, target).reason is None


def test_whoever_erases_is_told_in_the_statement(bench, fake, image):
    words = [*bench[:2], "wipe", *bench[3:]]
    assert cli.run(words, {}, *SILENT) == 0
    assert cli.run([*words, "--by", " Awa\t"], {}, *SILENT) == 0
    assert [one.operator for one in statements(fake)] == [None, "Awa"]
    assert image.read_bytes() == bytes(SIZE)
