"""The donor's figure: who counts, in which year, and whether in the scope of the law."""

from datetime import date

import pytest

from rebond_server.domain.reuse import CATEGORY, Item, Scope, reuse, scope_of

DAY = date(2026, 11, 20)


def item(**changes):
    return Item(**({"kind": "laptop", "retired": DAY} | changes))


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        ({"acquired": date(2016, 11, 20)}, Scope.INSIDE),
        ({"acquired": date(2016, 11, 19)}, Scope.TOO_OLD),
        ({"acquired": date(2016, 2, 29), "retired": date(2026, 2, 28)}, Scope.INSIDE),
        ({"acquired": date(2016, 2, 29), "retired": date(2026, 3, 1)}, Scope.TOO_OLD),
        ({}, Scope.AGE_UNKNOWN),
        ({"processor_year": 2017}, Scope.INSIDE),
        ({"processor_year": 2016}, Scope.AGE_UNKNOWN),
        ({"processor_year": 2010, "acquired": date(2018, 1, 1)}, Scope.INSIDE),
        ({"kind": "image", "acquired": DAY}, Scope.OTHER_KIND),
    ],
)
def test_ten_years_to_the_day_and_never_guessed(changes, scope):
    assert scope_of(item(**changes)) is scope


def test_a_year_counts_what_left_in_it_whenever_it_came():
    items = [
        item(left=date(2026, 12, 31), acquired=date(2020, 1, 1)),
        item(left=date(2027, 1, 1), acquired=date(2020, 1, 1)),
        item(),
        item(kind="screen", retired=date(2025, 3, 3), left=date(2026, 1, 1)),
        item(kind="screen", retired=date(2024, 3, 3)),
    ]
    laptop, screen = reuse(items, 2026)
    assert (laptop.kind, laptop.received, laptop.reused) == ("laptop", 3, 1)
    assert (screen.kind, screen.received, screen.reused) == ("screen", 0, 1)
    for row in (laptop, screen):
        assert sum(row.scopes.values()) == row.reused
    assert laptop.scopes[Scope.INSIDE] == 1
    assert screen.scopes[Scope.AGE_UNKNOWN] == 1
    assert reuse(items, 2023) == ()
    assert set(CATEGORY.values()) == {2, 6}
