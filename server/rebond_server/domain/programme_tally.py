"""What a programme has given: by public, territory, kind and month, and how its targets stand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from rebond_schemas.plan import Target

YEAR = timedelta(days=365)
LEAST_DAYS = 30
"""Days of history from which on a pace is told."""


class GivenLine(Struct, frozen=True, kw_only=True):
    """Devices that left for a programme: one, or a catch-up entry of many (`tag` is None)."""

    day: date
    kind: str
    count: int = 1
    public: str | None = None
    territory: str | None = None
    qpv: bool | None = None
    organisation: str | None = None
    office: str | None = None
    tag: str | None = None
    handover: str | None = None
    source: str | None = None
    starts: date | None = None
    """The first day of the period of a catch-up entry; `day` is its last."""


class Progress(Struct, frozen=True, kw_only=True):
    """How one target stands. `projected` at the pace of the last year; None where no pace is known."""

    target: Target
    reached: int
    projected: int | None

    @property
    def on_track(self) -> bool | None:
        """Say whether the present pace reaches the target in time; None when no pace is known."""
        if self.reached >= self.target.count:
            return True
        return None if self.projected is None else self.projected >= self.target.count


def total(lines: Iterable[GivenLine]) -> int:
    """Return how many devices these lines count."""
    return sum(one.count for one in lines)


def by(lines: Iterable[GivenLine], field: str) -> dict[str, int]:
    """Return devices by one field; what is not known counts under ""."""
    counts: Counter[str] = Counter()
    for one in lines:
        counts[getattr(one, field) or ""] += one.count
    return dict(sorted(counts.items()))


def by_month(lines: Iterable[GivenLine]) -> dict[str, int]:
    """Return devices by month, `2026-11`, the months between included."""
    counts: Counter[str] = Counter()
    for one in lines:
        counts[f"{one.day:%Y-%m}"] += one.count
    return dict(sorted(counts.items()))


def meets(
    line: GivenLine, kind: str | None = None, month: str | None = None, public: str | None = None
) -> bool:
    """Say whether a line is counted under this kind, this month (`2026-11`) and this public."""
    return (
        (kind is None or line.kind == kind)
        and (month is None or f"{line.day:%Y-%m}" == month)
        and (public is None or line.public == public)
    )


def progress(target: Target, lines: Sequence[GivenLine], today: date) -> Progress:
    """Return what counts for a target until today, and where the pace of the last year leads."""
    counted = [
        one
        for one in lines
        if (not target.kinds or one.kind in {kind.value for kind in target.kinds})
        and one.day <= min(today, target.ends)
    ]
    reached = target.reached + total(counted)
    return Progress(
        target=target, reached=reached, projected=_projected(target, counted, today, reached)
    )


def _projected(
    target: Target, counted: Sequence[GivenLine], today: date, reached: int
) -> int | None:
    """Prolong the pace of the last year; less than a month of history is no pace.

    A catch-up entry counts evenly over its period; without a first day it tells no pace.
    """
    timed = [one for one in counted if one.source is None or one.starts is not None]
    since = max(today - YEAR, min((one.starts or one.day for one in timed), default=today))
    days = (today - since).days
    if days < LEAST_DAYS:
        return None
    lately = sum(one.count * _overlap(one, since, today) for one in timed)
    left = max(0, (target.ends - today).days)
    return reached + round(lately / days * left)


def _overlap(line: GivenLine, since: date, today: date) -> float:
    """Return which part of a line lies in the period."""
    first = line.starts or line.day
    whole = (line.day - first).days + 1
    inside = (min(line.day, today) - max(first, since)).days + 1
    return max(0, min(inside, whole)) / whole
