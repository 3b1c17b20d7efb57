"""Drives of which too little is known or reached: never cleared, never purged, always a next thing to try."""

import re

import pytest
from erasures import moment
from msgspec.structs import replace

from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.firmware_faults import EVERYTHING, FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, erasure_fields
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.reasons import Refusal
from rebond_agent.wipe.target import FakeTarget, scratch_facts
from rebond_schemas.erasure import Level
from rebond_schemas.facts import Bus, DriveKind
from rebond_schemas.statement import Agent, Erasure
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import Verdict

SIZE = 2**20
PLAIN = frozenset({Verdict.CLEARED, Verdict.PURGED})
ONLY_SECURITY = ("security", "enhanced")

CASES = {
    "of unknown kind": ({"kind": DriveKind.UNKNOWN}, {}, Level.CLEAR),
    "of unknown kind, purge": ({"kind": DriveKind.UNKNOWN}, {}, Level.PURGE),
    "whose place in the machine is unknown": ({"boot_medium": None}, {}, Level.CLEAR),
    "that may be read-only": ({"read_only": None}, {}, Level.CLEAR),
    "hidden by a RAID controller": ({"bus": Bus.RAID}, {}, Level.CLEAR),
    "frozen": ({"kind": DriveKind.SSD}, {"frozen": True, "offers": ONLY_SECURITY}, Level.PURGE),
    "frozen, magnetic": ({"kind": DriveKind.HDD}, {"frozen": True, "offers": ONLY_SECURITY}, Level.PURGE),
    "frozen against sanitizing": (
        {"kind": DriveKind.HDD},
        {"sanitize_frozen": True, "offers": ("sanitize_overwrite",)},
        Level.PURGE,
    ),
    "locked by its owner, as the inventory knows": (
        {"kind": DriveKind.SSD, "security": ("supported", "enabled", "locked")}, {"locked": "high"}, Level.CLEAR,
    ),
    "locked by its owner, as only the drive knows": ({"kind": DriveKind.SSD}, {"locked": "high"}, Level.CLEAR),
    "locked at maximum level": ({"kind": DriveKind.HDD}, {"locked": "maximum"}, Level.PURGE),
    "locked by Opal": ({"kind": DriveKind.SSD}, {"opal": "locked"}, Level.CLEAR),
    "behind a bridge": ({"kind": DriveKind.USB, "bus": Bus.USB, "bridge": "JMicron"}, {}, Level.CLEAR),
    "behind a bridge, purge": ({"kind": DriveKind.USB, "bus": Bus.USB, "bridge": "JMicron"}, {}, Level.PURGE),
    "behind a bridge that swallows commands": (
        {"kind": DriveKind.SSD}, {"swallows": "all", "offers": EVERYTHING}, Level.PURGE,
    ),
}  # fmt: skip


def told(folder, facts, traits, level):
    """Return the server's verdict and the technician's sentence."""
    path = folder / "drive"
    path.write_bytes((bytes(range(1, 256)) * (SIZE // 255 + 1))[:SIZE])
    bus = facts.get("bus", Bus.ATA)
    target = FakeTarget(path=str(path), bus=bus, firmware=FirmwareFaults(**traits))
    seen = scratch_facts(target)
    others = {name: value for name, value in facts.items() if name != "bus"}
    drive = replace(seen, identity=replace(seen.identity, bus=bus), **others)
    plan = make_plan(drive, Policy(level=level, chosen=(drive.path,)))
    if isinstance(plan, Refusal):
        return None, plan.sentence
    *_, outcome = wipe(plan, target, record_intent=lambda: None)
    assert isinstance(outcome, Outcome)
    any_id = "7b3e4c52-0f2c-4f6e-8d8f-0d6f6d1f0a01"
    statement = Erasure(
        format=1, id=any_id, run=any_id, site=any_id, stick=any_id, sequence=1, previous=None,
        made=moment(1), agent=Agent(name="a", version="1"), started=moment(1), ended=moment(2),
        **erasure_fields(outcome),
    )  # fmt: skip
    return judge(statement, drive).verdict, outcome.sentence


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_too_little_known_or_reached_is_never_cleared_or_purged(tmp_path, case):
    verdict, sentence = told(tmp_path, *case)

    assert verdict not in PLAIN
    if verdict is not Verdict.CLEARED_WITH_LIMITS:  # which says itself what it did not reach
        assert sentence is not None
        assert re.search(r" : .*\b\w+(ez|tes)\b", sentence.fr), sentence.fr


def test_a_frozen_drive_tells_how_to_thaw_it(tmp_path):
    _, sentence = told(tmp_path, *CASES["frozen, magnetic"])

    assert "veille" in sentence.fr


def test_refusals_name_what_stands_in_the_way(tmp_path):
    verdict, sentence = told(tmp_path, *CASES["hidden by a RAID controller"])

    assert verdict is None
    assert "AHCI" in sentence.fr
