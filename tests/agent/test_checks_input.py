"""Keys and movements as evdev tells them, and tests that nobody answers."""

import os
from types import SimpleNamespace

import pytest
from stick_bench import FAKE, enrolled_stick, raw_of

from rebond_agent import cli
from rebond_agent.checks import keyboard, pointing
from rebond_agent.checks.fake import ScriptedMachine, typing
from rebond_agent.checks.input import Held
from rebond_agent.checks.step import walked
from rebond_agent.checks.tools import Press, Tools
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_schemas.codec import decode
from rebond_schemas.facts import Facts
from rebond_schemas.inspection import Result
from rebond_schemas.statement import Inspection, Inventory


class Device:
    """What evdev.InputDevice is to a reader: a descriptor that becomes readable, and events."""

    def __init__(self, path, *events):
        self.path = path
        self._end, write = os.pipe()
        os.write(write, b"x")
        os.close(write)
        self._events = [
            SimpleNamespace(type=kind, code=code, value=value) for kind, code, value in events
        ]

    def fileno(self):
        return self._end

    def read(self):
        events, self._events = self._events, []
        return events

    def close(self):
        os.close(self._end)


def test_presses_and_movements_are_read_releases_and_repeats_are_not():
    """EV_KEY with value 1 is a key going down; a touchpad tells places, a mouse tells ways."""
    mouse = Device("mouse", (1, 30, 1), (1, 30, 2), (1, 30, 0), (2, 0, -5), (2, 1, 7), (0, 0, 0))
    pad = Device("pad", (3, 0, 100), (3, 0, 140), (3, 1, 10), (3, 1, 4), (3, 24, 60))

    heard = Held([mouse, pad]).read(1.0)

    assert Press(code=30) in heard
    assert [one for one in heard if one.dx or one.dy] == [
        Press(dx=-5), Press(dy=7), Press(dx=40), Press(dy=-6),
    ]  # fmt: skip
    assert [one.code for one in heard if one.code is not None] == [30]
    mouse.close()
    pad.close()


def test_nothing_to_read_is_nothing():
    """The wait ends with its time."""
    assert Held([]).read(0.01) == ()


@pytest.mark.parametrize(
    ("check", "presses", "expected"),
    [
        (keyboard.check, [], Result.SKIPPED),
        (keyboard.check, [Press(code=30)], Result.FAIL),
        (pointing.check, [], Result.SKIPPED),
        (pointing.check, [Press(dx=500)], Result.FAIL),
    ],
)
def test_a_keyboard_whose_escape_is_dead_gives_the_test_back(check, presses, expected):
    """After a minute without a key; nobody pressed anything: skipped, else what is missing fails."""
    now = iter(range(100_000))
    tools = Tools(
        machine=ScriptedMachine(),
        facts=Facts(),
        inputs=typing(*presses),
        clock=lambda: float(next(now)),
        sleep=lambda _: None,
    )
    assert walked(check(tools), lambda _: None).result is expected


def test_the_command_tests_without_the_console_and_keeps_an_inspection(tmp_path, capsys):
    """Beside an inventory of the same run, so that the server knows whose functions these are."""
    folder = tmp_path / "stick"
    enrolled_stick(folder, FAKE)
    (tmp_path / "machine").mkdir()
    words = ["--stick", str(folder), "check", "bluetooth", "memory", "--machine"]
    words += [str(tmp_path / "machine"), "--by", "Camille", "--no-send"]
    out = SimpleNamespace(write=lambda _: None, flush=lambda: None, isatty=lambda: False)

    assert cli.run(words, {}, out, out) == 0

    with opened(open_stick(folder, Durable())) as outbox:
        inventory, inspection = (decode(raw_of(parcel)) for parcel in outbox.waiting)
    assert isinstance(inventory, Inventory)
    assert isinstance(inspection, Inspection)
    assert inspection.run == inventory.run
    assert [(one.name, one.result, one.by) for one in inspection.checks] == [
        ("bluetooth", Result.SKIPPED, "Camille"),
        ("memory", Result.SKIPPED, "Camille"),
    ]
    assert all(one.note and one.at for one in inspection.checks)
    assert capsys.readouterr().out == ""
