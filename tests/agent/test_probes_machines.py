"""Every recorded machine shows the facts written beside it, and its facts fit the format."""

import json
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import PROBES, collect
from rebond_schemas import json_schema
from rebond_schemas.facts import Facts

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

from difference import differences  # noqa: E402 - the rig is no package

MACHINES = sorted(path.parent for path in (ROOT / "tests" / "machines").glob("*/expected.json"))
LEAST = 6


def test_there_are_machines():
    assert len(MACHINES) >= LEAST
    recorded = {path.parent for path in (ROOT / "tests" / "machines").glob("*/recording.json")}
    assert not recorded - set(MACHINES), "a recorded machine without expected.json proves nothing"


@pytest.mark.parametrize("folder", MACHINES, ids=lambda path: path.name)
def test_facts_are_as_written(folder):
    collected = collect(RecordedMachine(folder))

    assert collected.failures == ()
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    assert expected
    assert differences(expected, json.loads(msgspec.json.encode(collected.facts))) == []


@pytest.mark.parametrize("folder", MACHINES, ids=lambda path: path.name)
def test_facts_and_evidence_fit_the_published_schema(folder):
    collected = collect(RecordedMachine(folder))

    schema = json.loads(json_schema.written("statement-1"))
    for kind, value in (("Facts", collected.facts), ("Evidence", collected.evidence)):
        raw = msgspec.json.encode(value)
        rule = {"$ref": f"#/$defs/{kind}"}
        rule = rule if kind == "Facts" else {"type": "array", "items": rule}
        jsonschema.validate(json.loads(raw), {**rule, "$defs": schema["$defs"]})
    assert msgspec.json.decode(msgspec.json.encode(collected.facts), type=Facts) == collected.facts


@pytest.mark.parametrize("folder", MACHINES, ids=lambda path: path.name)
def test_every_source_names_a_place_in_the_facts(folder):
    collected = collect(RecordedMachine(folder))

    assert collected.sources
    for path in collected.sources:
        assert _leads_somewhere(path, msgspec.to_builtins(collected.facts)), path


def test_evidence_keeps_what_was_asked():
    collected = collect(RecordedMachine(_machine("dell-latitude-e7450-sata")))

    pieces = {piece.name: piece for piece in collected.evidence}
    assert pieces["dmidecode"].content.startswith(b"# dmidecode")
    assert len(pieces) == len(collected.evidence), "two pieces of one name"


def test_probe_names_are_unlike():
    assert len({probe.name for probe in PROBES}) == len(PROBES)


def _machine(name: str) -> Path:
    return ROOT / "tests" / "machines" / name


def _leads_somewhere(path: str, value: object) -> bool:
    for step in path.split("."):
        if isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False
    return True
