"""From a machine's tools to its grade: what no tool told is neither passed nor failed."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rebond_agent.machine import TIME_LIMIT, Completed
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect
from rebond_schemas.statement import Agent, Clock, Inventory
from rebond_server.domain.facts import project
from rebond_server.domain.grading import Letter, grade
from rebond_server.domain.health import drive_health
from rebond_server.rules.load import grading_rules, health_rules

ROOT = Path(__file__).resolve().parents[2]
MACHINES = sorted(path.parent for path in (ROOT / "tests" / "machines").glob("*/expected.json"))
PROGRAMS = ("dmidecode", "lscpu", "lsblk", "lspci", "smartctl", "dmesg", "iw", "nvme", "hdparm")
PLACES = ("/sys/class/dmi", "/sys/class/power_supply", "/sys/class/net", "/sys/class/drm",
          "/sys/class/tpm", "/sys/firmware", "/sys/block", "/dev", "/proc")  # fmt: skip
MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
ORDER = list(Letter)
OTHER_STAND_INS = {"machine_year", "kind", "drive_medium", "drive_size", "drive_hours"}
"""Facts with a second, coarser source: without the first, another answer may be true too."""


class LackingMachine:
    """A recorded machine without some of its programs, folders and libraries."""

    def __init__(self, machine, programs=(), places=(), *, libraries=False):
        self.machine, self.programs, self.places = machine, programs, tuple(places)
        self.libraries = libraries

    def run(self, command, *, time_limit=TIME_LIMIT):
        if command[0] in self.programs:
            return Completed(command=tuple(command), outcome="missing")
        return self.machine.run(command, time_limit=time_limit)

    def read(self, path):
        return None if self.places and path.startswith(self.places) else self.machine.read(path)

    def names(self, folder):
        return () if self.places and folder.startswith(self.places) else self.machine.names(folder)

    def ask(self, library):
        return None if self.libraries else self.machine.ask(library)


def facts_of(machine):
    collected = collect(machine)
    statement = Inventory(
        format=1, id=UUID(int=1), run=UUID(int=2), site=UUID(int=3), stick=UUID(int=4), sequence=1,
        previous=None, made=Clock(wall=MOMENT, monotonic_ns=0, boot_id="b", anchor=None),
        agent=Agent(name="rebond-agent", version="0"), order=None, asset_tag=None,
        facts=collected.facts, sources=collected.sources,
    )  # fmt: skip
    healths = [drive_health(drive, health_rules()).health for drive in collected.facts.drives]
    return project(statement, (), healths)


@pytest.fixture(scope="module", params=MACHINES, ids=lambda path: path.name)
def whole(request):
    machine = RecordedMachine(request.param)
    return machine, facts_of(machine)


def test_without_any_tool_nothing_is_known_and_nothing_is_judged(whole):
    machine, _ = whole
    facts = facts_of(LackingMachine(machine, PROGRAMS, ("/",), libraries=True))

    assert {name: one.value for name, one in facts.items() if one.value is not None} == {}
    found = grade(facts, grading_rules())
    assert found.label == "REVIEW"
    assert not any(reason.known for reason in found.reasons)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    programs=st.sets(st.sampled_from(PROGRAMS), min_size=1),
    places=st.sets(st.sampled_from(PLACES)),
    libraries=st.booleans(),
)
def test_what_is_taken_away_becomes_unknown_not_another_answer(whole, programs, places, libraries):
    machine, full = whole
    lacking = facts_of(LackingMachine(machine, programs, places, libraries=libraries))

    for name, one in lacking.items():
        assert (one.status == "unknown") == (one.value is None), name
        if name not in OTHER_STAND_INS:
            assert one.value in (None, full[name].value), name


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(programs=st.sets(st.sampled_from(PROGRAMS), min_size=1), libraries=st.booleans())
def test_a_missing_tool_never_lifts_or_lowers_what_could_be(whole, programs, libraries):
    machine, full = whole
    lacking = facts_of(LackingMachine(machine, programs, libraries=libraries))
    before, after = grade(full, grading_rules()), grade(lacking, grading_rules())

    changed = [n for n in OTHER_STAND_INS if lacking[n].value not in (None, full[n].value)]
    if not changed:
        assert ORDER.index(after.overall.low) <= ORDER.index(before.overall.low)
        assert ORDER.index(after.overall.high) >= ORDER.index(before.overall.high)
