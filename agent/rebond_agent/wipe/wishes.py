"""What a person wants of work that is under way."""

import time
from collections.abc import Callable
from dataclasses import dataclass

LOOK_SECONDS = 0.2


def never() -> bool:
    """Nobody wants it."""
    return False


@dataclass(frozen=True)
class Wishes:
    """Asked between two runs of bytes."""

    cancelled: Callable[[], bool] = never
    """Stop for good: the drive is not erased."""
    paused: Callable[[], bool] = never
    """Stand still for a while, and hold the drive."""

    def stopped(self, beat: Callable[[], None]) -> bool:
        """Stand still while that is wanted, with a sign of life now and then; True: stop for good."""
        while self.paused() and not self.cancelled():
            beat()
            time.sleep(LOOK_SECONDS)
        return self.cancelled()
