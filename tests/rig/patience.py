"""Time limits that a busy computer does not shorten: what a guest was kept waiting does not count.

The kernel tells how long each thread was ready to run while others ran (`/proc/PID/task/*/schedstat`,
second number, nanoseconds; Documentation/scheduler/sched-stats.rst).
"""

import time
from contextlib import suppress
from pathlib import Path

_NANO = 1e-9
MOST_STARVED = 5.0
"""However busy the computer is, no limit grows to more than so many times itself."""


def starved_seconds(pid: int) -> float:
    """Return the seconds that the most delayed thread of a process waited for a processor; 0: unknown."""
    waits = [0.0]
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError, IndexError, ValueError):  # a thread may end while it is looked at
            waits.append(int(path.read_text().split()[1]) * _NANO)
    return max(waits)


class Patience:
    """So many seconds of a process's own time, from now on."""

    def __init__(self, pid: int, seconds: float) -> None:
        """Begin to count."""
        self._pid, self._seconds = pid, seconds
        self._begun, self._starved = time.monotonic(), starved_seconds(pid)

    @property
    def left(self) -> float:
        """Seconds that are left; none or less when they are over."""
        passed = time.monotonic() - self._begun
        starved = starved_seconds(self._pid) - self._starved
        return self._seconds - max(passed - max(starved, 0.0), passed / MOST_STARVED)

    @property
    def over(self) -> bool:
        """Whether the time has passed."""
        return self.left <= 0
