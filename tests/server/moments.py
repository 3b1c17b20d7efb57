"""The hours of the tests: time is an argument everywhere."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def later(minutes: float) -> datetime:
    """Return the moment this many minutes after noon."""
    return NOON + timedelta(minutes=minutes)
