"""The agent inside QEMU guests finds exactly what the guests are made of (40 s to 2 min each)."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

import qemu_guest  # noqa: E402 - the rig is no package
from difference import differences  # noqa: E402 - likewise
from guests import GUESTS  # noqa: E402 - likewise
from host_guest import missing_tools  # noqa: E402 - likewise
from kernel import READY, ready_kernel  # noqa: E402 - likewise

pytestmark = pytest.mark.qemu


@pytest.fixture(scope="session")
def kernel():
    missing = missing_tools()
    ready = os.environ.get(READY)
    if missing or not (ready or os.environ.get("REBOND_GUESTS")):
        reason = f"NOT TESTED: guests need {', '.join(missing) or 'REBOND_GUESTS=1 (minutes each)'}"
        if missing and os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return ready_kernel()


@pytest.mark.parametrize("guest", GUESTS, ids=lambda guest: guest.name)
def test_inventory_equals_the_definition(guest, kernel, tmp_path):
    facts = qemu_guest.record(guest, kernel, tmp_path / guest.name)

    assert differences(guest.expected, facts) == []
