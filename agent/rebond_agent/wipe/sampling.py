"""Where canaries and samples lie: NIST SP 800-88r1 §4.7's sections, places drawn from a seed."""

import hashlib
import itertools
import math
from collections.abc import Iterator

SECTIONS = 1000
"""Equal parts of the drive, two places in each; the first and the last block besides."""


def places(seed: str, size_bytes: int, unit: int, percent: float) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each place in rising order, without overlap.

    `percent` of the drive is covered, at least one `unit` (bytes) a place; all of it at 100, and
    where the drive has hardly more blocks than places.
    """
    count = size_bytes // unit
    if percent >= 100 or count <= 4 * SECTIONS:  # noqa: PLR2004 - percent
        for offset in range(0, size_bytes, unit):
            yield offset, min(unit, size_bytes - offset)
        return
    yield 0, unit
    for number, (begin, end) in enumerate(_halves(count)):
        length = min(max(1, math.ceil(count / SECTIONS * percent / 200)), end - begin)
        start = begin + _draw(seed, number, end - begin - length + 1)
        yield unit * start, unit * length
    yield unit * (count - 1), unit
    if size_bytes % unit:
        yield unit * count, size_bytes % unit


def _halves(count: int) -> Iterator[tuple[int, int]]:
    """Half a section for each place, so that the two of a section cannot overlap."""
    marks = [count * number // (2 * SECTIONS) for number in range(2 * SECTIONS + 1)]
    marks[0], marks[-1] = 1, count - 1  # the first and the last block are places of their own
    return itertools.pairwise(marks)


def _draw(seed: str, number: int, choices: int) -> int:
    """Return a number below `choices`: SHA-256 of seed and place, so that anybody can draw it again."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % choices
