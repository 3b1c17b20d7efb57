"""The bootable stick does the whole job on a BIOS PC and on one with Secure Boot.

The whole matrix, every drive under every firmware, is `scripts/prove stick`.
"""

import boots
import pytest
from stick_guest import DRIVES, Firmware

pytestmark = pytest.mark.qemu


@pytest.mark.parametrize(
    "boot",
    [
        boots.Boot(firmware=Firmware.BIOS, memory_mib=1024),
        boots.Boot(firmware=Firmware.SECURE_BOOT, memory_mib=1024, drives=DRIVES[:2]),
    ],
    ids=lambda boot: boot.name,
)
def test_whole_job_on_one_pc(boot, image, tmp_path):
    assert boots.whole_job(boot, image, tmp_path / boot.name) == []
