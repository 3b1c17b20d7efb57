"""Many officers at once, in short; `scripts/prove allotting --attempts 100000` is the long form."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from bench import account
from moments import NOON

from rebond_server.domain.role import Role
from rebond_server.store.voucher import Counter as OfficeCounter

PROOFS = Path(__file__).parents[3] / "scripts" / "proofs"


@pytest.fixture(scope="module")
def race():
    sys.path.append(str(PROOFS))
    try:
        return import_module("officers.race")
    finally:
        sys.path.remove(str(PROOFS))


def test_nothing_goes_twice_or_over_a_cap(workshop, race):
    tally = race.Proof(workshop, 8, seed=3).run(320, 160)
    assert not tally.faults
    assert sum(tally.tried.values()) == 320
    assert tally.done["confirm"] > 5
    assert tally.done["withdraw"] > 5


def test_the_count_can_fail(sqlite_workshop, race):
    """A voucher that stands without its counter is found: the proof looks at the tables."""
    proof = race.Proof(sqlite_workshop, 2, seed=1)
    opened = proof._open(1)
    with sqlite_workshop.work(account(sqlite_workshop, Role.LEAD, "other"), NOON) as work:
        counter = work.session.query(OfficeCounter).filter_by(office="office-0").one()
        counter.standing += 1
    proof._count(opened)
    assert proof.tally.faults
