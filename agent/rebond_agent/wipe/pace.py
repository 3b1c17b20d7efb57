"""How fast a drive goes, and how long the rest will take."""

from collections import deque

WINDOW_SECONDS = 10.0


class Pace:
    """Speed over the last ten seconds."""

    def __init__(self, total_bytes: int, now: float, done_bytes: int = 0) -> None:
        """Start at this moment of a monotonic clock, with so many bytes to move in all.

        `done_bytes` of them are done already.
        """
        self._total = total_bytes
        self._points: deque[tuple[float, int]] = deque([(now, done_bytes)])

    def add(self, done_bytes: int, now: float) -> None:
        """Note how many bytes are done in all."""
        self._points.append((now, done_bytes))
        while now - self._points[0][0] > WINDOW_SECONDS:
            oldest = self._points.popleft()
            if now - self._points[0][0] < WINDOW_SECONDS:
                self._points.appendleft(oldest)
                break

    @property
    def bytes_per_second(self) -> float | None:
        """Speed, or None while nothing can be said."""
        (first, less), (last, more) = self._points[0], self._points[-1]
        return (more - less) / (last - first) if last > first and more > less else None

    @property
    def eta_seconds(self) -> float | None:
        """Seconds to the end at this speed, or None while nothing can be said."""
        speed = self.bytes_per_second
        return (self._total - self._points[-1][1]) / speed if speed else None
