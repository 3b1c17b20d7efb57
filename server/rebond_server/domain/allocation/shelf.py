"""From pools to real devices: what was proposed stays, then the oldest in stock goes first."""

from collections import defaultdict

from rebond_schemas.plan import Device
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.allocation.greedy import Counts
from rebond_server.domain.allocation.stock import Stock, queue_place
from rebond_server.domain.programme import tier_of


def handed_out(stock: Stock, counts: Counts) -> tuple[Assigned, ...]:
    """Return one line for each device that leaves, locked lines first, then in queue order."""
    kept = {(line.device, line.request) for line in stock.source.proposal}
    lines = [_locked(stock, number) for number in range(len(stock.held.locked))]
    by_pool: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for (pool, slot), count in sorted(counts.items()):
        by_pool[pool][slot] = count
    standing = _Standing(stock, counts)
    for number, wanted in by_pool.items():
        for slot, device in _dealt(stock, number, wanted, kept):
            lines.append(_line(stock, number, slot, device, kept, standing))
    return tuple(lines)


def _dealt(
    stock: Stock, number: int, wanted: dict[int, int], kept: set[tuple[str, str]]
) -> list[tuple[int, Device]]:
    """Deal the devices of one pool to its slots."""
    free = list(stock.pools[number].devices)
    dealt: list[tuple[int, Device]] = []
    for slot, count in wanted.items() if kept else ():
        request = stock.slots[slot].request.id
        stay = [device for device in free if (device.id, request) in kept][:count]
        dealt += [(slot, device) for device in stay]
        gone = {device.id for device in stay}
        free = [device for device in free if device.id not in gone]
    still = dict(wanted)
    for slot, _ in dealt:
        still[slot] -= 1
    place = 0
    for slot, count in still.items():
        dealt += [(slot, device) for device in free[place : place + count]]
        place += count
    return sorted(dealt, key=lambda one: one[0])


class _Standing:
    """Who still waits for something, and who of them would be next for a pool."""

    def __init__(self, stock: Stock, counts: Counts) -> None:
        got: defaultdict[int, int] = defaultdict(int)
        for (_, slot), count in counts.items():
            got[slot] += count
        self.stock = stock
        self.waiting = sorted(
            (
                number
                for number, slot in enumerate(stock.slots)
                if got[number] + stock.held.counts(slot.request)[slot.place] < slot.request.quantity
            ),
            key=lambda number: (
                tier_of(stock.slots[number].request, stock.slots[number].programme),
                queue_place(stock.slots[number].request),
            ),
        )
        self._known: dict[tuple[int, str], str | None] = {}

    def next_best(self, pool: int, request: str) -> str | None:
        """Return the request that would be next in line for a device of the pool."""
        if (pool, request) not in self._known:
            options = self.stock.pools[pool].options
            others = (self.stock.slots[slot].request.id for slot in self.waiting if slot in options)
            self._known[pool, request] = next((one for one in others if one != request), None)
        return self._known[pool, request]


def _line(
    stock: Stock,
    pool: int,
    number: int,
    device: Device,
    kept: set[tuple[str, str]],
    standing: _Standing,
) -> Assigned:
    slot, option = stock.slots[number], stock.pools[pool].options[number]
    return Assigned(
        device=device.id,
        request=slot.request.id,
        part=slot.part.name,
        wish=option.wish,
        over_specification=option.over_specification,
        tier=tier_of(slot.request, slot.programme),
        kept=(device.id, slot.request.id) in kept,
        next_best=standing.next_best(pool, slot.request.id),
    )


def _locked(stock: Stock, number: int) -> Assigned:
    line = stock.held.locked[number]
    return Assigned(
        device=line.device.id,
        request=line.request.id,
        part=line.request.parts[line.place].name,
        wish=line.fit.wish,
        over_specification=line.fit.over_specification,
        tier=tier_of(line.request, stock.programme(line.request)),
        locked=True,
    )
