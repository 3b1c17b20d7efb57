"""The bootable stick does the whole job on a BIOS PC and on one with Secure Boot.

The whole matrix is `scripts/prove stick`.
"""

import fcntl
import os

import boots
import pytest
import stick_image
from stick_guest import Firmware

pytestmark = pytest.mark.qemu


@pytest.fixture(scope="session")
def image(tmp_path_factory, worker_id):
    missing = stick_image.missing_tools()
    if missing:
        reason = f"NOT TESTED: the stick needs {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    with (shared / "stick.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return stick_image.build(shared / "stick-image")


@pytest.mark.parametrize(
    "boot",
    [
        boots.Boot(firmware=Firmware.BIOS, memory_mib=1024),
        boots.Boot(firmware=Firmware.SECURE_BOOT, memory_mib=1024),
    ],
    ids=lambda boot: boot.name,
)
def test_whole_job_on_one_pc(boot, image, tmp_path):
    assert boots.whole_job(boot, image, tmp_path / boot.name) == []
