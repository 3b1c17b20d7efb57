"""Real block devices: loop devices with direct I/O, both block sizes, sizes that fit no chunk."""

import contextlib
import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.linux import BlockDrive
from rebond_agent.wipe.outcome import Outcome
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.target import BlockTarget, open_target
from rebond_schemas.erasure import Ending
from rebond_schemas.facts import Bus, Drive, DriveKind


def loop_devices_work():
    return os.geteuid() == 0 and shutil.which("losetup") and Path("/dev/loop-control").exists()


pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        not loop_devices_work() and os.environ.get("CI") != "true",
        reason="BLOCK DEVICES NOT TESTED: needs root, losetup and /dev/loop-control",
    ),
]


@contextlib.contextmanager
def loop_device(path, size, sector=512):
    """Attach a file of random bytes as a block device."""
    path.write_bytes(os.urandom(size))
    command = [
        "losetup",
        "--find",
        "--show",
        "--direct-io=on",
        f"--sector-size={sector}",
        str(path),
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    device = told.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def plan_of(device, kind=DriveKind.VIRTUAL):
    opened = BlockDrive(device, read_only=True)
    try:
        drive = Drive(
            path=device,
            identity=opened.identity(),
            kind=kind,
            removable=False,
            read_only=False,
            boot_medium=False,
        )
    finally:
        opened.close()
    plan = make_plan(drive, Policy())
    assert isinstance(plan, Plan)
    return plan


def nothing():
    """Record an intent that nobody reads."""


def run(plan, device):
    *_, outcome = wipe(plan, BlockTarget(path=device), record_intent=nothing)
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.mark.parametrize("kind", [DriveKind.VIRTUAL, DriveKind.SSD])
@pytest.mark.parametrize(
    ("size", "sector"),
    [
        (4096, 4096),
        (512 * 3, 512),
        (9 * 1024 * 1024 + 512, 512),
        (17 * 1024 * 1024 + 4096, 4096),
    ],
)
def test_a_block_device_is_zero_to_its_last_sector(tmp_path, size, sector, kind):
    path = tmp_path / "disk"
    with loop_device(path, size, sector) as device:
        outcome = run(plan_of(device, kind), device)

    assert outcome.ending is Ending.COMPLETED, outcome.sentence
    assert outcome.size_bytes == size
    assert all(one.direct_io and one.own_process for one in outcome.passes)
    assert path.read_bytes() == bytes(size)


def test_the_identity_comes_from_the_device_number(tmp_path):
    with loop_device(tmp_path / "disk", 1 << 20) as device:
        link = tmp_path / "another-name"
        link.symlink_to(device)
        drive = BlockDrive(str(link), read_only=True)
        try:
            identity, medium = drive.identity(), drive.medium()
        finally:
            drive.close()

    assert identity.serial == str(tmp_path / "disk")
    assert (identity.size_bytes, identity.bus) == (1 << 20, Bus.FILE)
    assert medium.startswith("block:7:")


def test_another_disk_under_the_same_name_is_left_alone(tmp_path):
    """What a replug does: the report saw one disk, the name now leads to another."""
    with loop_device(tmp_path / "first", 1 << 20) as device:
        plan = plan_of(device)
    with loop_device(tmp_path / "second", 1 << 20) as device:
        outcome = run(plan, device)
    second = (tmp_path / "second").read_bytes()

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.OTHER_DRIVE)
    assert second.count(0) < len(second) // 64


def test_the_same_file_attached_again_is_another_medium(tmp_path):
    """The kernel's sequence number tells two attachments apart although the name is the same."""
    seen = []
    for _ in range(2):
        with loop_device(tmp_path / "disk", 1 << 20) as device:
            drive = BlockDrive(device, read_only=True)
            seen.append((drive.identity(), drive.medium()))
            drive.close()

    assert seen[0][0] == seen[1][0]
    assert seen[0][1] != seen[1][1]


def test_a_device_in_use_is_refused_by_the_kernel(tmp_path):
    """Swap and btrfs are in no table of mounts; the exclusive claim knows them all (measured)."""
    with loop_device(tmp_path / "disk", 1 << 20) as device:
        plan = plan_of(device)
        holder = os.open(device, os.O_RDONLY | os.O_EXCL)
        try:
            outcome = run(plan, device)
        finally:
            os.close(holder)
    content = (tmp_path / "disk").read_bytes()

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.NOT_OPENED)
    assert outcome.detail == "EBUSY"
    assert content.count(0) < len(content) // 64


def test_the_writer_holds_the_device_and_the_reader_may_look(tmp_path):
    with loop_device(tmp_path / "disk", 1 << 20) as device:
        writer = BlockDrive(device)
        reader = BlockDrive(device, read_only=True)
        with pytest.raises(OSError, match="busy") as refused:
            BlockDrive(device)
        reader.drop_cache()
        reader.close()
        writer.close()

    assert refused.value.errno == errno.EBUSY


def test_a_read_only_device_is_refused(tmp_path):
    with loop_device(tmp_path / "disk", 1 << 20) as device:
        plan = plan_of(device)
        subprocess.run(["blockdev", "--setro", device], check=True)
        try:
            outcome = run(plan, device)
        finally:  # the mark outlives the attachment
            subprocess.run(["blockdev", "--setrw", device], check=True)

    assert (outcome.ending, outcome.reason) == (Ending.REFUSED, Reason.NOT_OPENED)
    assert outcome.detail in {"EROFS", "EACCES", "EPERM"}


def test_a_plain_file_is_no_block_device(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(4096))

    with pytest.raises(OSError, match="lock") as refused:
        open_target(BlockTarget(path=str(path)))
    assert refused.value.errno == errno.ENOTBLK


def test_a_device_that_is_not_there_is_never_made(tmp_path):
    path = tmp_path / "sdz"

    with pytest.raises(FileNotFoundError):
        open_target(BlockTarget(path=str(path)))
    assert not path.exists()


def test_a_backing_store_that_is_full_is_no_success(tmp_path):
    """64 MiB that claim to be there on 16 MiB of memory: badblocks exits 0 on this (measured)."""
    store = tmp_path / "small"
    store.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(store)]
    subprocess.run(mount, check=True)
    try:
        path = store / "disk"
        path.touch()
        os.truncate(path, 64 << 20)
        command = ["losetup", "--find", "--show", str(path)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        device = told.stdout.strip()
        try:
            outcome = run(plan_of(device), device)
        finally:
            subprocess.run(["losetup", "--detach", device], check=True)
    finally:
        subprocess.run(["umount", str(store)], check=True)

    assert outcome.ending is Ending.FAILED
    written = next(one for one in outcome.passes if one.action == "write")
    assert written.fault_count > 0
    assert written.bytes_skipped >= 32 << 20
