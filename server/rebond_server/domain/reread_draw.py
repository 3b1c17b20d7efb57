"""Which drives are read a second time: drawn by lot from a fixed list, so that nobody can choose.

Each candidate's place is SHA-256 of the seed and its id; the lowest places are drawn. The seed is
made after the list stands, and both are kept in the history: whoever has them draws the same again.
"""

import hashlib
import math
from collections.abc import Iterable
from uuid import UUID


def list_sha256(candidates: Iterable[UUID]) -> str:
    """Return the fingerprint of a list: SHA-256 over its ids in order of text, a line each."""
    return hashlib.sha256("\n".join(sorted(map(str, candidates))).encode()).hexdigest()


def drawn(candidates: Iterable[UUID], seed: str, percent: float) -> tuple[UUID, ...]:
    """Return the drawn ones, at least one of a list that is not empty; `percent` is in 0 to 100."""
    known = set(candidates)
    count = min(len(known), max(1, math.ceil(len(known) * percent / 100)))
    return tuple(sorted(known, key=lambda one: (_place(seed, one), one))[:count])


def _place(seed: str, candidate: UUID) -> str:
    return hashlib.sha256(f"{seed}\n{candidate}".encode()).hexdigest()
