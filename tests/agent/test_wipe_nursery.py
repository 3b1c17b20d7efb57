"""Workers are forked from one process that has loaded everything: whatever dies, nobody is left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from rebond_agent.wipe.orders import Here
from rebond_agent.wipe.spawned import NURSERY, Spawned, end_nursery

ASKS_AND_WAITS = """
import sys
from rebond_agent.wipe.spawned import Spawned
worker = Spawned()
assert worker.receive(60.0) is not None
print("here", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def fresh():
    end_nursery()
    yield
    end_nursery()


def nurseries(of=None):
    return [one for one in psutil.Process(of).children() if NURSERY in one.cmdline()]


def sockets_of(pid):
    held = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()}
    return {one for one in held if one.startswith("socket:")}


def awaited(true, seconds=20.0):
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_all_workers_come_from_one_process():
    workers = [Spawned() for _ in range(5)]
    try:
        assert [one.receive(60.0) for one in workers] == [Here()] * 5
        (nursery,) = nurseries()
        children = nursery.children()
        assert len(children) == 5
        assert len({os.getpgid(one.pid) for one in children}) == 5  # each its own
        # No worker holds another one's pipe, or the nursery's: only its own, and the standard ones.
        sockets = [sockets_of(one.pid) for one in children]
        assert [len(one) for one in sockets] == [1] * 5
        assert len(set.union(*sockets)) == 5
    finally:
        for one in workers:
            one.close()
    assert awaited(lambda: not nursery.children()), "they left, and were buried"


def test_a_killed_nursery_leaves_its_workers_and_has_a_successor():
    first = Spawned()
    assert first.receive(60.0) == Here()
    (nursery,) = nurseries()
    nursery.kill()
    second = Spawned()
    try:
        # Asked of the dead one, perhaps: then it is told at once, and the next is born.
        if second.receive(60.0) is None:
            assert not second.alive
            second.close()
            second = Spawned()
            assert second.receive(60.0) == Here()
        assert first.receive(0.1) is None
        assert first.alive
    finally:
        first.close()
        second.close()
    assert len(nurseries()) == 1


def test_a_killed_worker_is_told_and_the_others_live():
    workers = [Spawned() for _ in range(3)]
    try:
        assert [one.receive(60.0) for one in workers] == [Here()] * 3
        workers[1].kill()
        assert not workers[1].alive
        assert workers[0].receive(0.1) is None
        assert workers[0].alive
        (nursery,) = nurseries()
        assert awaited(lambda: len(nursery.children()) == 2)
    finally:
        for one in workers:
            one.close()


def test_one_given_up_before_it_was_born_leaves_too():
    hasty = Spawned()
    hasty.close()
    later = Spawned()
    try:
        assert later.receive(60.0) == Here()
        (nursery,) = nurseries()
        assert awaited(lambda: len(nursery.children()) == 1)
    finally:
        later.close()


def test_nobody_outlives_a_killed_agent():
    agent = subprocess.Popen(
        [sys.executable, "-c", ASKS_AND_WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert agent.stdout.readline() == b"here\n"
        family = psutil.Process(agent.pid).children(recursive=True)
        assert len(family) == 2
    finally:
        agent.kill()
        agent.wait(10)
        agent.stdin.close()
        agent.stdout.close()
    _, left = psutil.wait_procs(family, timeout=20)
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []
