"""Writing a stick: the wrong target is refused with its reason, what is written is read back."""

import hashlib
import os
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from rebond_server.cli import main
from rebond_server.stick_target import LARGEST_BYTES, Target, device, look, refusal

IMAGE_BYTES = 280_000_000
STICK = Target(
    path=Path("/dev/sdx"),
    is_file=False,
    size_bytes=16_000_000_000,
    model="SanDisk Cruzer",
    serial="4C530001250101",
    usb=True,
    removable=True,
)


def test_a_usb_stick_is_taken():
    assert refusal(STICK, IMAGE_BYTES, again=False) is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"usb": False, "removable": False}, "USB"),
        ({"is_partition": True}, "partition"),
        ({"used_as": ("/media/lea",)}, "/media/lea"),
        ({"used_as": ("swap",)}, "swap"),
        ({"read_only": True}, "write-protected"),
        ({"size_bytes": 0}, "too small"),
        ({"size_bytes": None}, "too small"),
        ({"size_bytes": IMAGE_BYTES - 1}, "too small"),
        ({"size_bytes": LARGEST_BYTES + 512}, "disk"),
        ({"carries_data": True}, "already"),
    ],
)
def test_the_wrong_target_is_refused_with_its_reason(change, word):
    reason = refusal(replace(STICK, **change), IMAGE_BYTES, again=False)

    assert reason is not None
    assert word in reason.en
    assert reason.fr != reason.en


def test_a_stick_in_use_is_written_over_only_when_told_again():
    used = replace(STICK, carries_data=True)

    assert refusal(used, IMAGE_BYTES, again=True) is None
    assert refusal(replace(used, used_as=("/mnt",)), IMAGE_BYTES, again=True) is not None


def _sys(folder, *, usb=True):
    """Make a piece of /sys with one drive of two partitions."""
    bus = folder / "devices" / ("usb1/1-4" if usb else "ata1")
    disk = bus / "host6" / "block" / "sdx"
    (disk / "device").mkdir(parents=True)
    (bus / "idVendor").write_text("0781\n")
    (bus / "serial").write_text("4C530001250101\n")
    written = {"size": "31116288", "ro": "0", "removable": "1", "dev": "8:16"}
    written |= {"device/vendor": "SanDisk ", "device/model": "Cruzer Blade "}
    for name, text in written.items():
        (disk / name).write_text(f"{text}\n")
    for number in (1, 2):
        part = disk / f"sdx{number}"
        part.mkdir()
        (part / "partition").write_text(f"{number}\n")
        (part / "dev").write_text(f"8:{16 + number}\n")
    return disk


def _proc(folder, mountinfo="", swaps="Filename\n"):
    (folder / "self").mkdir(parents=True)
    (folder / "self/mountinfo").write_text(mountinfo)
    (folder / "swaps").write_text(swaps)
    return folder


def test_the_kernels_tables_are_read(tmp_path):
    place = _sys(tmp_path / "sys")

    found = device(Path("/dev/nowhere-sdx"), place, _proc(tmp_path / "proc"))

    assert (found.usb, found.removable, found.is_partition, found.used_as) == (
        True,
        True,
        False,
        (),
    )
    assert found.size_bytes == 31116288 * 512
    assert found.model == "SanDisk Cruzer Blade"


def test_a_mounted_partition_and_swap_are_seen(tmp_path):
    place = _sys(tmp_path / "sys", usb=False)
    mounted = "36 35 8:18 / /media/lea rw,noatime shared:1 - vfat /dev/sdx2 rw\n"
    swapped = "Filename Type Size\n/dev/sdx1 partition 1024 0 -2\n"

    found = device(Path("/dev/nowhere-sdx"), place, _proc(tmp_path / "proc", mounted, swapped))

    assert found.used_as == ("/media/lea", "swap")
    assert not found.usb


def _image(path):
    noise = random.Random(7)  # noqa: S311 - no secret
    path.write_bytes(noise.randbytes(9 * 2**20 + 512))
    return path


def test_a_file_is_written_and_read_back(tmp_path, capsys):
    image = _image(tmp_path / "image.iso")
    target = tmp_path / "stick.img"

    assert main(["stick", "write", str(target), "--image", str(image)]) == 0

    assert target.read_bytes() == image.read_bytes()
    assert hashlib.sha256(image.read_bytes()).hexdigest() in capsys.readouterr().out


def test_a_stick_with_statements_is_kept(tmp_path, capsys):
    image = _image(tmp_path / "image.iso")
    target = tmp_path / "stick.img"
    _stick_with_data(target)
    before = target.read_bytes()

    assert main(["stick", "write", str(target), "--image", str(image)]) != 0
    assert target.read_bytes() == before
    assert "--again" in capsys.readouterr().err
    assert main(["stick", "write", str(target), "--image", str(image), "--again"]) == 0


def _stick_with_data(path):
    """Make a disk whose third MBR entry is an ext4 file system labelled REBOND."""
    start, size = 2048, 8 * 2**20
    data = path.with_suffix(".ext4")
    with data.open("wb") as file:
        file.truncate(size)
    tool = shutil.which("mkfs.ext4", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    subprocess.run([tool, "-q", "-F", "-L", "REBOND", data], check=True)
    entry = bytes(8) + start.to_bytes(4, "little") + (size // 512).to_bytes(4, "little")
    head = bytes(446) + bytes(32) + entry + bytes(16) + b"\x55\xaa"
    path.write_bytes(head + bytes(start * 512 - 512) + data.read_bytes())


def test_a_missing_image_is_told(tmp_path, capsys):
    missing = tmp_path / "none.iso"

    assert main(["stick", "write", str(tmp_path / "x"), "--image", str(missing)]) != 0
    assert "none.iso" in capsys.readouterr().err


def test_a_computers_own_disk_is_refused():
    disks = sorted(Path("/sys/class/block").glob("[sv]d[a-z]"))
    if not disks:
        pytest.skip("NOT TESTED: this computer has no disk called sd or vd")

    found = look(Path("/dev") / disks[0].name)

    assert refusal(found, IMAGE_BYTES, again=True) is not None
