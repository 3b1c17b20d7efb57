"""Orders of the workshop: believed only when signed, kept for offline boots, never weakened at the bench."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from msgspec.structs import replace
from stick_bench import HttpFake, enrolled_stick, raw_of

from rebond_agent import cli
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.ordering import order_for, policy_of, refresh
from rebond_agent.delivery.server import Answer
from rebond_agent.errors import Unreachable
from rebond_agent.stick import open_stick, standing_order
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe.guard import Policy
from rebond_schemas.codec import decode, encode
from rebond_schemas.erasure import Ending, Level
from rebond_schemas.order import ErasurePolicy, WipeOrder
from rebond_schemas.signing import ORDER_TYPE, new_key, sign
from rebond_schemas.statement import Erasure

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
PURGE = ErasurePolicy(level=Level.PURGE, sample_percent=50, never_firmware=("X9",))


def ordering(fake, policy=PURGE, *, unattended=False, for_run=True):
    """Let the server give this order, for the run that asks or for any."""

    def order(asked):
        return WipeOrder(
            id=uuid4(),
            site=fake.site,
            policy=policy,
            issued=AT,
            stick=asked.stick if for_run else None,
            run=asked.run if for_run else None,
            unattended=unattended,
        )

    fake.order = order


class Away:
    url = "http://away"

    def ask_order(self, request, stick, signature):  # noqa: ARG002 - nobody is there
        raise Unreachable(url=self.url, reason="away")


@pytest.fixture
def fake():
    return FakeServer()


@pytest.fixture
def stick(tmp_path, fake):
    return enrolled_stick(tmp_path / "stick", fake)


def test_an_order_for_a_run_is_not_kept_and_a_standing_one_is(stick, fake):
    run = uuid4()
    with opened(stick) as outbox:
        ordering(fake)
        assert order_for(outbox, fake, run).policy == PURGE
        assert order_for(outbox, Away(), run) is None
        ordering(fake, for_run=False)
        refresh(outbox, fake)
        assert order_for(outbox, Away(), run).policy == PURGE
        assert order_for(outbox, None, run).run is None
    assert open_stick(stick.folder, Durable()).settings.anchor == AT, "an order tells the time, too"


def test_only_the_pinned_server_s_word_for_this_stick_and_run_is_an_order(stick, fake):
    run = uuid4()
    good = WipeOrder(id=uuid4(), site=fake.site, policy=PURGE, issued=AT, run=run)

    def answered(order, key=None, raw=None):
        body = raw or encode(order)
        said = Answer(status=200, body=body, signature=sign(key or fake.key, ORDER_TYPE, body))
        server = SimpleNamespace(url="", ask_order=lambda *_: said)
        with opened(stick) as outbox:
            return order_for(outbox, server, run)

    assert answered(good) == good
    assert answered(good, key=new_key()) is None
    assert answered(replace(good, site=uuid4())) is None
    assert answered(replace(good, stick=uuid4())) is None
    assert answered(replace(good, run=uuid4())) is None
    assert answered(good, raw=b"{}") is None


def test_an_edited_standing_order_is_nobody_s(stick, fake):
    ordering(fake, for_run=False)
    with opened(stick) as outbox:
        refresh(outbox, fake)
        path = stick.folder / "order"
        whole = path.read_bytes()
        assert standing_order.kept(stick) is not None
        for at in range(0, len(whole), 5):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert standing_order.kept(stick) is None
            path.write_bytes(whole[:at])
            assert standing_order.kept(stick) is None


def test_nothing_said_at_the_bench_lowers_an_order():
    order = WipeOrder(id=uuid4(), site=uuid4(), policy=PURGE, issued=AT)
    wanted = Policy(level=Level.CLEAR, chosen=("/dev/sda",), firmware=False, sample_percent=1)
    found = policy_of(order, wanted)
    assert (found.level, found.sample_percent, found.firmware) == (Level.PURGE, 50, False)
    assert (found.chosen, found.never_firmware) == (("/dev/sda",), ("X9",))
    assert policy_of(None, wanted) == wanted
    raised = policy_of(order, Policy(sample_percent=100))
    assert raised.sample_percent == 100


@pytest.fixture
def bench(tmp_path):
    """Give what the command needs: a stick enrolled over HTTP, an empty machine, a scratch image."""
    fake = FakeServer()
    with HttpFake(fake) as http:
        (tmp_path / "machine").mkdir()
        image = tmp_path / "disk.img"
        image.write_bytes(b"secret! " * 65536)
        said = []
        out = SimpleNamespace(write=said.append, flush=lambda: None, isatty=lambda: False)

        def run(*words):
            known = ("--stick", str(tmp_path / "stick"), "--lang", "en")
            return cli.run([*known, *words], {}, out, out)

        assert run("enrol", http.url, "GOOD-CODE") == 0
        yield SimpleNamespace(
            fake=fake, image=image, said=said, run=run, machine=str(tmp_path / "machine"),
            folder=tmp_path / "stick",
        )  # fmt: skip


def unattended(bench):
    return bench.run(
        "wipe", "--unattended", "--machine", bench.machine, "--image", str(bench.image)
    )


def test_without_an_order_for_this_very_run_nothing_is_erased_alone(bench):
    before = bench.image.read_bytes()
    codes = [unattended(bench)]
    ordering(bench.fake, unattended=False)
    codes.append(unattended(bench))
    ordering(bench.fake, unattended=True, for_run=False)
    codes.append(unattended(bench))
    assert codes == [2, 2, 2]
    assert "no order of the workshop" in "".join(bench.said)
    assert bench.image.read_bytes() == before


def test_an_order_lets_a_machine_be_erased_alone_and_the_erasure_names_it(bench):
    ordering(bench.fake, ErasurePolicy(sample_percent=100), unattended=True)
    assert unattended(bench) == 0
    assert set(bench.image.read_bytes()) == {0}
    erasures = [
        one for one in map(decode, bench.fake.statements.values()) if isinstance(one, Erasure)
    ]
    (erasure,) = erasures
    assert erasure.ending is Ending.COMPLETED
    assert erasure.order is not None
    assert erasure.made.anchor == AT, "as told before it began"
    heard = bench.fake.heard[-1]
    assert heard.run == erasure.run
    assert heard.drives[0].ending == "completed"


def test_purge_asked_by_the_lot_refuses_what_overwriting_only_clears(bench):
    ordering(bench.fake, PURGE)
    before = bench.image.read_bytes()
    code = bench.run("wipe", "--machine", bench.machine, "--image", str(bench.image))
    assert code == 7
    assert bench.image.read_bytes() == before
    assert "Purge" in "".join(bench.said)


def test_without_network_the_standing_order_holds(bench):
    ordering(bench.fake, PURGE, for_run=False)
    stick = open_stick(bench.folder, Durable())
    with opened(stick) as outbox:
        refresh(outbox, bench.fake)
    words = ("wipe", "--machine", bench.machine, "--image", str(bench.image), "--no-send")
    assert bench.run(*words) == 7
    with opened(stick) as outbox:
        told = [decode(raw_of(parcel, bench.fake)) for parcel in outbox.waiting]
    assert [one.ending for one in told if isinstance(one, Erasure)] == [Ending.REFUSED]
    assert told[-1].order is not None
