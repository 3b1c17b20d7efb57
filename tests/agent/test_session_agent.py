"""One machine from boot to report: what is kept, in which order, under which ids."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator
from stick_bench import FAKE, enrolled_stick, raw_of

from rebond_agent.command.choice import confirmed_drives
from rebond_agent.command.scratch import scratch_drives
from rebond_agent.erasing import Chosen, recover, wipe
from rebond_agent.errors import BadFault, DriveUnknown, ImageMissing, NotConfirmed, StickFailed
from rebond_agent.language import Language
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect
from rebond_agent.session import (
    BOOT_ID,
    UNENROLLED_SITE,
    UNENROLLED_STICK,
    Clocks,
    inspect,
    new_session,
    with_drives,
)
from rebond_agent.stick import intents, open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.intents import Intent
from rebond_agent.stick.outbox import Aside, Notice, opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.target import BlockTarget
from rebond_schemas.codec import decode, encode
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind

SCHEMA = Path(__file__).parents[2] / "schemas" / "statement-1.schema.json"
MEBIBYTE = 1024 * 1024


class FakeClocks:
    """A dead CMOS battery: the wall clock starts in 2002; each look takes one second."""

    def __init__(self):
        self.seconds = 0

    def clocks(self):
        return Clocks(wall=self.wall, monotonic_ns=lambda: self.seconds * 10**9)

    def wall(self):
        self.seconds += 1
        return datetime(2002, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def machine(tmp_path):
    folder = tmp_path / "machine"
    path = folder / "files" / BOOT_ID.lstrip("/")
    path.parent.mkdir(parents=True)
    path.write_text("9c3f1f0e-boot\n")
    return RecordedMachine(folder)


@pytest.fixture
def stick(tmp_path):
    return enrolled_stick(tmp_path / "stick", FAKE)


def session_for(machine, stick, tag=None):
    return new_session(machine, FakeClocks().clocks(), stick, tag)


def image(folder, name="disk.img", mebibytes=2):
    path = folder / name
    path.write_bytes(b"secret! " * (mebibytes * MEBIBYTE // 8))
    return path


def erase(session, outbox, chosen, work=engine.wipe):
    return list(wipe(session, outbox, chosen, Policy(), work, lambda *_: None))


def statements(outbox):
    return [decode(raw_of(parcel)) for parcel in outbox.waiting]


def test_inventory_is_on_the_stick_and_fits_the_published_schema(machine, stick):
    with opened(stick) as outbox:
        told = inspect(session_for(machine, stick, "A-42"), collect(machine), outbox)
        (kept,) = outbox.waiting
    assert raw_of(kept) == encode(told)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(raw_of(kept)))
    assert told.asset_tag == "A-42"
    assert (told.stick, told.site) == (stick.settings.stick, stick.settings.site)
    assert told.made.wall == datetime(2002, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert told.made.boot_id == "9c3f1f0e-boot"
    assert told.made.anchor == stick.settings.anchor


def test_inventory_without_a_stick_is_kept_nowhere(machine, tmp_path):
    told = inspect(session_for(machine, None), collect(machine), None)
    assert (told.stick, told.site) == (UNENROLLED_STICK, UNENROLLED_SITE)
    assert (told.sequence, told.previous) == (1, None)
    assert {path.name for path in tmp_path.iterdir()} == {"machine"}


def test_one_run_inventory_then_one_erasure_a_drive(machine, stick, tmp_path):
    paths = [image(tmp_path, "good.img"), image(tmp_path, "liar.img"), image(tmp_path, "bad.img")]
    chosen = scratch_drives(paths, ["liar.img:drop-writes", "bad.img:unreadable=4096+8192"])
    session = session_for(machine, stick)
    with opened(stick) as outbox:
        listed = with_drives(collect(machine), tuple(one.drive for one in chosen), instead=True)
        inventory = inspect(session, listed, outbox)
        erasures = erase(session, outbox, chosen)
        kept = statements(outbox)
    assert kept == [inventory, *erasures]
    assert {one.run for one in kept} == {session.run}
    assert [one.sequence for one in kept] == [1, 2, 3, 4]
    listed = [one.identity for one in inventory.facts.drives]
    erasures.sort(key=lambda one: listed.index(one.drive))  # they end in any order
    assert [one.drive for one in erasures] == listed
    assert [one.ending for one in erasures] == [Ending.COMPLETED, Ending.FAILED, Ending.FAILED]
    assert [one.reason for one in erasures] == [None, "content_differs", "not_readable"]
    assert paths[0].read_bytes() == bytes(2 * MEBIBYTE)
    assert b"secret!" in paths[1].read_bytes()
    assert not list(stick.intents.iterdir())


def test_images_stand_beside_this_computers_own_drives(machine, tmp_path):
    (chosen,) = scratch_drives([image(tmp_path)], [])
    own = with_drives(collect(machine), (block_drive(),), instead=True)
    both = with_drives(own, (chosen.drive,), instead=False)
    assert both.facts.drives == (block_drive(), chosen.drive)
    assert both.sources["drives.1"].status == "measured"


def block_drive(**fields):
    known = {
        "path": "/dev/sdx",
        "identity": DriveIdentity(
            model="WDC WD5000", serial="WD-ABC1234", size_bytes=MEBIBYTE, bus=Bus.ATA
        ),
        "kind": DriveKind.HDD,
        "removable": False,
        "read_only": False,
        "boot_medium": False,
    }
    return Drive(**(known | fields))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"boot_medium": True}, "boot_medium"),
        ({"boot_medium": None}, "boot_medium_unknown"),
        ({"holders": ("/",)}, "held: /"),
        ({"read_only": None}, "read_only"),
    ],
)
def test_refused_drive_gives_a_statement_and_no_engine_runs(machine, stick, fields, reason):
    chosen = Chosen(drive=block_drive(**fields), target=BlockTarget(path="/dev/sdx"))

    def forbidden(*_, **__):
        raise AssertionError("the engine was started")

    with opened(stick) as outbox:
        (told,) = erase(session_for(machine, stick), outbox, [chosen], forbidden)
        assert statements(outbox) == [told]
    assert (told.ending, told.method, told.reason) == (Ending.REFUSED, Method.NONE, reason)


def test_failed_probe_of_a_drive_forbids_its_wipe(machine, stick):
    chosen = Chosen(
        drive=block_drive(), target=BlockTarget(path="/dev/sdx"), failed_probes=("drives",)
    )
    with opened(stick) as outbox:
        (told,) = erase(session_for(machine, stick), outbox, [chosen])
    assert (told.ending, told.reason) == (Ending.REFUSED, "probe_failed: drives")


class Died(Exception):
    """Stands for kill -9: nothing after it runs."""


def dying(plan, target, *, record_intent, resume):  # noqa: ARG001 - the engine's form
    record_intent()
    yield from ()
    raise Died


def test_intent_without_an_end_becomes_one_interrupted_erasure(machine, stick, tmp_path):
    chosen = scratch_drives([image(tmp_path)], [])
    first = session_for(machine, stick, "A-42")
    with pytest.raises(Died), opened(stick) as outbox:
        erase(first, outbox, chosen, dying)
    later = session_for(machine, stick, "B-7")
    with opened(stick) as outbox:
        assert outbox.waiting == ()
        (found,) = recover(later, outbox)
        assert list(recover(later, outbox)) == []
        assert statements(outbox) == [found]
    assert (found.ending, found.reason) == (Ending.INTERRUPTED, "engine_died")
    assert (found.run, found.asset_tag) == (first.run, "A-42")
    assert found.drive == chosen[0].drive.identity
    assert found.passes == ()


@pytest.mark.parametrize("delivered", [False, True])
def test_kill_between_statement_and_end_of_intent_invents_nothing(
    machine, stick, tmp_path, delivered
):
    chosen = scratch_drives([image(tmp_path)], [])
    session = session_for(machine, stick)
    with opened(stick) as outbox:
        (told,) = erase(session, outbox, chosen)
        if delivered:
            outbox.delivered(outbox.waiting[0], b"{}", "0" * 128)
    plan = make_plan(chosen[0].drive, Policy())
    assert isinstance(plan, Plan)
    left_over = Intent(
        erasure=told.id,
        run=told.run,
        asset_tag=None,
        order=None,
        plan=plan,
        started=told.started,
        smart_before=None,
    )
    intents.record(stick, left_over)
    with opened(stick) as outbox:
        assert list(recover(session, outbox)) == []
        assert len(outbox.waiting) == (0 if delivered else 1)
    assert not list(stick.intents.iterdir())


def test_unreadable_intent_is_told_and_kept(machine, stick):
    stick.disk.folder(stick.intents)
    (stick.intents / f"{uuid4()}.intent").write_bytes(b'{"erasure": ')
    with opened(stick) as outbox:
        (found,) = recover(session_for(machine, stick), outbox)
    assert isinstance(found, Notice)
    assert len(list((stick.outbox / Aside.QUARANTINE).iterdir())) == 1


def test_stick_that_cannot_record_the_intent_stops_before_the_first_byte(machine, stick, tmp_path):
    path = image(tmp_path)
    before = path.read_bytes()

    def broken(descriptor):  # noqa: ARG001 - the form of os.fsync
        raise OSError(5, "Input/output error")

    failing = open_stick(stick.folder, Durable(broken))
    stick.disk.folder(stick.outbox)
    with pytest.raises(StickFailed), opened(failing) as outbox:
        erase(session_for(machine, failing), outbox, scratch_drives([path], []))
    assert path.read_bytes() == before


def test_faults_and_images_are_checked_before_anything_else(tmp_path):
    path = image(tmp_path)
    with pytest.raises(ImageMissing):
        scratch_drives([tmp_path / "none.img"], [])
    for spec in ("explode", "unreadable=1", "unreadable=-1+5", "other.img:drop-writes"):
        with pytest.raises(BadFault):
            scratch_drives([path], [spec])


def test_a_real_drive_needs_its_last_four_characters():
    drives = (block_drive(),)
    with pytest.raises(NotConfirmed, match="WDC WD5000"):
        confirmed_drives(drives, ["/dev/sdx"], [], Language.FR)
    with pytest.raises(NotConfirmed):
        confirmed_drives(drives, ["/dev/sdx"], ["4321", "234", "WD-ABC1234"], Language.FR)
    with pytest.raises(DriveUnknown, match="/dev/sdx"):
        confirmed_drives(drives, ["/dev/sda"], ["1234"], Language.FR)
    (chosen,) = confirmed_drives(drives, ["/dev/sdx", "/dev/sdx"], ["1234"], Language.FR)
    assert chosen.drive == block_drive()
