"""The way back: what a drive refused on its way up is tried once more from its end downwards.

A head that fails behind a damaged track may do its work in front of it (nwipe's reverse pass).
"""

from collections.abc import Callable, Iterator

from rebond_agent.wipe.tally import Tally
from rebond_agent.wipe.visit import Visit
from rebond_schemas.erasure import Extent, Fault

MOST_BLOCKS = 4096
"""Refused blocks beyond which the drive is lost anyway: each may cost half a minute."""


def go_back(
    tally: Tally, visit: Visit, room: memoryview, block_bytes: int, stopped: Callable[[], bool]
) -> OSError | None:
    """Visit each refused block again, the last one first; return what ended it early."""
    faults = tuple(tally.faults)
    if tally.fault_count != len(faults) or tally.skipped > MOST_BLOCKS * block_bytes:
        return None
    left: list[Fault] = []
    stop: OSError | None = None
    for refused in _downwards(faults, block_bytes):
        if refused.extent is None or stop is not None or stopped():
            left.append(refused)
            continue
        run = visit((refused.extent.start, refused.extent.length), room)
        if run.skipped:
            left.append(refused)
            stop = run.stop
        else:
            tally.make_good(run)
    tally.still_refused(reversed(left))
    return stop


def _downwards(faults: tuple[Fault, ...], block_bytes: int) -> Iterator[Fault]:
    """Yield one fault a block, from the end of the drive to its beginning."""
    for fault in reversed(faults):
        if fault.extent is None:
            yield fault
            continue
        begin, end = fault.extent.start, fault.extent.start + fault.extent.length
        for start in reversed(range(begin, end, block_bytes)):
            part = Extent(start=start, length=min(block_bytes, end - start))
            yield Fault(operation=fault.operation, error=fault.error, extent=part)
