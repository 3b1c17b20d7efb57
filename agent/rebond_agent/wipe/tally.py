"""What came of one way over a drive, counted while it goes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rebond_agent.wipe.transfer import Run
from rebond_schemas.erasure import MOST_FAULTS, Extent, Fault

Item = TypeVar("Item")


@dataclass
class Tally:
    """Sums and lists; neighbours are joined, lists are capped, counts are not."""

    done: int = 0
    skipped: int = 0
    retried: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    mismatch_count: int = 0
    mismatches: list[Extent] = field(default_factory=list)
    remembered: bytearray = field(default_factory=bytearray)
    _last_fault: Fault | None = None
    _last_mismatch: Extent | None = None

    def add(self, run: Run) -> None:
        """Take in one run of bytes; runs come in rising order."""
        self.done += run.done
        self.skipped += run.skipped
        self.retried += run.retried
        self.remembered += run.remembered
        for fault in run.faults:
            self.add_fault(fault)
        for extent in run.mismatches:
            self._add_mismatch(extent)

    def add_fault(self, fault: Fault) -> None:
        """Count a fault, or lengthen the one in front of it."""
        last = self._last_fault
        joined = _joined_faults(last, fault) if last else None
        if joined is None:
            self.fault_count += 1
        _keep(self.faults, last, joined, fault)
        self._last_fault = joined or fault

    def make_good(self, run: Run) -> None:
        """Take in bytes that were refused at first."""
        self.done += run.done
        self.skipped -= run.done
        self.retried += 1
        for extent in run.mismatches:
            self._add_mismatch(extent)

    def still_refused(self, faults: Iterable[Fault]) -> None:
        """Put these in the place of all faults there were; they come in rising order."""
        self.faults, self.fault_count, self._last_fault = [], 0, None
        for fault in faults:
            self.add_fault(fault)

    def _add_mismatch(self, extent: Extent) -> None:
        last = self._last_mismatch
        joined = _joined(last, extent) if last else None
        if joined is None:
            self.mismatch_count += 1
        _keep(self.mismatches, last, joined, extent)
        self._last_mismatch = joined or extent


def _keep(kept: list[Item], last: Item | None, joined: Item | None, new: Item) -> None:
    if joined is None:
        if len(kept) < MOST_FAULTS:
            kept.append(new)
    elif kept and kept[-1] is last:
        kept[-1] = joined


def _joined(one: Extent, other: Extent) -> Extent | None:
    if one.start + one.length != other.start:
        return None
    return Extent(start=one.start, length=one.length + other.length)


def _joined_faults(one: Fault, other: Fault) -> Fault | None:
    if (one.operation, one.error) != (other.operation, other.error):
        return None
    if one.extent is None or other.extent is None:
        return None
    extent = _joined(one.extent, other.extent)
    if extent is None:
        return None
    return Fault(operation=one.operation, error=one.error, extent=extent)
