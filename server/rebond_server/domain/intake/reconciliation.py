"""What was announced against what came, line by line."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from rebond_server.domain.placeholder import meaningful
from rebond_server.domain.sentence import Sentence

One = TypeVar("One", "Announced", "Arrived")


class Standing(StrEnum):
    """How a line of an annex, or a device of its lot, stands."""

    RECEIVED = "received"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


class Announced(Struct, frozen=True, kw_only=True):
    """One line of the annex."""

    id: str
    line: int
    kind: str
    name: str | None
    serial: str | None
    donor_tag: str | None
    blocked: Sentence | None = None


class Arrived(Struct, frozen=True, kw_only=True):
    """One device that is filed under the lot."""

    id: str
    tag: str
    kind: str
    name: str | None
    serial: str | None
    donor_tag: str | None


class Pair(Struct, frozen=True, kw_only=True):
    """A line with its device; one of the two may be absent. `by` tells what matched them."""

    standing: Standing
    announced: Announced | None = None
    arrived: Arrived | None = None
    by: str | None = None


class Reconciliation(Struct, frozen=True, kw_only=True):
    """Every line and every device, once."""

    pairs: tuple[Pair, ...]

    def count(self, standing: Standing) -> int:
        """Return how many stand so."""
        return sum(pair.standing is standing for pair in self.pairs)

    @property
    def expected(self) -> int:
        """How many lines the annex has."""
        return sum(pair.announced is not None for pair in self.pairs)

    @property
    def blocked(self) -> tuple[Pair, ...]:
        """The lines that a rule keeps out."""
        return tuple(
            p for p in self.pairs if p.announced is not None and p.announced.blocked is not None
        )


def reconcile(announced: Sequence[Announced], arrived: Sequence[Arrived]) -> Reconciliation:
    """Match lines and devices by the donor's inventory number, then by serial number.

    A number that names nothing ("N/A", "To be filled by O.E.M.") matches nothing, and one that
    stands on two lines or two devices is no proof: those stay apart for a person to look at.
    """
    found: dict[str, tuple[Arrived, str]] = {}
    taken: set[str] = set()
    for by in ("donor_tag", "serial"):
        lines = _once(by, (one for one in announced if one.id not in found))
        devices = _once(by, (one for one in arrived if one.id not in taken))
        for number, line in lines.items():
            device = devices.get(number)
            if device is not None:
                found[line.id] = (device, by)
                taken.add(device.id)
    pairs = [_pair(line, found.get(line.id)) for line in announced]
    pairs += [
        Pair(standing=Standing.UNEXPECTED, arrived=one) for one in arrived if one.id not in taken
    ]
    return Reconciliation(pairs=tuple(pairs))


def _pair(line: Announced, found: tuple[Arrived, str] | None) -> Pair:
    if found is None:
        return Pair(standing=Standing.MISSING, announced=line)
    return Pair(standing=Standing.RECEIVED, announced=line, arrived=found[0], by=found[1])


def _once(by: str, ones: Iterable[One]) -> dict[str, One]:
    numbered: dict[str, list[One]] = {}
    for one in ones:
        number = meaningful(getattr(one, by))
        if number is not None:
            numbered.setdefault(number, []).append(one)
    return {number: each[0] for number, each in numbered.items() if len(each) == 1}
