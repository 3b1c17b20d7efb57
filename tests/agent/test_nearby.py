"""A server that moved is found again by mDNS, in processes of their own; the pinned authority decides."""

import json
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from workshop_server import PROGRAMS, WorkshopServer, free_port
from zeroconf import IPVersion, ServiceInfo, Zeroconf

from rebond_agent.delivery import home
from rebond_agent.delivery.nearby import nearby
from rebond_agent.errors import Unreachable
from rebond_schemas.nearby import SERVICE, SITE
from rebond_server.announcing import addresses
from rebond_server.store.authority import new_authority

LOOPBACK = "127.0.0.1"
AUTHORITY = new_authority("Atelier d'essai")
STATEMENT = ["inspect", "--no-send", "--machine"]
MACHINE = Path(__file__).parents[1] / "machines" / "lenovo-thinkpad-x270-nvme"


@contextmanager
def announcing(server, port):
    """Run the server's own announcement of this port in a process of its own."""
    command = [PROGRAMS / "rebond", "announce", "--host", LOOPBACK, "--port", str(port)]
    process = subprocess.Popen(command, env=server._environment, stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        process.stdin.close()
        assert process.wait(20) == 0


@contextmanager
def impostor(site, port):
    """Announce somebody else's server under this workshop's name."""
    network = Zeroconf(interfaces=[LOOPBACK], ip_version=IPVersion.V4Only)
    service = ServiceInfo(
        SERVICE, f"aaa-{site}.{SERVICE}", port=port, properties={SITE: str(site)},
        server="impostor.local.", parsed_addresses=[LOOPBACK],
    )  # fmt: skip
    with closing(network):
        network.register_service(service)
        yield


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    with WorkshopServer(tmp_path_factory.mktemp("workshop")) as server:
        yield server


@pytest.fixture
def lost(workshop, tmp_path):
    """Give the folder of a stick with one statement, whose server is no longer where it was."""
    folder = workshop.enrol(tmp_path / "stick", "clé perdue")
    known = json.loads((folder / "settings.json").read_bytes())
    known["server"] = f"https://{LOOPBACK}:{free_port()}"
    (folder / "settings.json").write_text(json.dumps(known))
    agent(folder, *STATEMENT, MACHINE)
    return folder


def agent(folder, *words):
    command = [sys.executable, "-m", "rebond_agent", "--lang", "en", "--stick", folder, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def settings(folder):
    return json.loads((folder / "settings.json").read_bytes())


def held(workshop, folder):
    return [
        one for one in workshop.statements("inventory") if one["stick"] == settings(folder)["stick"]
    ]


def heard(site, patience=20.0):
    """Wait until an announcement is on the air: nobody else's time is what is tested."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with suppress(StopIteration):
            return next(iter(nearby(site, 1.0)))
    raise AssertionError("nothing was announced")


def test_what_waits_reaches_a_server_that_moved_and_the_stick_remembers_where(workshop, lost):
    before = settings(lost)["server"]
    assert agent(lost, "send").returncode == 5
    assert held(workshop, lost) == []
    assert settings(lost)["server"] == before
    with announcing(workshop, workshop.port):
        assert heard(UUID(settings(lost)["site"])) == f"https://{LOOPBACK}:{workshop.port}"
        sent = agent(lost, "send")
    assert (sent.returncode, len(held(workshop, lost))) == (0, 1), sent.stderr
    assert settings(lost)["server"] == f"https://{LOOPBACK}:{workshop.port}"
    assert list((lost / "outbox").glob("*.statement")) == []
    agent(lost, *STATEMENT, MACHINE)
    assert agent(lost, "send").returncode == 0, "the next time nobody need announce anything"


def test_whoever_only_claims_to_be_the_server_gets_nothing(workshop, lost, tmp_path):
    """Same workshop id, another authority: its handshake fails, and the true one is found beside it."""
    with WorkshopServer(tmp_path / "other") as other:
        site = UUID(settings(lost)["site"])
        with impostor(site, other.port):
            assert heard(site) == f"https://{LOOPBACK}:{other.port}"
            refused = agent(lost, "send")
            assert refused.returncode == 5, refused.stderr
            assert len(list((lost / "outbox").glob("*.statement"))) == 1
            assert settings(lost)["server"] != f"https://{LOOPBACK}:{other.port}"
            with announcing(workshop, workshop.port):
                until = time.monotonic() + 20
                while len(set(nearby(site, 2.0))) < 2 and time.monotonic() < until:
                    pass
                assert agent(lost, "send").returncode == 0
        assert other.statements("inventory") == []
    assert len(held(workshop, lost)) == 1


def test_another_workshops_server_is_not_even_asked(workshop, lost):
    with announcing(workshop, workshop.port):
        heard(UUID(settings(lost)["site"]))
        assert list(nearby(uuid4(), 2.0)) == []


@pytest.mark.parametrize(("authority", "times"), [(None, 0), ("pinned", 1)])
def test_a_stick_without_a_pinned_authority_never_looks(authority, times):
    looked = []
    server = home.Home(
        place=home.Place(url=f"http://{LOOPBACK}:{free_port()}"), site=uuid4(), time_limit=0.5,
        authority=authority, look=lambda site: iter(looked.append(site) or ()),
    )  # fmt: skip
    if authority is not None:
        server.place.url = server.place.url.replace("http:", "https:")
        server = replace(server, authority=AUTHORITY[0].decode())
    for _ in range(2):
        with pytest.raises(Unreachable):
            server.take(b"x")
    assert len(looked) == times


def test_nobody_looks_twice_in_a_minute_and_one_who_finds_finds_for_all():
    place = home.Place(url=f"https://{LOOPBACK}:{free_port()}")
    server = home.Home(place=place, site=uuid4(), authority="x", time_limit=0.5)
    patient = server.within(5.0)
    assert (patient.time_limit, patient.place) == (5.0, place)
    place.looked = time.monotonic()
    begun = time.monotonic()
    assert not server._moved(place.url)
    assert time.monotonic() - begun < 1
    place.url = "https://elsewhere"
    assert patient._moved("https://before")


def test_the_addresses_are_those_that_others_reach():
    assert addresses(LOOPBACK) == (LOOPBACK,)
    assert LOOPBACK not in addresses("")
    assert addresses("no.such.name.invalid") == ()
