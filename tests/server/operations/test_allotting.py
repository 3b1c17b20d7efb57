"""Many officers at once, in short; `scripts/prove allotting --attempts 100000` is the long form."""

import importlib.util
from pathlib import Path

import pytest
from bench import account
from moments import NOON

from rebond_server.domain.role import Role

PATH = Path(__file__).parents[3] / "scripts" / "proofs" / "allotting.py"


@pytest.fixture(scope="module")
def allotting():
    spec = importlib.util.spec_from_file_location("allotting", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_goes_twice_or_over_a_cap(workshop, allotting):
    tally = allotting.Proof(workshop, 8, seed=3).run(320, 160)
    assert not tally.faults
    assert sum(tally.tried.values()) == 320
    assert tally.done["confirm"] > 5
    assert tally.done["withdraw"] > 5


def test_the_count_can_fail(sqlite_workshop, allotting):
    """A voucher that stands without its counter is found: the proof looks at the tables."""
    proof = allotting.Proof(sqlite_workshop, 2, seed=1)
    opened = proof._open(1)
    with sqlite_workshop.work(account(sqlite_workshop, Role.LEAD, "other"), NOON) as work:
        counter = work.session.query(allotting.OfficeCounter).filter_by(office="office-0").one()
        counter.standing += 1
    proof._count(opened)
    assert proof.tally.faults
