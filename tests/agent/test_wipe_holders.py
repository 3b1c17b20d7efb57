"""What uses a drive is told as the way there, and drawn as a tree."""

import json

import pytest

from rebond_agent.probes.lsblk import parse_lsblk
from rebond_agent.wipe.guard import Policy, allow
from rebond_agent.wipe.holders import tree
from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_schemas.facts import Drive, DriveIdentity, DriveKind


def node(name, kind="part", children=(), **rest):
    return {"name": name, "path": f"/dev/{name}", "type": kind, "children": list(children), **rest}


STACKS = {
    "a mounted partition": (
        [node("sda1", mountpoint="/boot")],
        ("sda1 > mounted on /boot",),
    ),
    "swap": ([node("sda2", fstype="swap", mountpoint="[SWAP]")], ("sda2 > mounted on [SWAP]",)),
    "LVM on LUKS": (
        [node("sda3", children=[node("luks-1", "crypt", [
            node("vg-root", "lvm", mountpoint="/"), node("vg-home", "lvm")])])],
        ("sda3 > crypt luks-1 > lvm vg-root > mounted on /", "sda3 > crypt luks-1 > lvm vg-home"),
    ),
    "MD": ([node("sda1", children=[node("md0", "raid1", mountpoint="/srv")])],
           ("sda1 > raid1 md0 > mounted on /srv",)),
    "btrfs in several places": (
        [node("sda1", fstype="btrfs", mountpoints=["/", "/home"])],
        ("sda1 > mounted on /", "sda1 > mounted on /home"),
    ),
}  # fmt: skip
LEFT_OVER = {
    "an LVM that nobody opened": [node("sda1", fstype="LVM2_member")],
    "a LUKS that nobody opened": [node("sda1", fstype="crypto_LUKS")],
    "a member of a pool that is elsewhere": [node("sda1", fstype="zfs_member")],
    "Windows": [node("sda1", fstype="ntfs"), node("sda2", fstype="vfat")],
}


def drive(children):
    told = {"blockdevices": [node("sda", "disk", children, size=10**9)]}
    (listed,) = parse_lsblk(json.dumps(told))
    return Drive(
        path="/dev/sda",
        identity=DriveIdentity(model="M", serial="S", size_bytes=10**9),
        kind=DriveKind.HDD,
        removable=False,
        read_only=False,
        boot_medium=False,
        holders=listed.holders,
    )


@pytest.mark.parametrize(("children", "ways"), STACKS.values(), ids=STACKS)
def test_each_way_to_a_user_is_told_and_forbids_the_wipe(children, ways):
    held = drive(children)
    refused = allow(held, Policy())

    assert held.holders == ways
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.HELD
    assert ways[0] in refused.sentence.fr


@pytest.mark.parametrize("children", LEFT_OVER.values(), ids=LEFT_OVER)
def test_what_a_donor_left_is_nobody_s_use(children):
    assert drive(children).holders == ()
    assert not isinstance(allow(drive(children), Policy()), Refusal)


def test_the_tree_joins_what_ways_have_in_common():
    assert tree(STACKS["LVM on LUKS"][1]) == (
        "└─ sda3",
        "   └─ crypt luks-1",
        "      ├─ lvm vg-root",
        "      │  └─ mounted on /",
        "      └─ lvm vg-home",
    )
    assert tree(()) == ()
