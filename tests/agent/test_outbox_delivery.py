"""Only the pinned server's signed word about these very bytes deletes a statement."""

from dataclasses import replace
from uuid import uuid4

import pytest
from stick_bench import HttpFake, enrolled_stick, inspection

from rebond_agent.delivery import BACKOFF, send_all
from rebond_agent.delivery.fake_server import FAKE_TIME, FakeServer, refusal
from rebond_agent.delivery.server import Answer, HttpServer
from rebond_agent.errors import (
    BadReceipt,
    ServerBusy,
    StickUnknown,
    StrangeAnswer,
    Unreachable,
)
from rebond_agent.stick import open_stick
from rebond_agent.stick.outbox import counts, opened
from rebond_schemas.codec import encode
from rebond_schemas.exchange import Receipt
from rebond_schemas.signing import RECEIPT_TYPE, STATEMENT_TYPE, new_key, sign


class Bench:
    def __init__(self, folder, statements=1):
        self.fake = FakeServer()
        self.stick = enrolled_stick(folder, self.fake)
        self.slept = []
        with opened(self.stick) as outbox:
            self.parcels = [
                outbox.put(lambda place: inspection(self.stick, place)) for _ in range(statements)
            ]

    def send(self, server=None):
        with opened(self.stick) as outbox:
            return send_all(outbox, server or self.fake, sleep=self.slept.append)

    @property
    def counts(self):
        return counts(self.stick.folder)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "stick", 3)


def only(number):
    return {"waiting": 0, "quarantine": 0, "conflict": 0, "refused": 0} | number


def test_delivered_in_order_and_deleted(bench):
    sent = bench.send()
    assert bench.fake.uploads == [parcel.statement for parcel in bench.parcels]
    assert (len(sent.held), sent.waiting, sent.problems) == (3, 0, ())
    assert bench.counts == only({})
    assert bench.stick.ledger.read_bytes().count(b"\n") == 3
    assert open_stick(bench.stick.folder, bench.stick.disk).settings.anchor == FAKE_TIME


def _signed(fake, receipt):
    body = encode(receipt)
    return Answer(status=201, body=body, signature=sign(fake.key, RECEIPT_TYPE, body))


def wrong_receipts(bench):
    parcel = bench.parcels[0]
    right = Receipt(
        statement=parcel.statement,
        sha256=parcel.sha256,
        site=bench.fake.site,
        stick=bench.stick.settings.stick,
        received=FAKE_TIME,
    )
    body, key = encode(right), bench.fake.key
    good = sign(key, RECEIPT_TYPE, body)

    def other(**fields):
        values = {name: getattr(right, name) for name in right.__struct_fields__}
        return _signed(bench.fake, Receipt(**(values | fields)))

    return {
        "no signature": Answer(status=201, body=body),
        "garbage": Answer(status=201, body=body, signature="xyz"),
        "another server's": Answer(
            status=201, body=body, signature=sign(new_key(), RECEIPT_TYPE, body)
        ),
        "another type": Answer(status=201, body=body, signature=sign(key, STATEMENT_TYPE, body)),
        "edited body": Answer(status=201, body=body + b" ", signature=good),
        "other statement": other(statement=uuid4()),
        "other bytes": other(sha256="0" * 64),
        "other stick": other(stick=uuid4()),
        "other site": other(site=uuid4()),
        "not a receipt": _signed(bench.fake, {"hello": 1}),
        "signed nonsense": Answer(
            status=200, body=b"\xff", signature=sign(key, RECEIPT_TYPE, b"\xff")
        ),
    }


def test_wrong_receipts_never_delete(tmp_path):
    names = list(wrong_receipts(Bench(tmp_path / "names")))
    for number, name in enumerate(names):
        bench = Bench(tmp_path / str(number))
        bench.fake.answers = [wrong_receipts(bench)[name]]
        sent = bench.send()
        assert bench.counts == only({"waiting": 1}), name
        assert isinstance(sent.problems[0], BadReceipt), name
        assert not bench.stick.ledger.exists(), name
        assert bench.send().waiting == 0, "the true receipt still comes later"


def test_receipt_of_the_neighbour_does_not_count(bench):
    first, second, _ = bench.parcels
    bench.fake.take(second.content)
    bench.fake.answers = [lambda _: bench.fake.take(second.content)]
    sent = bench.send()
    assert isinstance(sent.problems[0], BadReceipt)
    assert (bench.stick.outbox / first.file_name).exists()
    assert sent.waiting == 1


def test_conflict_is_kept_aside(bench):
    bench.fake.answers = [refusal(409, "conflict", "Autre contenu.")]
    sent = bench.send()
    assert bench.counts == only({"conflict": 1})
    assert sent.unwanted[0][1].message == "Autre contenu"
    assert len(sent.held) == 2


def test_refused_is_kept_aside_with_the_servers_sentence(bench):
    bench.fake.answers = [refusal(422, "unreadable", "Format inconnu.")]
    sent = bench.send()
    assert bench.counts == only({"refused": 1})
    assert sent.unwanted[0][1].message == "Format inconnu"


def test_unknown_stick_stops_everything_and_keeps_everything(bench):
    bench.fake.sticks.clear()
    sent = bench.send()
    assert bench.counts == only({"waiting": 3})
    assert [type(problem) for problem in sent.problems] == [StickUnknown]
    assert "Cette clé n'est pas connue ici." in sent.problems[0].sentence()


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 418])
def test_captive_portal_settles_nothing(bench, status):
    bench.fake.answers = [Answer(status=status, body=b"<html>Bienvenue au Wi-Fi</html>")]
    sent = bench.send()
    assert bench.counts == only({"waiting": 3})
    assert isinstance(sent.problems[0], StrangeAnswer)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_tired_server_is_asked_again(bench, status):
    bench.fake.answers = [Answer(status=status, body=b"")] * 2
    sent = bench.send()
    assert (len(sent.held), sent.waiting) == (3, 0)
    assert bench.slept == list(BACKOFF[:2])


def test_patience_ends_but_a_statement_the_server_chokes_on_does_not_block_the_others(bench):
    bench.fake.answers = [Answer(status=500, body=b"")] * (len(BACKOFF) + 1)
    sent = bench.send()
    assert (len(sent.held), sent.waiting) == (2, 1)
    assert isinstance(sent.problems[0], ServerBusy)
    assert bench.send().waiting == 0


def test_lost_answers_lead_to_the_same_receipt(bench):
    bench.fake.takes_before_answering = True
    bench.fake.answers = [Unreachable(url="http://fake", reason="cut")] * 3
    sent = bench.send()
    assert (len(sent.held), sent.waiting) == (3, 0)
    assert len(bench.fake.statements) == 3
    assert bench.fake.uploads.count(bench.parcels[0].statement) == 4


def test_no_network_keeps_everything(bench):
    with HttpFake(bench.fake) as http:
        gone = HttpServer(url=http.url)
    sent = bench.send(gone)
    assert bench.counts == only({"waiting": 3})
    assert [type(problem) for problem in sent.problems] == [Unreachable]
    assert bench.slept == list(BACKOFF)


def test_redirect_is_not_followed(bench):
    bench.fake.answers = [Answer(status=302, body=b"")]
    with HttpFake(bench.fake) as http:
        sent = bench.send(HttpServer(url=http.url))
    assert bench.counts == only({"waiting": 3})
    assert isinstance(sent.problems[0], StrangeAnswer)
    assert bench.fake.uploads == []


def test_clock_anchor_never_runs_back(bench):
    bench.send()
    earlier = replace(bench.fake, now=FAKE_TIME.replace(year=2002))
    with opened(bench.stick) as outbox:
        outbox.put(lambda place: inspection(bench.stick, place))
    bench.send(earlier)
    assert open_stick(bench.stick.folder, bench.stick.disk).settings.anchor == FAKE_TIME
