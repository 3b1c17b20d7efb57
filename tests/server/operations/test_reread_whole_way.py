"""A second read the whole way: the real agent's sticks, engine and reader, and the real server."""

from pathlib import Path

import pytest
from agents import Direct, agent_stick
from bench import account
from moments import later
from test_rereads import draw, line

from rebond_agent.command.scratch import scratch_drives
from rebond_agent.config import computer_clocks
from rebond_agent.delivery import send_all
from rebond_agent.delivery.reading_order import read_order_for
from rebond_agent.erasing import wipe
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect
from rebond_agent.rereading import reread
from rebond_agent.session import inspect, new_session, with_drives
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.wishes import Wishes
from rebond_server.domain.role import Role
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device
from rebond_server.store.queries.rereads import RereadState

MACHINE = Path(__file__).parents[2] / "machines" / "lenovo-thinkpad-x270-nvme"
SIZE = 3 * 1024 * 1024


class Station:
    """One bench with one machine, whose drive is an image file."""

    def __init__(self, workshop, folder):
        self.workshop, self.folder = workshop, folder
        self.image = folder / "disk.img"
        self.image.write_bytes(b"secret! " * (SIZE // 8))

    def boot(self, stick, by, now, work):
        server = Direct(self.workshop, now)
        with opened(stick) as outbox:
            session = new_session(RecordedMachine(MACHINE), computer_clocks(), stick, None, by)
            images = scratch_drives([self.image], [])
            facts = collect(session.machine)
            inspect(session, with_drives(facts, (images[0].drive,), instead=True), outbox)
            assert not send_all(outbox, server, sleep=lambda _: None, backoff=()).problems
            work(session, outbox, server, images)
            assert not send_all(outbox, server, sleep=lambda _: None, backoff=()).problems

    def erase(self, stick, by):
        def work(session, outbox, _server, images):
            list(wipe(session, outbox, images, Policy(), engine.wipe, lambda *_: None))

        self.boot(stick, by, later(0), work)

    def read(self, stick, by):
        found = []

        def work(session, outbox, server, images):
            order = read_order_for(outbox, server, session.run)
            found.append(order)
            assert len(
                list(reread(session, outbox, order, images, Wishes(), lambda *_: None))
            ) == len(order.drives)

        self.boot(stick, by, later(2), work)
        return found[0]

    @property
    def state(self):
        with self.workshop.work(NOBODY, later(9), reading=True) as work:
            return work.session.query(Device).one().state


@pytest.fixture
def station(sqlite_workshop, tmp_path):
    found = Station(sqlite_workshop, tmp_path)
    found.first = agent_stick(sqlite_workshop, tmp_path / "one", later(0), "clé 1")
    found.second = agent_stick(sqlite_workshop, tmp_path / "two", later(0), "clé 2")
    found.erase(found.first, "Awa")
    assert found.state == "wiped"
    draw(sqlite_workshop, account(sqlite_workshop, Role.LEAD))
    return found


def test_another_stick_and_person_confirm(station):
    before = station.image.read_bytes()
    assert station.read(station.first, "Bruno").same_stick == 1
    assert line(station.workshop).state is RereadState.AWAITS
    station.read(station.second, "awa")
    assert line(station.workshop).state is RereadState.AWAITS
    station.read(station.second, None)
    assert line(station.workshop).state is RereadState.AWAITS
    station.read(station.second, "Bruno")
    assert line(station.workshop).state is RereadState.CONFIRMED
    assert line(station.workshop).other_person is True
    assert (station.state, station.image.read_bytes()) == ("wiped", before)


def test_old_data_that_came_back_contradicts(station):
    with station.image.open("r+b") as file:
        file.seek(SIZE // 2)
        file.write(b"secret! ")
    station.read(station.second, "Bruno")
    assert line(station.workshop).state is RereadState.CONTRADICTED
    assert station.state == "held"
    assert b"secret! " in station.image.read_bytes(), "a read mends nothing"
