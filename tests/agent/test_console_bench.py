"""The whole console with a scripted person: real threads, real engine, a fake server, no terminal."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from stick_bench import enrolled_stick, raw_of

from rebond_agent.checks.table import CHECKS
from rebond_agent.checks.tools import no_inputs
from rebond_agent.command.scratch import scratch_drives
from rebond_agent.console.event import Key
from rebond_agent.console.lines import Size
from rebond_agent.console.run import run
from rebond_agent.console.state import CheckLine, State, View
from rebond_agent.console.workbench import Given, Workbench
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.errors import Unreachable
from rebond_agent.language import Language
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.session import Clocks, new_session
from rebond_agent.stick.outbox import opened
from rebond_schemas.codec import decode
from rebond_schemas.erasure import Ending
from rebond_schemas.inspection import Result
from rebond_schemas.statement import Erasure, Inspection, Inventory

MEBIBYTE = 1024 * 1024
CLOCKS = Clocks(wall=lambda: datetime(2002, 1, 1, tzinfo=UTC), monotonic_ns=lambda: 1)
PATIENCE = 30.0


class FastClock:
    """Each look takes half a second, so that ten seconds are soon over."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 0.5
        return self.now


class Person:
    """Presses what its script says when the screen shows what it waits for."""

    size = Size(width=80, height=25)

    def __init__(self, *script):
        self.script = list(script)
        self.shown = ""
        self.began = time.monotonic()

    def show(self, lines):
        self.shown = "\n".join(line.plain for line in lines)

    def keys(self, seconds):
        time.sleep(min(seconds, 0.02))
        assert time.monotonic() - self.began < PATIENCE, f"{self.script[0][0]} in:\n{self.shown}"
        if self.script and self.script[0][0] in self.shown:
            return self.script.pop(0)[1]
        return ()


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def console(tmp_path, server):
    """Give what runs a console over images until a script is over."""
    stick = enrolled_stick(tmp_path / "stick", server)

    @contextmanager
    def given(count, *, sizes=1, faults=(), to=server):
        paths = [tmp_path / f"{number}.img" for number in range(count)]
        for path in paths:
            path.write_bytes(b"secret! " * (MEBIBYTE // 8))
            with path.open("ab") as file:
                file.truncate(sizes * MEBIBYTE)  # the rest are holes, until they are erased
        with opened(stick) as outbox:
            yield Given(
                session=new_session(RecordedMachine(tmp_path), CLOCKS, stick, None),
                outbox=outbox,
                server=to,
                images=scratch_drives(paths, faults),
                recorded=True,
                inputs=no_inputs,
                clock=time.monotonic,
                sleep=lambda _: None,
                by="Camille",
            )

    return given


def go(given, *script):
    begun = State(
        language=Language.FR,
        checks=tuple(CheckLine(name=name) for name in CHECKS),
        server="http://fake",
    )
    person = Person(*script)
    ended = run(begun, Workbench(given, Language.FR), person, FastClock())
    assert not person.script
    return ended


def endings(given):
    """Return the last four characters of the images' serial numbers, each typed as one line."""
    serials = [one.drive.identity.serial for one in given.images]
    return [(*serial[-4:], Key.ENTER) for serial in serials]


LEAVE = (("QUITTER", (Key.F10,)),)


def test_a_machine_from_boot_to_page(console, server):
    """Scan, erase two drives, test, deliver, leave: every statement is there, under the tag."""
    with console(2, faults=["1.img:drop-writes"]) as given:
        first, second = endings(given)
        ended = go(
            given,
            ("à effacer", ("R", "B", "-", "7", Key.ENTER, Key.F2)),
            ("EFFACER LES DISQUES", (*first, *second)),
            ("2 disque(s) choisi", (Key.ENTER,)),
            ("mené à son terme", (Key.F3,)),
            ("> clavier", (Key.ENTER,)),
            ("non fait", (Key.DOWN, Key.DOWN, Key.ENTER)),
            ("Entrée : suite", (Key.ENTER,) * 5),
            ("ni bande ?", (Key.F5,)),
            ("bon", (Key.ESCAPE,)),
            ("ce disque ment", (Key.F4,)),
            ("http://fake/d/RB-7", (Key.ESCAPE,)),
            ("F10 Quitter", (Key.F5, Key.F10)),
            *LEAVE,
        )
        assert ended.over
        told = [decode(raw) for raw in server.statements.values()]
        told += [decode(raw_of(parcel, server)) for parcel in given.outbox.waiting]
    inventories = [one for one in told if isinstance(one, Inventory)]
    erasures = [one for one in told if isinstance(one, Erasure)]
    inspections = [one for one in told if isinstance(one, Inspection)]
    assert [one.asset_tag for one in inventories] == [None, "RB-7"]
    assert {one.ending for one in erasures} == {Ending.COMPLETED, Ending.FAILED}
    assert {one.asset_tag for one in (*erasures, *inspections)} == {"RB-7"}
    assert len({one.run for one in told}) == 1
    results = {check.name: check for check in inspections[-1].checks}
    assert (results["keyboard"].result, results["screen"].result) == (Result.SKIPPED, Result.PASS)
    assert results["screen"].by == "Camille"


def test_leaving_while_a_drive_is_erased_says_interrupted(console, server):
    """The statement is on the stick before the console is gone, and the stick must be kept."""
    with console(1, sizes=512, to=None) as given:
        (ending,) = endings(given)
        go(
            given,
            ("à effacer", (Key.F2,)),
            ("EFFACER LES DISQUES", (*ending, Key.ENTER)),
            ("/4 ", (Key.F10,)),
            ("Un effacement est en cours", (Key.F10,)),
        )
        (told,) = [
            one for one in (decode(raw_of(parcel, server)) for parcel in given.outbox.waiting)
            if isinstance(one, Erasure)
        ]  # fmt: skip
    assert told.ending is Ending.INTERRUPTED


def test_a_server_that_is_away_is_told_and_everything_stays(console, server):
    """The person reads how many reports are still on the stick."""
    server.answers += [Unreachable(url="http://fake", reason="timed out")] * 9
    with console(1) as given:
        ended = go(given, ("GARDEZ CETTE CLÉ : 1", (Key.F10,)), *LEAVE)
        assert len(given.outbox.waiting) == 1
    assert ended.waiting == 1


def test_without_a_stick_nothing_is_erased(console, tmp_path):
    """An erasure that nobody could prove does not begin."""
    with console(1) as known:
        given = Given(
            session=known.session, outbox=None, server=None, images=known.images, recorded=True,
            inputs=no_inputs, clock=time.monotonic, sleep=lambda _: None,
        )  # fmt: skip
        (ending,) = endings(given)
        go(
            given,
            ("à effacer", (Key.F2,)),
            ("EFFACER LES DISQUES", (*ending, Key.ENTER)),
            ("n'est pas enrôlée", (Key.F10,)),
            *LEAVE,
        )
    assert (tmp_path / "0.img").read_bytes().startswith(b"secret!")


def test_drives_of_a_recorded_machine_are_not_here(console):
    """Nothing of a recording can be chosen for erasure."""
    with console(0) as given:
        ended = go(given, ("Disques", (Key.F10,)), *LEAVE)
    assert ended.view is View.LEAVE
    assert not any(one.is_open for one in ended.drives)
    assert threading.active_count() < 40


def test_a_mistake_of_ours_ends_the_console_and_is_not_hidden(console):
    """No thread dies in silence behind a screen that looks well."""

    def broken(plan, target, *, record_intent, resume):  # noqa: ARG001 - the engine's form
        raise ZeroDivisionError
        yield

    with console(1) as given:
        (ending,) = endings(given)
        script = (
            ("à effacer", (Key.F2,)),
            ("EFFACER LES DISQUES", (*ending, Key.ENTER)),
            ("never", ()),
        )
        with pytest.raises(ZeroDivisionError):
            go(replace(given, engine=broken), *script)
