"""The figure a public donor owes: items directed to reuse in a year (REEN law art. 16, décret 2023-266)."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from rebond_schemas.plan_law import Kind

OLDEST_YEARS = 10
"""Older equipment is outside the duty: it goes to recycling (décret 2023-266)."""
SCREENS_2, SMALL_6 = 2, 6
CATEGORY: dict[str, int] = {
    Kind.LAPTOP.value: SCREENS_2,
    Kind.CONVERTIBLE.value: SCREENS_2,
    Kind.ALL_IN_ONE.value: SCREENS_2,
    Kind.TABLET.value: SCREENS_2,
    Kind.SCREEN.value: SCREENS_2,
    Kind.DESKTOP.value: SMALL_6,
    Kind.MINI.value: SMALL_6,
    Kind.PRINTER.value: SMALL_6,
    Kind.SMARTPHONE.value: SMALL_6,
    Kind.KEY_4G.value: SMALL_6,
    Kind.ACCESSORY.value: SMALL_6,
}
"""Category of R543-172 of the Code de l'environnement by kind: 2 has a screen over 100 cm², 6 is small IT."""


class Scope(StrEnum):
    """Whether an item counts in the donor's rate."""

    INSIDE = "inside"
    TOO_OLD = "too_old"
    AGE_UNKNOWN = "age_unknown"
    OTHER_KIND = "other_kind"


class Item(Struct, frozen=True, kw_only=True):
    """One device of a donor; `left` is the day of its signed handover, None: nobody has it yet."""

    kind: str
    retired: date
    """The day on which the donor let it go: that of its arrival here."""
    acquired: date | None = None
    processor_year: int | None = None
    """A machine is no older than its processor; it may be younger."""
    left: date | None = None


class Row(Struct, frozen=True, kw_only=True):
    """The figure of one kind."""

    kind: str
    received: int
    """Retired, that is received here, in the year."""
    reused: int
    """Handed over to a new holder in the year, whenever it was received."""
    scopes: dict[Scope, int]
    """How the reused ones stand to the donor's duty; they add up to `reused`."""


def scope_of(item: Item) -> Scope:
    """Say whether an item is in the donor's duty: kind, and at most ten years old when retired."""
    if item.kind not in CATEGORY:
        return Scope.OTHER_KIND
    if item.acquired is not None:
        old = _anniversary(item.acquired) < item.retired
        return Scope.TOO_OLD if old else Scope.INSIDE
    year = item.processor_year
    if year is not None and item.retired.year - year < OLDEST_YEARS:
        return Scope.INSIDE
    return Scope.AGE_UNKNOWN


def reuse(items: Iterable[Item], year: int) -> tuple[Row, ...]:
    """Return the figure of a year by kind; a kind of which nothing came or left is left out."""
    counted = [item for item in items if year in {item.retired.year, item.left and item.left.year}]
    rows = []
    for kind in sorted({item.kind for item in counted}):
        of_kind = [item for item in counted if item.kind == kind]
        reused = [item for item in of_kind if item.left is not None and item.left.year == year]
        scopes = [scope_of(item) for item in reused]
        rows.append(
            Row(
                kind=kind,
                received=sum(item.retired.year == year for item in of_kind),
                reused=len(reused),
                scopes={scope: scopes.count(scope) for scope in Scope},
            )
        )
    return tuple(rows)


def _anniversary(day: date) -> date:
    year = day.year + OLDEST_YEARS
    if (day.month, day.day) == (2, 29):
        return date(year, 2, 28)
    return day.replace(year=year)
