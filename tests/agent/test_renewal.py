"""A newer agent: only signed, only newer, only on its base; tried, taken back; whenever the power goes."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from delivery_power import Shadow
from hypothesis import given, settings, strategies
from stick_bench import FakeServer, enrolled_stick, inspection
from workshop_server import WorkshopServer

from rebond_agent.delivery.home import server_of
from rebond_agent.delivery.server import Answer
from rebond_agent.renewal import FOLDER, TRIES, Kept, Renewal, Unfit
from rebond_agent.renewal.fetching import Renewing, fetch
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_schemas.agent_build import PART_BYTES, AgentBuild, AgentOffer, AgentQuestion
from rebond_schemas.codec import decode_as, encode
from rebond_schemas.signing import (
    AGENT_OFFER_TYPE,
    AGENT_PART_TYPE,
    AGENT_QUESTION_TYPE,
    new_key,
    public_key,
    sign,
    verified,
)

BASE = "b" * 64
OWN = AgentBuild(version="1", built=100, base=BASE)


class Power(BaseException):
    """It is gone."""


class Place:
    """A stick and the workshop that signs for it."""

    def __init__(self, folder):
        self.fake = FakeServer()
        self.stick = enrolled_stick(folder, self.fake)
        self.settings = self.stick.settings

    def renewal(self, disk=None, own=OWN):
        return Renewal(self.stick.folder, self.settings, own, disk or Durable())

    def offered(self, built, content, base=BASE, key=None, site=None):
        """Return body, signature and bytes of an offer."""
        body = encode(
            AgentOffer(
                site=site or self.settings.site,
                build=AgentBuild(version=f"v{built}", built=built, base=base),
                sha256=hashlib.sha256(content).hexdigest(),
                size_bytes=len(content),
            )
        )
        return body, sign(key or self.fake.key, AGENT_OFFER_TYPE, body), content


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "stick")


def test_it_is_tried_marked_and_stays(place):
    renewal, content = place.renewal(), b"hsqs newer"
    assert renewal.choose() is None, "nothing was ever fetched"
    assert renewal.keep(*place.offered(200, content)) is None
    chosen = renewal.choose()
    assert chosen.read_bytes() == content
    assert renewal.kept.tries == 1
    renewal.came_up(OWN)
    assert renewal.kept.trying is not None, "it was another agent that came up"
    renewal.came_up(AgentBuild(version="v200", built=200, base=BASE))
    assert renewal.kept == Kept(sound=hashlib.sha256(content).hexdigest())
    for _ in range(TRIES + 2):
        assert renewal.choose() == chosen


@pytest.mark.parametrize("crashed", [False, True])
def test_it_is_taken_back_when_it_does_not_come_up(place, crashed):
    renewal, sound, bad = place.renewal(), b"hsqs sound", b"hsqs bad"
    renewal.keep(*place.offered(200, sound))
    renewal.choose()
    renewal.came_up(AgentBuild(version="v200", built=200, base=BASE))
    renewal.keep(*place.offered(300, bad))
    for _ in range(1 if crashed else TRIES):
        assert renewal.choose().read_bytes() == bad
    assert renewal.choose(failed=crashed).read_bytes() == sound
    assert renewal.choose().read_bytes() == sound
    assert renewal.keep(*place.offered(300, bad)) is Unfit.DID_NOT_COME_UP
    assert len(list((place.stick.folder / FOLDER).glob("*.squashfs"))) == 1, (
        "nothing is left behind"
    )


def test_what_is_refused(place):
    renewal, content = place.renewal(), b"hsqs"
    refused = {
        Unfit.NOT_SIGNED: place.offered(200, content, key=new_key()),
        Unfit.OTHER_WORKSHOP: place.offered(200, content, site=uuid4()),
        Unfit.OTHER_BASE: place.offered(200, content, base="c" * 64),
        Unfit.NOT_NEWER: place.offered(OWN.built, content),
        Unfit.OTHER_BYTES: (*place.offered(200, content)[:2], content + b"!"),
    }
    for why, offer in refused.items():
        assert renewal.keep(*offer) is why
    assert renewal.choose() is None
    renewal.keep(*place.offered(200, content))
    assert renewal.keep(*place.offered(199, b"hsqs older")) is Unfit.NOT_NEWER


def test_what_was_changed_on_the_stick_does_not_run(place):
    renewal = place.renewal()
    renewal.keep(*place.offered(200, b"hsqs newer"))
    layer = renewal.choose()
    good = layer.read_bytes()
    layer.write_bytes(good[:-1] + b"x")
    assert renewal.choose() is None
    layer.write_bytes(good)
    assert renewal.choose() is None, "what was found changed is not tried again by itself"
    assert renewal.keep(*place.offered(200, good)) is None, "but fetched again"
    body, _, _ = place.offered(200, good)
    layer.with_suffix(".offer").write_bytes(
        sign(new_key(), AGENT_OFFER_TYPE, body).encode() + b"\n" + body
    )
    assert renewal.choose() is None
    (place.stick.folder / FOLDER / "state").write_bytes(b"{torn")
    assert renewal.choose() is None


def test_a_newer_or_other_image_puts_it_aside(place):
    place.renewal().keep(*place.offered(200, b"hsqs newer"))
    assert place.renewal().choose() is not None
    assert place.renewal(own=AgentBuild(version="3", built=300, base=BASE)).choose() is None
    place.renewal().keep(*place.offered(200, b"hsqs newer"))
    assert place.renewal(own=AgentBuild(version="1", built=100, base="d" * 64)).choose() is None


def life(renewal, place, moment):
    """Fetch one that works, then one that does not, and boot often enough to be rid of it."""
    first, second = place.offered(200, b"hsqs first"), place.offered(300, b"hsqs second")
    for offer, boots, comes_up in ((first, 1, True), (second, TRIES + 2, False)):
        renewal.keep(*offer)
        moment()
        for _ in range(boots):
            renewal.choose()
            moment()
        if comes_up:
            renewal.came_up(AgentBuild(version="v200", built=200, base=BASE))
            moment()


class Cutting:
    """An fsync that is the last thing that happens, before or behind it."""

    def __init__(self, shadow, at, behind):
        self.shadow, self.left, self.behind = shadow, at, behind

    def __call__(self, descriptor):
        self.left -= 1
        if self.left == 0 and not self.behind:
            raise Power
        self.shadow.sync(descriptor)
        if self.left == 0:
            raise Power


def test_every_moment_of_a_power_cut_leaves_a_stick_that_boots(tmp_path):
    """With only what was fsynced left, each boot runs a whole agent, and never the bad one for long."""
    cuts = 0
    for behind in (False, True):
        at, whole = 0, False
        while not whole:
            at += 1
            place = Place(tmp_path / f"{at}-{behind}" / "stick")
            shadow = Shadow(place.stick.folder)
            shadow.begin()
            try:
                life(place.renewal(Durable(Cutting(shadow, at, behind))), place, lambda: None)
                whole = True
            except Power:
                cuts += 1
                shadow.restore()
            after = place.renewal()
            for _ in range(TRIES + 2):
                layer = after.choose()
                ran = None if layer is None else layer.read_bytes()
                assert ran in {None, b"hsqs first", b"hsqs second"}
                assert ran is None or hashlib.sha256(ran).hexdigest() == layer.stem
            assert layer is None or after.kept.sound == layer.stem, "only a sound one stays"
            assert after.kept.trying is None
            # and it can be brought up to date again
            assert after.keep(*place.offered(400, b"hsqs third")) is None
            assert after.choose().read_bytes() == b"hsqs third"
    assert cuts > 40


@settings(max_examples=60, deadline=None)
@given(strategies.data())
def test_whatever_lies_in_the_folder_nothing_unsigned_runs(tmp_path_factory, data):
    place = Place(tmp_path_factory.mktemp("any") / "stick")
    place.renewal().keep(*place.offered(200, b"hsqs good"))
    folder = place.stick.folder / FOLDER
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        cut = data.draw(strategies.integers(0, len(whole)))
        path.write_bytes(whole[:cut] + data.draw(strategies.binary(max_size=8)) + whole[cut + 1 :])
    layer = place.renewal().choose()
    assert layer is None or layer.read_bytes() == b"hsqs good"


class Source:
    """Answers like the server, from memory."""

    def __init__(self, place, offer):
        self.place, (self.body, self.signature, self.content) = place, offer
        self.asked, self.broken = [], None

    def ask_agent(self, question, stick, signature):
        assert stick == self.place.settings.stick
        asked = decode_as(question, AgentQuestion)
        known = public_key(self.place.stick.key)
        assert verified(known, AGENT_QUESTION_TYPE, question, signature)
        self.asked.append(asked)
        if asked.part is None:
            return Answer(status=200, body=self.body, signature=self.signature)
        part = self.content[asked.offset :][:PART_BYTES]
        if self.broken is not None:
            part = self.broken(part)
        return Answer(
            status=200, body=part, signature=sign(self.place.fake.key, AGENT_PART_TYPE, part)
        )


def test_it_comes_in_parts_and_is_told_what_runs(place):
    content = b"hsqs" + os.urandom(2 * PART_BYTES)
    source = Source(place, place.offered(200, content))
    fetched = fetch(place.stick, OWN, OWN, source, Durable())
    assert isinstance(fetched, AgentOffer)
    assert [one.offset for one in source.asked] == [0, 0, PART_BYTES, 2 * PART_BYTES]
    assert {one.running for one in source.asked} == {OWN}
    assert place.renewal().choose().read_bytes() == content
    assert fetch(place.stick, OWN, OWN, source, Durable()) is Unfit.NOT_NEWER


@pytest.mark.parametrize(
    "broken", [lambda part: part[:100], lambda _: b"", lambda part: b"x" * len(part)]
)
def test_wrong_bytes_on_the_way_are_not_kept(place, broken):
    source = Source(place, place.offered(200, b"hsqs" + os.urandom(300)))
    source.broken = broken
    found = fetch(place.stick, OWN, OWN, source, Durable())
    if found is not Unfit.OTHER_BYTES:  # short parts are only slow
        assert place.renewal().choose().read_bytes() == source.content
        return
    assert place.renewal().choose() is None


def test_a_full_stick_keeps_its_room_for_statements(place):
    source = Source(place, place.offered(200, b"hsqs"))
    found = fetch(place.stick, OWN, OWN, source, Durable(), room=lambda _folder: 2**20)
    assert found is Unfit.NO_ROOM
    assert [one.part for one in source.asked] == [None], "not a byte was fetched"


def test_a_stick_that_fills_up_meanwhile_stays_as_it_was(place):
    def fails(_descriptor):
        raise OSError(28, "No space left on device")

    source = Source(place, place.offered(200, b"hsqs"))
    with opened(place.stick) as outbox:
        renewing = Renewing(outbox, source, OWN, OWN)
        renewing._disk = Durable(fails)
        assert not renewing.step(), "it is not tried again this boot"
        outbox.put(lambda _place: inspection(place.stick, _place))
    assert place.renewal().choose() is None


def test_only_who_made_a_statement_has_come_up(place):
    newer = AgentBuild(version="v200", built=200, base=BASE)
    place.renewal().keep(*place.offered(200, b"hsqs newer"))
    place.renewal().choose()
    with opened(place.stick) as outbox:
        renewing = Renewing(outbox, Source(place, (b"", "", b"")), OWN, newer)
        assert renewing.step()
        assert place.renewal().kept.sound is None
        outbox.put(lambda where: inspection(place.stick, where))
        assert not renewing.step()
    assert place.renewal().kept.sound is not None


# --- the start-up script and the real server, on this computer -----------------------------------

SCRIPT = Path(__file__).parents[2] / "agent/image/overlay/usr/lib/rebond/renewal"
PACKAGES = [
    Path(__file__).parents[2] / one for one in ("agent/rebond_agent", "schemas/rebond_schemas")
]


def image(folder, build, mark):
    """Make what the image, or a newer layer, has under /usr/lib/rebond."""
    site = folder / "site"
    for package in PACKAGES:
        shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "agent.json").write_bytes(encode(build))
    (site / "rebond_agent" / "mark.txt").write_text(mark)
    return folder


def layer_of(folder, build, mark):
    image(folder / "usr/lib/rebond", build, mark)
    target = folder.with_suffix(".agent.squashfs")
    tool = shutil.which("mksquashfs", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    subprocess.run([tool, folder, target, "-quiet", "-no-progress"], check=True, timeout=120)
    target.with_suffix(".json").write_bytes(encode(build))
    return target


def started(stick, own, run, *words):
    """Run what the console runs, with the shell and a mount of its own; return whose code it is."""
    script = f'. {SCRIPT}; renew {" ".join(words)}; cat "$REBOND_SITE/rebond_agent/mark.txt"; PYTHONPATH=$REBOND_SITE python3 -c "import rebond_agent.cli"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {
            "REBOND_STICK": str(stick), "REBOND_IMAGE": str(own), "REBOND_RUN": str(run),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def able():
    tools = (
        shutil.which("mksquashfs"),
        shutil.which("unshare"),
        Path("/dev/loop-control").exists(),
    )
    return os.geteuid() == 0 and all(tools)


@pytest.mark.root
@pytest.mark.skipif(
    not able(), reason="START-UP NOT TESTED: needs root, mksquashfs and loop devices"
)
def test_from_the_real_server_to_the_next_boot_and_back(tmp_path):
    own = image(tmp_path / "image", OWN, "own")
    newer = AgentBuild(version="2", built=200, base=BASE)
    good = layer_of(tmp_path / "good", newer, "newer")
    bad = layer_of(tmp_path / "bad", AgentBuild(version="3", built=300, base=BASE), "bad")
    with WorkshopServer(tmp_path / "workshop") as server:
        folder = server.enrol(tmp_path / "stick", "clé")
        known = json.loads((folder / "settings.json").read_bytes())
        known["server"] = f"https://127.0.0.1:{server.port}"
        (folder / "settings.json").write_text(json.dumps(known))
        stick = open_stick(folder, Durable())
        assert started(folder, own, tmp_path) == "own", "nothing is there yet"
        assert fetch(stick, OWN, OWN, server_of(stick), Durable()) is None
        server.rebond("publish-agent", str(good))
        fetched = fetch(stick, OWN, OWN, server_of(stick), Durable())
        assert fetched.build == newer
        assert started(folder, own, tmp_path) == "newer"
        Renewal(folder, stick.settings, OWN, Durable()).came_up(newer)
        server.rebond("publish-agent", str(bad))
        assert fetch(stick, OWN, newer, server_of(stick), Durable()).build.version == "3"
    assert started(folder, own, tmp_path) == "bad"
    assert started(folder, own, tmp_path, "--failed") == "newer", "taken back in the same boot"
    assert started(folder, own, tmp_path) == "newer"
    for path in (folder / FOLDER).glob("*.squashfs"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert started(folder, own, tmp_path) == "own", (
        "a changed layer leaves the image's own in charge"
    )
    assert isinstance(stick.settings.site, UUID)
