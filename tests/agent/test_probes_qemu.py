"""The agent inside QEMU guests finds exactly what the guests are made of (40 s to 2 min each)."""

import os

import pytest
import qemu_guest
from difference import differences
from guests import GUESTS
from kernel import READY

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not (os.environ.get("REBOND_GUESTS") or os.environ.get(READY)),
        reason="NOT TESTED: REBOND_GUESTS=1 boots all guests (minutes each)",
    ),
]


@pytest.mark.parametrize("guest", GUESTS, ids=lambda guest: guest.name)
def test_inventory_equals_the_definition(guest, kernel, tmp_path):
    facts = qemu_guest.record(guest, kernel, tmp_path / guest.name)

    assert differences(guest.expected, facts) == []
