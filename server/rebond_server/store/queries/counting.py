"""Counts that cost the same however much there is: up to a bound, then "at least"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

MOST_COUNTED = 10_000
"""Rows that are counted one by one; of more a screen says "at least"."""

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many there are; with `more`, there are at least so many."""

    count: int = 0
    more: bool = False


def count_up_to(session: Session, rows: Select[str], most: int = MOST_COUNTED) -> Counted:
    """Return how many rows this selects, counting no further than `most`."""
    return count_each(session, {"": rows}, most)[""]


def count_each(
    session: Session, wanted: Mapping[Name, Select[str]], most: int = MOST_COUNTED
) -> dict[Name, Counted]:
    """Return how many rows each of these selects, all in one question."""
    parts = [
        select(literal(str(name)), func.count()).select_from(rows.limit(most + 1).subquery())
        for name, rows in wanted.items()
    ]
    found = {row[0]: row[1] for row in session.execute(union_all(*parts))}
    return {
        name: Counted(count=min(found[str(name)], most), more=found[str(name)] > most)
        for name in wanted
    }
