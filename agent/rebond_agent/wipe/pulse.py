"""Signs of life from work that may take hours."""

import threading
import time
from collections.abc import Callable

TICK_SECONDS = 0.25
WARMTH_SECONDS = 30.0
"""Between two looks at the temperature: some drives are asked for it by a command."""


class Pulse:
    """A sign of life now and then, from whichever thread has one to give."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """Take what tells it."""
        self._tell = tell
        self._last = 0.0
        self._lock = threading.Lock()

    def beat(self) -> None:
        """Tell it, unless it was told a moment ago."""
        with self._lock:
            if time.monotonic() - self._last >= TICK_SECONDS:
                self._last = time.monotonic()
                self._tell()


class Thermometer:
    """A temperature in degrees Celsius that is looked at only now and then."""

    def __init__(self, look: Callable[[], float | None]) -> None:
        """Take what reads it; None: the drive does not tell."""
        self._look = look
        self._last = -WARMTH_SECONDS
        self._seen: float | None = None

    def read(self) -> float | None:
        """Return it as it was at the last look."""
        now = time.monotonic()
        if now - self._last >= WARMTH_SECONDS:
            self._last, self._seen = now, self._look()
        return self._seen
