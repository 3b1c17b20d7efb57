"""Drives whose content no tool recognises: erased only when certain, or when a person answers for them."""

import json
import random
import struct

import pytest
from msgspec.structs import replace
from test_wipe_guard import HDD

from rebond_agent.delivery.ordering import policy_of
from rebond_agent.probes.lsblk import beside_boot_medium, parse_lsblk
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Allowed, Policy, allow
from rebond_agent.wipe.marks_of_ours import is_ours
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_schemas.erasure import Ending, Extent
from rebond_schemas.facts import Drive, DriveKind

UNKNOWN = replace(HDD, boot_medium=None, partitions=3)
SIZE = 2 * 1024 * 1024


# ---- a person's word


def test_only_the_whole_serial_number_of_the_very_drive_vouches_for_it():
    assert isinstance(allow(UNKNOWN, Policy(vouched=("Z3T0ABCD",))), Allowed)
    assert isinstance(allow(UNKNOWN, Policy(vouched=("z3t0abcd",))), Allowed)
    for said in ((), ("ABCD",), ("Z3T0ABC",), ("Z3T0ABCE",), ("",)):
        refusal = allow(UNKNOWN, Policy(vouched=said, chosen=("/dev/sda",)))
        assert isinstance(refusal, Refusal), said
        assert refusal.reason is Reason.BOOT_MEDIUM_UNKNOWN
        assert "3" in refusal.sentence.fr, "what is unknown is shown"


def test_nobody_vouches_for_what_is_known_to_be_a_stick_nor_for_a_drive_without_a_name():
    stick = replace(UNKNOWN, boot_medium=True)
    assert allow(stick, Policy(vouched=("Z3T0ABCD",))).reason is Reason.BOOT_MEDIUM
    nameless = replace(UNKNOWN, identity=replace(HDD.identity, serial=None, wwn=None))
    for said in ("", "None"):
        assert isinstance(allow(nameless, Policy(vouched=(said,))), Refusal)


def test_an_order_never_vouches():
    """An unattended erasure leaves such a drive alone."""
    assert policy_of(None, Policy()).vouched == ()


# ---- the drive's own bytes


def blank():
    return bytearray(SIZE)


def iso():
    content = blank()
    content[32768:32774] = b"\1CD001"
    content[32768 + 40 : 32768 + 51] = b"REBOND_BOOT"
    return content


def gpt(sector=512, name="REBOND"):
    content = blank()
    content[sector : sector + 8] = b"EFI PART"
    struct.pack_into("<Q8xII", content, sector + 72, 2, 128, 128)
    entry = bytearray(128)
    entry[:16] = b"\1" * 16
    struct.pack_into("<QQ", entry, 32, 2048, 4095)
    entry[56 : 56 + 2 * len(name)] = name.encode("utf-16-le")
    content[2 * sector : 2 * sector + 128] = entry
    return content


def ext4(start=0, label=b"REBOND"):
    content = blank()
    if start:
        content[510:512] = b"\x55\xaa"
        struct.pack_into("<I", content, 446 + 8, start // 512)
    struct.pack_into("<H", content, start + 1024 + 56, 0xEF53)
    content[start + 1024 + 120 : start + 1024 + 120 + len(label)] = label
    return content


def fat(at):
    content = blank()
    content[510:512] = b"\x55\xaa"
    content[at : at + 11] = b"REBOND     "
    return content


STICKS = {
    "hybrid image": iso(), "GPT": gpt(), "GPT, 4 KiB sectors": gpt(4096), "ext4": ext4(),
    "ext4 in a partition": ext4(1024 * 1024), "FAT16": fat(43), "FAT32": fat(71),
}  # fmt: skip
OTHERS = {
    "nothing": blank(), "random": bytearray(range(256)) * (SIZE // 256),
    "another name": gpt(name="DATA"), "another label": ext4(label=b"home"),
    "the word in a file": bytearray(b"REBOND " * (SIZE // 7 + 1))[:SIZE],
}  # fmt: skip


def reader(content):
    return lambda offset, length: bytes(content[offset : offset + length]).ljust(length, b"\0")


@pytest.mark.parametrize("stick", STICKS)
def test_every_mark_of_our_sticks_is_found(stick):
    assert is_ours(reader(STICKS[stick]))


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_else_passes_for_one(other):
    assert not is_ours(reader(OTHERS[other]))


@pytest.mark.parametrize("junk", range(40))
def test_no_bytes_break_the_look(junk):
    chance = random.Random(junk)  # noqa: S311 - replayable
    content = gpt()
    for _ in range(200):
        content[chance.randrange(8192)] = chance.randrange(256)
    content[512:520] = b"EFI PART"
    assert is_ours(reader(content)) in {True, False}


class Wipe:
    """One vouched drive, erased by the engine over a fake."""

    def __init__(self, content, faults=None, **facts):
        self.medium = memory_medium(bytearray(content), faults or Faults())
        identity = fake_identity("memory", SIZE)
        known = {"kind": DriveKind.HDD, "removable": False, "read_only": False, "partitions": 2}
        drive = Drive(path="/dev/fake", identity=identity, **(known | facts))
        plan = make_plan(drive, Policy(vouched=(identity.serial,)))
        assert isinstance(plan, Plan), plan
        self.intents = []
        crew = InThisProcess(lambda: FakeDrive(self.medium), chunk_bytes=65536)
        intent = lambda: self.intents.append(plan)  # noqa: E731 - one line of a test
        *_, self.outcome = erase(plan, crew, record_intent=intent)


@pytest.mark.parametrize("stick", STICKS)
@pytest.mark.parametrize("seen", [{"boot_medium": None}, {"boot_medium": False}], ids=str)
def test_a_person_s_mistake_and_a_blind_tool_end_before_the_first_write(stick, seen):
    """Typed for the wrong drive, or deduced from a boot that seemed certain: it is a stick of ours."""
    wiped = Wipe(STICKS[stick], **seen)
    assert (wiped.outcome.ending, wiped.outcome.reason) == (Ending.REFUSED, Reason.BOOT_MEDIUM)
    assert bytes(wiped.medium.content) == bytes(STICKS[stick])
    assert wiped.intents == []


def test_a_head_that_cannot_be_read_is_not_vouched_for():
    faults = Faults(unreadable=(Extent(start=32768, length=512),))
    wiped = Wipe(OTHERS["random"], faults, boot_medium=None)
    assert (wiped.outcome.ending, wiped.outcome.reason) == (Ending.REFUSED, Reason.HEAD_UNREADABLE)
    assert bytes(wiped.medium.content) == bytes(OTHERS["random"])


def test_a_vouched_drive_that_is_none_of_ours_is_erased():
    wiped = Wipe(OTHERS["random"], boot_medium=None)
    assert wiped.outcome.ending is Ending.COMPLETED, wiped.outcome.reason
    assert bytes(wiped.medium.content) == bytes(SIZE)


def test_a_drive_that_tools_can_read_is_not_asked_again():
    identity = fake_identity("memory", SIZE)
    drive = Drive(
        path="/dev/fake", identity=identity, kind=DriveKind.HDD, removable=False, read_only=False,
        boot_medium=False, partitions=1, filesystems=("ntfs",),
    )  # fmt: skip
    assert make_plan(drive, Policy()).look_for_mark is False


# ---- what is known for certain


def row(name, *parts, tran="sata", removable=False, hotplug=False):
    children = [
        {
            "name": one[0],
            "path": f"/dev/{one[0]}",
            "type": "part",
            "fstype": one[1],
            "label": one[2],
        }
        for one in parts
    ]
    return {
        "name": name, "path": f"/dev/{name}", "type": "disk", "size": 10**9, "tran": tran,
        "serial": f"S-{name}", "rm": removable, "hotplug": hotplug, "ro": False, "rota": True,
        "children": children,
    }  # fmt: skip


VERACRYPT = row("sda", ("sda1", None, None), ("sda2", None, None))
STICK = row("sdb", ("sdb1", "iso9660", "REBOND_BOOT"), tran="usb", removable=True, hotplug=True)
SECOND = row("sdc", ("sdc1", None, None), tran="usb", removable=True, hotplug=True)
WINDOWS = row("sdd", ("sdd1", "ntfs", "Windows"))


def marks(origin, *rows):
    listed = parse_lsblk(json.dumps({"blockdevices": rows}))
    return {one.name: one.boot_medium for one in beside_boot_medium(origin, listed)}


def test_beside_the_stick_that_booted_a_built_in_drive_is_certain():
    assert marks(b"sdb1\n", VERACRYPT, STICK)["sda"] is False


@pytest.mark.parametrize(
    ("origin", "rows"),
    [
        (None, [VERACRYPT, STICK]),
        (b"", [VERACRYPT, STICK]),
        (b"sdb1\n", [VERACRYPT, WINDOWS]),  # pulled out: whatever is left is not certain
        (b"sdb1\n", [VERACRYPT]),
        (b"sda1\n", [VERACRYPT, STICK]),  # names moved: nothing is certain any more
        (b"sdb1\n", [VERACRYPT, row("sdb", ("sdb1", None, None), tran="usb", removable=True)]),
        (b"network\n", [VERACRYPT]),  # nothing shows that labels can be read at all
    ],
)
def test_without_certainty_a_person_has_to_look(origin, rows):
    assert marks(origin, *rows)["sda"] is None


def test_what_can_be_pulled_out_is_never_certain():
    assert marks(b"sdb1\n", STICK, SECOND)["sdc"] is None
    hot = row("sda", ("sda1", None, None), hotplug=True)
    assert marks(b"sdb1\n", STICK, hot)["sda"] is None
    card = row("mmcblk0", ("mmcblk0p1", None, None), tran="mmc")
    assert marks(b"sdb1\n", STICK, card)["mmcblk0"] is None


def test_from_the_network_labels_must_be_seen_to_be_read():
    assert marks(b"network\n", VERACRYPT, WINDOWS) == {"sda": False, "sdd": False}
    assert marks(b"network\n", VERACRYPT, STICK)["sdb"] is True


def test_an_nvme_stick_s_partition_is_its_own():
    stick = row("nvme0n1", ("nvme0n1p1", "iso9660", "REBOND_BOOT"), tran="nvme")
    other = row("nvme0n10", ("nvme0n10p1", None, None), tran="nvme")
    assert marks(b"nvme0n1p1\n", stick, other)["nvme0n10"] is False
    assert marks(b"nvme0n10p1\n", stick, other)["nvme0n10"] is None
