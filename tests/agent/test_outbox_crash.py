"""kill -9 at every moment between making a statement and its receipt."""

import os
import random
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from stick_bench import HttpFake, enrolled_stick

from rebond_agent.delivery import send_all
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.delivery.server import HttpServer
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_schemas.codec import decode

CHILD = Path(__file__).with_name("crash_child.py")


def start(folder: Path, moment: int, statements: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), str(moment), str(statements)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHILD.parent)},
    )


def promised(output: bytes) -> set[UUID]:
    lines = output.decode().split()
    return {UUID(word) for word in lines if len(word) == 36}


def check_everything_arrived_once(fake: FakeServer, promises: set[UUID]) -> None:
    statements = [decode(raw) for raw in fake.statements.values()]
    assert promises <= set(fake.statements)
    ordered = sorted(statements, key=lambda one: one.sequence)
    assert [one.sequence for one in ordered] == list(range(1, len(ordered) + 1))
    links = [None, *(sha256(fake.statements[one.id]).hexdigest() for one in ordered)]
    assert [one.previous for one in ordered] == links[:-1], "the chain of the stick is broken"


def test_kill_at_every_fsync_and_upload(tmp_path):
    fake = FakeServer()
    with HttpFake(fake) as http:
        folder = tmp_path / "stick"
        enrolled_stick(folder, HttpServer(url=http.url))
        promises, moment, killed = set(), 0, 0
        while True:
            moment += 1
            child = start(folder, moment, 1)
            output, _ = child.communicate(timeout=30)
            promises |= promised(output)
            if child.returncode == 0:
                break
            killed += 1
            assert child.returncode == -9
        assert killed >= 16, "before and after each fsync of one put and one delivery"
        check_everything_arrived_once(fake, promises)
        assert len(promises) >= killed // 2
        with opened(open_stick(folder, Durable())) as outbox:
            assert outbox.waiting == ()
            assert outbox.notices == ()
            assert not any(folder.glob("outbox/.*")), "unfinished files are swept away"


def test_kill_at_random_times(tmp_path):
    chance = random.Random(20261121)  # noqa: S311 - the same moments in every run
    fake = FakeServer()
    with HttpFake(fake) as http:
        folder = tmp_path / "stick"
        enrolled_stick(folder, HttpServer(url=http.url))
        promises = set()
        for _ in range(12):
            child = start(folder, 10**9, 200)
            first = child.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            child.kill()
            output, _ = child.communicate(timeout=30)
            promises |= promised(first + output)
        with opened(open_stick(folder, Durable())) as outbox:
            sent = send_all(outbox, HttpServer(url=http.url), sleep=time.sleep)
            assert outbox.notices == ()
        assert (sent.waiting, sent.problems) == (0, ())
        check_everything_arrived_once(fake, promises)
