"""Writing a stick onto a real block device: what the kernel shows, what it refuses, what it gives back."""

import os
import random
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from rebond_server.cli import main
from rebond_server.errors import BadValue
from rebond_server.stick_target import SMALLEST_BYTES, look, refusal
from rebond_server.stick_writer import write_stick

MKFS = shutil.which("mkfs.ext4", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists() or MKFS is None,
        reason="BLOCK DEVICES NOT TESTED: needs root, mkfs.ext4 and /dev/loop-control",
    ),
]


@contextmanager
def device(backing, size, *words):
    """Give a block device of this many bytes."""
    with backing.open("wb") as file:
        file.truncate(size)
    command = ["losetup", "--find", "--show", *words, str(backing)]
    path = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    try:
        yield Path(path)
    finally:
        subprocess.run(["losetup", "--detach", path], check=True)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "image.iso"
    path.write_bytes(random.Random(11).randbytes(9 * 2**20 + 512))  # noqa: S311 - no secret
    return path


def quiet(_done, _whole):
    """Tell nobody."""


def test_it_is_written_and_given_back_and_the_rest_stays(tmp_path, image):
    backing = tmp_path / "stick"
    with device(backing, 32 * 2**20) as stick:
        (before := stick.open("r+b")).seek(20 * 2**20)
        before.write(b"behind the image")
        before.close()
        told = []
        write_stick(image, stick, lambda done, whole: told.append((done, whole)))
    content = backing.read_bytes()
    size = image.stat().st_size
    assert content[:size] == image.read_bytes()
    assert content[20 * 2**20 :][:16] == b"behind the image"
    assert told[-1] == (2 * size, 2 * size), "half of the work is reading back"


def test_nothing_is_written_while_it_is_mounted(tmp_path, image):
    backing, place = tmp_path / "stick", tmp_path / "place"
    place.mkdir()
    with device(backing, 32 * 2**20) as stick:
        subprocess.run([MKFS, "-q", "-F", stick], check=True)
        subprocess.run(["mount", stick, place], check=True)
        try:
            assert str(place) in look(stick).used_as
            with pytest.raises(OSError, match="busy"):
                write_stick(image, stick, quiet)
            (place / "still").write_text("there")
        finally:
            subprocess.run(["umount", place], check=True)
        subprocess.run(["mount", stick, place], check=True)
        try:
            assert (place / "still").read_text() == "there"
        finally:
            subprocess.run(["umount", place], check=True)


def test_swap_in_use_is_seen(tmp_path):
    with device(tmp_path / "swap", 32 * 2**20) as stick:
        subprocess.run(["mkswap", stick], check=True, capture_output=True)
        if subprocess.run(["swapon", stick], check=False, capture_output=True).returncode:
            pytest.skip("NOT TESTED: this kernel takes no swap")
        try:
            assert "swap" in look(stick).used_as
            with pytest.raises(OSError, match="busy"):
                write_stick(tmp_path / "swap", stick, quiet)
        finally:
            subprocess.run(["swapoff", stick], check=True)


def test_the_command_refuses_what_is_no_stick_and_leaves_it_as_it_was(tmp_path, image, capsys):
    backing = tmp_path / "disk"
    with device(backing, 2 * 2**30) as disk:
        assert main(["stick", "write", str(disk), "--image", str(image), "--confirm", "disk"]) == 1
        assert "amovible" in capsys.readouterr().err
    with backing.open("rb") as file:
        assert not any(file.read(2**20))


def test_a_small_and_a_write_protected_one_are_told(tmp_path, image):
    with device(tmp_path / "small", SMALLEST_BYTES // 100) as small:
        found = look(small)
        assert found.size_bytes == SMALLEST_BYTES // 100 // 512 * 512
        assert not found.usb
    with device(tmp_path / "locked", 32 * 2**20, "--read-only") as locked:
        assert look(locked).read_only
        with pytest.raises(OSError, match=r"permitted|Permission|Read-only"):
            write_stick(image, locked, quiet)


def test_one_that_ends_before_the_image_is_an_error_not_a_stick(tmp_path, image):
    with device(tmp_path / "short", 4 * 2**20) as short, pytest.raises(OSError, match="space"):
        write_stick(image, short, quiet)


def test_one_that_gives_back_something_else_is_thrown_away(tmp_path, image):
    """Its backing file is changed behind the kernel's back, as a stick that lies about its size would."""
    backing = tmp_path / "liar"
    with device(backing, 32 * 2**20, "--direct-io=on") as liar:

        def meddle(done, whole):
            if done == whole // 2:
                os.sync()
                with backing.open("r+b") as file:
                    file.seek(5 * 2**20)
                    file.write(b"something else")

        with pytest.raises(BadValue) as caught:
            write_stick(image, liar, meddle)
    assert "défectueuse" in caught.value.sentence.fr


def test_the_disk_this_computer_runs_from_is_refused():
    """Wherever `/` is, and whatever it is called."""
    source = subprocess.run(
        ["findmnt", "-n", "-o", "SOURCE", "/"], check=True, capture_output=True, text=True
    ).stdout.strip()
    if not source.startswith("/dev/"):
        pytest.skip(f"NOT TESTED: the root file system is on {source}")
    target = look(Path(source).resolve())
    assert "/" in target.used_as
    assert refusal(target, 2**20, again=True) is not None
