"""Counts of people's categories that would point at somebody are hidden (CNIL: fewer than five)."""

from collections.abc import Mapping

LEAST = 5
"""The smallest count that is shown."""


def shown(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the counts, small ones as None.

    Where the total is known, what is hidden must not follow by subtraction: the next smallest
    count is hidden too until the hidden ones are at least two and add up to at least LEAST.
    Zero says nothing of anybody and stays.
    """
    order = sorted((count, name) for name, count in counts.items() if count > 0)
    hidden = [one for one in order if one[0] < LEAST]
    for one in order[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(count for count, _ in hidden) >= LEAST):
            break
        hidden.append(one)
    names = {name for _, name in hidden}
    return {name: None if name in names else count for name, count in counts.items()}
