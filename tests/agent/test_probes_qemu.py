"""The agent inside QEMU guests finds exactly what the guests are made of (half a minute each).

Three makers' SMBIOS, IDE, SATA, NVMe with two namespaces, virtio-scsi, USB and an optical drive run
with every test run; a UEFI start and a desktop with virtio and UAS with REBOND_GUESTS=1.
"""

import json
import os

import pytest
import qemu_guest
from difference import differences
from guests import ASSEMBLED, DELL, FUJITSU, GUESTS, HP, LENOVO

ALWAYS, AT_WILL = (DELL, LENOVO, HP), (ASSEMBLED, FUJITSU)

pytestmark = pytest.mark.qemu


def test_every_guest_is_run_somewhere():
    assert {one.name for one in GUESTS} == {one.name for one in (*ALWAYS, *AT_WILL)}


@pytest.mark.parametrize("guest", ALWAYS, ids=lambda guest: guest.name)
def test_inventory_equals_the_definition(guest, kernel, tmp_path):
    folder = tmp_path / guest.name
    facts = qemu_guest.record(guest, kernel, folder)

    assert differences(guest.expected, facts) == []
    if guest.selftest:
        lines = (folder / "shared" / "selftest.out").read_text().splitlines()
        told = {one["path"]: one["outcome"] for one in map(json.loads, lines)}
        assert told == dict.fromkeys(guest.selftest, "passed"), "pySMART and a drive of QEMU's"


@pytest.mark.skipif(
    not os.environ.get("REBOND_GUESTS"), reason="NOT TESTED: REBOND_GUESTS=1 boots them too"
)
@pytest.mark.parametrize("guest", AT_WILL, ids=lambda guest: guest.name)
def test_inventory_equals_the_definition_of_the_others(guest, kernel, tmp_path):
    facts = qemu_guest.record(guest, kernel, tmp_path / guest.name)

    assert differences(guest.expected, facts) == []
