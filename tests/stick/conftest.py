"""The image under test: built once, whichever worker comes first."""

import fcntl
import os

import boots
import pytest

assert boots  # it opens the way to the rig

import stick_image  # noqa: E402 - the rig is no package


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
