"""The proof's own eyes: a certified interval that misses the true time is seen."""

from datetime import UTC, datetime, timedelta

import boots
import pytest
from workshop_server import Moment

SWITCHED_ON = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
FIRMWARE = timedelta(seconds=20)


def moment(kind, uptime, after, before):
    return Moment(
        kind=kind,
        after=after,
        before=before,
        wall=datetime(1980, 1, 1, tzinfo=UTC),
        uptime_seconds=uptime,
    )


def inventory():
    made = SWITCHED_ON + FIRMWARE + timedelta(seconds=60)
    return moment("inventory", 60, SWITCHED_ON, made + timedelta(seconds=2))


def test_intervals_around_the_true_time_are_right():
    made = SWITCHED_ON + FIRMWARE + timedelta(seconds=300)
    erasure = moment("erasure", 300, inventory().before, made + timedelta(hours=5))

    assert boots.dated([inventory(), erasure], SWITCHED_ON) == []


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (datetime(2038, 6, 1, tzinfo=UTC), datetime(2038, 6, 2, tzinfo=UTC)),
        (datetime(1980, 1, 1, tzinfo=UTC), datetime(1980, 1, 2, tzinfo=UTC)),
        (None, datetime(2026, 11, 27, tzinfo=UTC)),
    ],
    ids=["by a clock ahead", "by a clock behind", "without a beginning"],
)
def test_intervals_elsewhere_are_faults(after, before):
    erasure = moment("erasure", 300, after, before)

    assert len(boots.dated([inventory(), erasure], SWITCHED_ON)) == 1
