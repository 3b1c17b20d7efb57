"""Short SMART self-tests through pySMART, all drives at once, in a process of their own.

    python -m rebond_agent.machine.selftest /dev/sda /dev/sdb

One line of JSON a drive, as it ends: {"path", "outcome", "status"}. pySMART waits for smartctl for
ever: whoever starts this program sets its time limit, and reads what was printed until then.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

POLL_SECONDS = 5.0

NEW, RUNNING, ABORTED = 0, 1, 3
"""What pySMART's get_selftest_result and run_selftest answer (py-SMART 1.4, device.py)."""
_UNSUPPORTED = 2


class Tested(Protocol):
    """The part of pySMART's Device that is used here."""

    def run_selftest(self, test_type: str) -> tuple[int, str, object]:
        """Start a test; 0 started, 1 one is running already, 2 unsupported, 3 it failed to start."""
        ...

    def get_selftest_result(self) -> tuple[int, Any, object]:
        """Return 0 and the new entry, 1 while it runs, 2 without a new entry, 3 aborted."""
        ...


def ending(status: str) -> str:
    """Return what the words of a self-test log say: passed, failed or aborted (ATA, SCSI, NVMe)."""
    words = status.strip().lower()
    if words in ("completed", "completed without error", "-"):
        return "passed"
    if words.startswith(("aborted", "interrupted")) or "abort" in words or not words:
        return "aborted"
    return "failed"


def run_to_end(device: Tested, sleep: Callable[[float], None]) -> tuple[str, str]:
    """Run one short test to its end; return outcome and the drive's own words."""
    code, message, _ = device.run_selftest("short")
    if code == _UNSUPPORTED:
        return "unsupported", message
    if code not in (NEW, RUNNING):
        return "not_started", message
    while True:
        code, entry, _ = device.get_selftest_result()
        if code == RUNNING:
            sleep(POLL_SECONDS)
            continue
        if code in (NEW, ABORTED):
            status = str(getattr(entry, "status", entry))
            return ("aborted" if code == ABORTED else ending(status)), status
        return "no_result", str(entry)


def main(paths: Sequence[str]) -> None:
    """Test every drive and print a line for each as it ends."""
    with ThreadPoolExecutor(max_workers=max(len(paths), 1)) as pool:
        for path in paths:
            pool.submit(_told, path)


def _told(path: str) -> None:
    try:
        import pySMART  # noqa: PLC0415 - an optional library: its absence is an answer

        outcome, status = run_to_end(pySMART.Device(path), time.sleep)
    except Exception as error:  # noqa: BLE001 - a library raises anything; the drive is not to blame
        outcome, status = "not_started", f"{type(error).__name__}: {error}"
    line = json.dumps({"path": path, "outcome": outcome, "status": status})
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
