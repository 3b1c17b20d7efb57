"""What the agent's tests share: the way to the rig, and the kernel of its guests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("tests/rig", "scripts/proofs"):
    sys.path.append(str(ROOT / folder))

from holdings import TOOLS  # noqa: E402 - the rig is no package
from host_guest import missing_tools  # noqa: E402 - likewise
from kernel import ready_kernel  # noqa: E402 - likewise

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.fixture(scope="session")
def kernel() -> Path:
    """Give an unpacked kernel for guests; without it, or without QEMU, guests go untested."""
    lacking = ", ".join(missing_tools(TOOLS))
    if not lacking:
        try:
            return ready_kernel()
        except (OSError, subprocess.CalledProcessError) as error:
            lacking = f"a kernel ({error})"
    reason = f"NOTHING IS TESTED IN A GUEST: {lacking} missing; scripts/test installs it"
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)
