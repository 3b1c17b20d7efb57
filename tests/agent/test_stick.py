"""Enrolment, and what a stick knows about itself."""

import os
import stat
from uuid import uuid4

import pytest
from stick_bench import HttpFake, enrolled_stick

from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.server import Answer, HttpServer, address
from rebond_agent.errors import (
    AlreadyEnrolled,
    BadAddress,
    EnrolmentRefused,
    NotEnrolled,
    StickDamaged,
    StrangeAnswer,
    Unreachable,
)
from rebond_agent.stick import is_enrolled, open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.medium import medium_of
from rebond_schemas.signing import public_key


def test_enrolment_over_http(tmp_path):
    fake = FakeServer()
    with HttpFake(fake) as http:
        stick = enrolled_stick(tmp_path / "stick", HttpServer(url=http.url))
    assert fake.sticks == {stick.settings.stick: public_key(stick.key)}
    assert stick.settings.server_public_key == public_key(fake.key)
    assert stick.settings.anchor == fake.now
    assert open_stick(stick.folder, stick.disk) == stick


def test_private_key_is_raw_and_for_the_owner_alone(tmp_path):
    stick = enrolled_stick(tmp_path / "stick", FakeServer())
    path = stick.folder / "identity"
    assert path.read_bytes() == stick.key
    assert len(stick.key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stick.key.hex() not in (stick.folder / "settings.json").read_text()


def test_wrong_code_shows_the_servers_sentence(tmp_path):
    with pytest.raises(EnrolmentRefused, match="Ce code n'est pas le bon"):
        enrol(tmp_path, FakeServer(code="OTHER"), code="X", name="n", language="fr", disk=Durable())
    assert not is_enrolled(tmp_path)


def test_lost_answer_is_repaired_by_asking_again_with_the_same_key(tmp_path):
    fake = FakeServer()

    class Deaf:
        url = fake.url
        take, take_part = fake.take, fake.take_part

        def enrol(self, request, signature):
            fake.enrol(request, signature)
            raise Unreachable(url=self.url, reason="cut")

    with pytest.raises(Unreachable):
        enrolled_stick(tmp_path, Deaf())
    stick = enrolled_stick(tmp_path, fake)
    assert list(fake.sticks) == [stick.settings.stick]


def test_enrolled_stick_is_not_enrolled_again(tmp_path):
    enrolled_stick(tmp_path, FakeServer())
    with pytest.raises(AlreadyEnrolled, match="Atelier d'essai"):
        enrolled_stick(tmp_path, FakeServer())


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=200, body=b"<html>"),
        Answer(status=201, body=b"<html>"),
        Answer(status=302, body=b""),
        Answer(status=404, body=b"<html>"),
    ],
)
def test_something_else_answers(tmp_path, answer):
    class Portal:
        url = "http://portal"

        def enrol(self, request, signature):  # noqa: ARG002 - it does not care
            return answer

        def take(self, parcel):  # noqa: ARG002 - likewise
            return answer

    with pytest.raises(StrangeAnswer, match="http://portal"):
        enrolled_stick(tmp_path, Portal())
    assert not is_enrolled(tmp_path)


def test_stick_without_enrolment_says_what_to_do(tmp_path):
    with pytest.raises(NotEnrolled, match="rebond-agent enrol"):
        open_stick(tmp_path, Durable())


def test_swapped_key_and_damaged_settings_are_told(tmp_path):
    stick = enrolled_stick(tmp_path, FakeServer())
    (tmp_path / "identity").write_bytes(b"x" * 32)
    with pytest.raises(StickDamaged, match="not the key that was enrolled"):
        open_stick(tmp_path, Durable())
    (tmp_path / "identity").write_bytes(stick.key)
    (tmp_path / "settings.json").write_bytes(b'{"server": 1')
    with pytest.raises(StickDamaged, match=r"settings\.json"):
        open_stick(tmp_path, Durable())


@pytest.mark.parametrize(
    "text", ["http://atelier:8080/", "https://rebond.example", "http://[::1]:80"]
)
def test_addresses(text):
    assert address(text) == text.rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "atelier",
        "ftp://x",
        "file:///etc/passwd",
        "http://",
        "http://a:b@c",
        "http://x?q=1",
        "http://x:99999",
    ],
)
def test_what_is_no_address(text):
    with pytest.raises(BadAddress):
        address(text)


def usb(folder, serial, number="8:17", size="15633408"):
    """Make the part of sysfs that a stick's partition is found by."""
    device = folder / "devices" / "pci" / "usb1" / "1-4"
    disk = device / "1-4:1.0" / "host6" / "block" / "sdb"
    (disk / "sdb1").mkdir(parents=True)
    (disk / "sdb1" / "partition").write_text("1\n")
    (disk / "size").write_text(f"{size}\n")
    if serial:
        (device / "serial").write_text(f"{serial}\n")
    link = folder / "dev" / "block" / number
    link.parent.mkdir(parents=True)
    link.symlink_to(disk / "sdb1")
    return folder


def test_a_copy_on_another_stick_or_in_another_folder_is_made_of_something_else(tmp_path):
    stick, folder, twin = uuid4(), tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    twin.mkdir()
    found = folder.stat()
    number = f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 {number} / /var/lib/rebond rw,noatime - ext4 /dev/sdb1 rw\n")
    one = usb(tmp_path / "one", "0001A", number)
    other = usb(tmp_path / "other", "0002B", number)
    silent = usb(tmp_path / "silent", None, number)

    here = medium_of(folder, stick, one, mounts)
    assert here == medium_of(folder, stick, one, mounts)
    assert here.split(".")[0] != medium_of(folder, stick, other, mounts).split(".")[0]
    assert here.split(".")[1] != medium_of(twin, stick, one, mounts).split(".")[1]
    assert here.split(".")[1] == medium_of(folder, stick, other, mounts).split(".")[1]
    assert medium_of(folder, stick, silent, mounts) == f"-.{here.split('.')[1]}"
    mounts.write_text(f"36 35 {number} / / rw - overlay overlay rw\n")
    assert medium_of(folder, stick, one, mounts) == f"{here.split('.')[0]}.-"
    assert medium_of(folder, stick, silent, mounts) is None
    assert medium_of(tmp_path / "nothing", stick, one, mounts) is None
    assert "0001A" not in here
    (one / "devices" / "pci" / "usb1" / "1-4" / "manufacturer").write_text("QEMU\n")
    assert medium_of(folder, stick, one, mounts) is None, "its serial number is the port's"
    assert medium_of(folder, uuid4(), one, mounts) != here, "two sticks of one drive tell nothing"
