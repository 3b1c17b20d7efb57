"""A dead CMOS battery: everything arrives, and the interval that is certified holds the true time."""

from datetime import UTC, datetime, timedelta

import pytest
from agents import Direct, agent_stick
from moments import NOON

from rebond_agent.command.scratch import scratch_drives
from rebond_agent.delivery import send_all
from rebond_agent.erasing import wipe
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect
from rebond_agent.session import Clocks, inspect, new_session, with_drives
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy
from rebond_server.operations.evidence_of import statement_of
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import JudgementRow
from rebond_server.store.stick import StatementKind, StatementRow

HOUR = timedelta(hours=1)
CLOCKS = {
    "1980": datetime(1980, 1, 1, tzinfo=UTC),
    "2002": datetime(2002, 1, 1, tzinfo=UTC),
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "9999": datetime(9999, 12, 31, 23, tzinfo=UTC),
    "right": NOON + 2 * HOUR,
}


def erase(stick, wall, folder):
    """Inspect and erase a scratch drive offline, with this computer's idea of the time."""
    image = folder / "disk.img"
    image.write_bytes(b"secret! " * 50_000)
    (folder / "machine").mkdir(exist_ok=True)
    machine = RecordedMachine(folder / "machine")
    ticks = iter(range(1, 10**9))
    clocks = Clocks(
        wall=lambda: min(wall, datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        monotonic_ns=lambda: next(ticks) * 10**9,
    )
    chosen = scratch_drives([image], [])
    with opened(stick) as outbox:
        session = new_session(machine, clocks, stick, None)
        found = with_drives(collect(machine), tuple(one.drive for one in chosen), instead=True)
        inspect(session, found, outbox)
        return list(wipe(session, outbox, chosen, Policy(), engine.wipe, lambda *_: None))


@pytest.mark.parametrize("clock", CLOCKS)
def test_any_clock_delivers_and_the_interval_holds_the_true_time(sqlite_workshop, tmp_path, clock):
    """Enrolled at noon; erased, in truth, at two; delivered at three, at another computer."""
    workshop, wall = sqlite_workshop, CLOCKS[clock]
    stick = agent_stick(workshop, tmp_path / "stick", NOON)
    (told,) = erase(stick, wall, tmp_path)
    truth = NOON + 2 * HOUR
    assert told.ended.wall.year == wall.year, "data, not truth"

    with opened(open_stick(stick.folder, Durable())) as outbox:
        sent = send_all(outbox, Direct(workshop, NOON + 3 * HOUR), sleep=lambda _: None)
        assert (sent.waiting, len(sent.held), sent.problems) == (0, 2, ())
        assert outbox.stick.settings.anchor == NOON + 3 * HOUR
    with workshop.work(NOBODY, NOON, reading=True) as work:
        row = work.session.query(StatementRow).filter_by(kind=StatementKind.ERASURE).one()
        erasure = statement_of(work, row)
        assert work.session.query(JudgementRow).one().verdict.value == "cleared"
        assert erasure.made.anchor <= truth <= row.received
        assert erasure.started.anchor <= truth, "it began after the anchor, too"


def test_the_anchor_never_runs_back_with_the_computer_s_clock(sqlite_workshop, tmp_path):
    stick = agent_stick(sqlite_workshop, tmp_path / "stick", NOON)
    anchors = []
    for hours, wall in ((1, CLOCKS["2038"]), (3, CLOCKS["1980"]), (2, CLOCKS["2002"])):
        erase(stick, wall, tmp_path)
        with opened(open_stick(stick.folder, Durable())) as outbox:
            server = Direct(sqlite_workshop, NOON + hours * HOUR)
            send_all(outbox, server, sleep=lambda _: None)
            anchors.append(outbox.stick.settings.anchor)
        stick = open_stick(stick.folder, Durable())
    assert anchors == [NOON + HOUR, NOON + 3 * HOUR, NOON + 3 * HOUR]
