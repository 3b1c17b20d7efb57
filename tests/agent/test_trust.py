"""Over TLS the stick believes one authority, whatever its clock says, and nobody in between."""

import ssl
from datetime import UTC, datetime

import pytest
from stick_bench import HttpFake, enrolled_stick

from rebond_agent.delivery import send_all, trust
from rebond_agent.delivery.enrolment import enrol, find_server, link
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.home import server_of
from rebond_agent.delivery.server import HttpServer
from rebond_agent.errors import (
    AuthorityStrange,
    BadAddress,
    BadFingerprint,
    ClockWrong,
    Unreachable,
)
from rebond_agent.stick import forget, is_enrolled
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_server.store.authority import fingerprint, new_authority, new_server

TODAY = datetime.now(UTC)
AUTHORITY = new_authority("Atelier d'essai")
FINGERPRINT = fingerprint(AUTHORITY[0]).hex()


class HttpsFake(HttpFake):
    """A FakeServer behind TLS, which gives an authority to whoever asks."""

    def __init__(self, fake, folder, pair, shown):
        super().__init__(fake, authority=shown)
        certificate, key = folder / "server.pem", folder / "server.key"
        certificate.write_bytes(pair[0])
        key.write_bytes(pair[1])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    @property
    def url(self):
        return super().url.replace("http:", "https:")


def https(folder, authority=AUTHORITY, now=TODAY, names=("127.0.0.1",), shown=None):
    folder.mkdir(exist_ok=True)
    pair = new_server(authority, names, now)
    return HttpsFake(FakeServer(), folder, pair, shown or authority[0])


def enrolled(folder, url, fingerprint_shown=FINGERPRINT):
    server = find_server(link(f"{url}/cles#GOOD-CODE.{fingerprint_shown}", None, None))
    return enrol(
        folder, server, code="GOOD-CODE", name="n", language="fr", disk=Durable(),
        authority=server.authority,
    )  # fmt: skip


def test_the_scanned_text_holds_address_code_and_fingerprint():
    found = link(f" https://atelier:8443/cles#ABCDE12345.{FINGERPRINT}\n", None, None)
    assert (found.url, found.code, found.fingerprint) == (
        "https://atelier:8443",
        "ABCDE12345",
        FINGERPRINT,
    )
    colons = ":".join(FINGERPRINT[at : at + 2] for at in range(0, 64, 2)).upper()
    typed = link("http://atelier:8080/", "ABCDE 12345", colons)
    assert (typed.url, typed.code, typed.fingerprint) == (
        "http://atelier:8080",
        "ABCDE 12345",
        FINGERPRINT,
    )
    assert link("http://atelier", "A", None).fingerprint is None
    with pytest.raises(BadFingerprint):
        link("http://atelier", "A", "12")
    with pytest.raises(BadAddress):
        link("atelier#A.B", None, FINGERPRINT)


def test_the_pinned_authority_is_believed_with_any_clock(tmp_path):
    """A certificate of 2002 or of 2045 is what this computer sees when its own clock is wrong."""
    for number, year in enumerate((2002, 2026, 2045)):
        moment = datetime(year, 5, 1, tzinfo=UTC)
        with https(tmp_path / f"server-{number}", now=moment, names=("another.name",)) as http:
            found = enrolled(tmp_path / f"stick-{number}", http.url)
            assert found.stick.settings.authority == AUTHORITY[0].decode()
            with opened(found.stick) as outbox:
                assert send_all(outbox, server_of(found.stick), sleep=lambda _: None).problems == ()


def test_another_authority_s_server_is_not_spoken_to(tmp_path):
    other = new_authority("Quelqu'un d'autre")
    with https(tmp_path / "true") as http:
        stick = enrolled(tmp_path / "stick", http.url).stick
    with https(tmp_path / "false", authority=other) as http:
        with pytest.raises(AuthorityStrange):
            enrolled(tmp_path / "new", http.url)
        assert http.fake.sticks == {}, "nothing was sent, not even the code"
        false = HttpServer(url=http.url, authority=stick.settings.authority)
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            false.take(b"parcel")
    with https(tmp_path / "liar", authority=other, shown=AUTHORITY[0]) as http:
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            enrolled(tmp_path / "new", http.url)
        assert http.fake.sticks == {}
    assert not is_enrolled(tmp_path / "new")


def test_without_tls_a_fingerprint_is_not_waived(tmp_path):
    with HttpFake(FakeServer()) as http:
        with pytest.raises(AuthorityStrange):
            enrolled(tmp_path, http.url)
        assert find_server(link(http.url, "A", None)).authority is None


def test_without_a_fingerprint_the_words_tell_who_answered(tmp_path):
    """Two authorities, one conversation each: what people compare differs."""
    words = []
    for number, authority in enumerate((AUTHORITY, new_authority("Entre les deux"))):
        with https(tmp_path / f"server-{number}", authority=authority) as http:
            server = find_server(link(http.url, "GOOD-CODE", None))
            assert server.authority == authority[0].decode()
            found = enrol(
                tmp_path / f"stick-{number}", server, code="GOOD-CODE", name="n", language="fr",
                disk=Durable(), authority=server.authority,
            )  # fmt: skip
            words.append(found.words)
    assert len(words[0]) == 6
    assert words[0] != words[1]


def test_dates_that_only_the_clock_gets_wrong_are_called_so(tmp_path):
    """A server that the world knows is checked with its dates; a wrong clock is told as one."""
    past = datetime(2002, 5, 1, tzinfo=UTC)
    folder = tmp_path / "server"
    with https(folder, now=past) as http:
        world = ssl.create_default_context(cadata=AUTHORITY[0].decode())
        with pytest.raises(ClockWrong, match="clock"):
            HttpServer(url=http.url)._ask("POST", "/", b"", {}, world)


@pytest.mark.parametrize(
    "garbage", [b"", b"hello", AUTHORITY[0] * 2, AUTHORITY[0][:-30], b"\xff" * 100]
)
def test_what_is_no_certificate_has_no_fingerprint(garbage):
    assert trust.fingerprint_of(AUTHORITY[0]) == FINGERPRINT
    assert trust.fingerprint_of(garbage) is None


def test_words_that_differ_undo_the_enrolment(tmp_path):
    stick = enrolled_stick(tmp_path / "stick", FakeServer())
    forget(stick)
    assert not is_enrolled(stick.folder)
    again = enrolled_stick(stick.folder, FakeServer())
    assert again.key != stick.key, "the old key may be known"
