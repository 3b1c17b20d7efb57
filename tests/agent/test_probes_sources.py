"""Every fact names where it came from, and nothing unknown passes for known on its way to a grade."""

import json
from pathlib import Path

import msgspec
import pytest

from rebond_agent.machine import Completed
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect, smartctl
from rebond_schemas.facts import DriveKind

ROOT = Path(__file__).resolve().parents[2]
MACHINES = sorted(path.parent for path in (ROOT / "tests" / "machines").glob("*/expected.json"))
NOT_A_FACT = {"unknown", ""}
"""Kinds and buses that say `unknown` say nothing."""


def told(value, path=()):
    """Yield the dotted path of every value that tells something."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from told(one, (*path, key))
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value):
            yield from told(one, (*path, str(at)))
    elif value is not None and value not in NOT_A_FACT:
        yield ".".join(path)


def source_of(path, sources):
    """Return the nearest source: that of the value, else of the group it stands in."""
    steps = path.split(".")
    for length in range(len(steps), 0, -1):
        if (source := sources.get(".".join(steps[:length]))) is not None:
            return source
    return None


def facts_without_source(collected):
    return [
        path
        for path in told(msgspec.to_builtins(collected.facts))
        if (source := source_of(path, collected.sources)) is None or source.status == "unknown"
        # Which equipment was asked about is our question, no answer.
        if not (path.startswith("equipment.") and path.endswith(".kind"))
    ]


@pytest.mark.parametrize("folder", MACHINES, ids=lambda path: path.name)
def test_every_fact_has_a_source(folder):
    assert facts_without_source(collect(RecordedMachine(folder))) == []


class Waking(RecordedMachine):
    """One drive takes longer for all its logs than a program may; it answers when asked for less."""

    def run(self, command, **given):
        path = command[-1]
        if path != "/dev/sda" or command[0] != "smartctl":
            return super().run(command, **given)
        if tuple(command[:-1]) == smartctl.OPTIONS:
            return Completed(command=tuple(command), outcome="timeout", output=b'{"json_for')
        assert tuple(command[:-1]) == smartctl.ESSENTIALS
        report = json.loads(super().run((*smartctl.OPTIONS, path)).output)
        report["smartctl"]["argv"] = list(command)
        return Completed(command=tuple(command), outcome="ok", output=json.dumps(report).encode())


def test_a_drive_too_slow_for_its_logs_is_known_all_the_same():
    """On a busy PC a SATA disk became a medium of unknown kind, which nobody may erase."""
    folder = ROOT / "tests" / "machines" / "dell-latitude-e7450-sata"
    collected = collect(Waking(folder))
    drive = collected.facts.drives[0]

    assert drive == collect(RecordedMachine(folder)).facts.drives[0]
    assert (drive.path, drive.kind) == ("/dev/sda", DriveKind.SSD)
    asked = "-".join((*smartctl.ESSENTIALS, "/dev/sda"))
    assert collected.sources["drives.0.smart"].evidence == asked
