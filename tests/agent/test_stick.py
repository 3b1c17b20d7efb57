"""Enrolment, and what a stick knows about itself."""

import stat

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
