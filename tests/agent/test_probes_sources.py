"""Every fact names where it came from, and nothing unknown passes for known on its way to a grade."""

from pathlib import Path

import msgspec
import pytest

from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect

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
