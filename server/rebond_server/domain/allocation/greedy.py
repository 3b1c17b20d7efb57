"""The plan without a solver: one unit after another, the same hard rules, no promise of the best."""

from collections import defaultdict
from dataclasses import dataclass, field

from rebond_schemas.plan import Request
from rebond_server.domain.allocation.rules import Rule, rules
from rebond_server.domain.allocation.stock import Stock
from rebond_server.domain.programme import tier_of

Counts = dict[tuple[int, int], int]
"""Devices from a pool (first number) to a slot (second number)."""


@dataclass(kw_only=True)
class _Bench:
    """What is left while units are handed out."""

    stock: Stock
    rules: list[Rule]
    free: list[int]
    left: dict[str, int]
    used: list[float]
    first_slot: dict[str, int]
    given: Counts = field(default_factory=lambda: defaultdict(int))

    def serve(self, request: Request, lot: str | None = None) -> bool:
        """Hand out one whole unit, or nothing."""
        if self.left[request.id] <= 0:
            return False
        taken: list[tuple[int, int]] = []
        for place in range(len(request.parts)):
            slot = self.first_slot[request.id] + place
            pool = self._best(slot, lot)
            if pool is None:
                self._undo(taken)
                return False
            self._take(pool, slot, 1)
            taken.append((pool, slot))
        if any(used > rule.room for used, rule in zip(self.used, self.rules, strict=True)):
            self._undo(taken)
            return False
        self.left[request.id] -= 1
        return True

    def pin(self, device: str, request: Request) -> None:
        """Follow a pin on one device, where one unit needs one device and the rules allow it."""
        for pool, one in enumerate(self.stock.pools):
            slot = self.first_slot[request.id]
            if one.devices[0].id != device or slot not in one.options or len(request.parts) > 1:
                continue
            self._take(pool, slot, 1)
            broken = any(used > rule.room for used, rule in zip(self.used, self.rules, strict=True))
            if broken or self.free[pool] < 0 or self.left[request.id] <= 0:
                self._take(pool, slot, -1)
            else:
                self.left[request.id] -= 1

    def _best(self, slot: int, lot: str | None) -> int | None:
        open_pools = [
            (option.wish, option.over_specification, number)
            for number, pool in enumerate(self.stock.pools)
            if self.free[number] > 0
            and (option := pool.options.get(slot)) is not None
            and (lot is None or pool.lot == lot)
            and self._allowed(number, slot)
        ]
        return min(open_pools)[2] if open_pools else None

    def _allowed(self, pool: int, slot: int) -> bool:
        of, to = self.stock.pools[pool], self.stock.slots[slot]
        return all(
            used + rule.weight(of, to) <= rule.room
            for used, rule in zip(self.used, self.rules, strict=True)
        )

    def _take(self, pool: int, slot: int, count: int) -> None:
        self.free[pool] -= count
        self.given[pool, slot] += count
        for number, rule in enumerate(self.rules):
            weight = rule.weight(self.stock.pools[pool], self.stock.slots[slot])
            self.used[number] += weight * count

    def _undo(self, taken: list[tuple[int, int]]) -> None:
        for pool, slot in taken:
            self._take(pool, slot, -1)


def greedy(stock: Stock) -> Counts:
    """Return how many devices go from each pool to each slot."""
    bench = _bench(stock)
    for pin in stock.held.pairs:
        if pin.request in bench.left and pin.device is not None:
            bench.pin(pin.device, stock.known.requests[pin.request])
    for rule in bench.rules:
        if rule.floor is not None:
            _keep_promise(bench, rule)
    tiers = sorted({tier_of(one, stock.programme(one)) for one in stock.requests})
    for tier in tiers:
        _serve_tier(bench, tier)
    return {line: count for line, count in bench.given.items() if count > 0}


def _bench(stock: Stock) -> _Bench:
    found = rules(stock)
    first_slot: dict[str, int] = {}
    for number, slot in enumerate(stock.slots):
        first_slot.setdefault(slot.request.id, number)
    return _Bench(
        stock=stock,
        rules=found,
        free=[len(pool.devices) for pool in stock.pools],
        left={request.id: stock.held.wanted(request) for request in stock.requests},
        used=[0.0] * len(found),
        first_slot=first_slot,
    )


def _keep_promise(bench: _Bench, rule: Rule) -> None:
    if rule.floor is None:
        return
    short = rule.floor.short
    for request in bench.stock.requests:
        while request.programme == rule.programme and short > 0 and bench.serve(request, rule.lot):
            short -= rule.floor.to_programme


def _serve_tier(bench: _Bench, tier: int) -> None:
    """Serve the programme filled least, its oldest file first, until nobody can be served."""
    queues: defaultdict[str, list[Request]] = defaultdict(list)
    asked: defaultdict[str, int] = defaultdict(int)
    left: defaultdict[str, int] = defaultdict(int)
    for request in bench.stock.requests:
        asked[request.programme] += request.quantity
        left[request.programme] += bench.left[request.id]
        if tier_of(request, bench.stock.programme(request)) == tier:
            queues[request.programme].append(request)
    while queues:
        name = min(queues, key=lambda one: (1 - left[one] / max(1, asked[one]), one))
        if bench.serve(queues[name][0]):
            left[name] -= 1
            continue
        paid = _pay(bench, queues[name][0])
        if paid is not None:
            left[paid] -= 1
            continue
        queues[name].pop(0)
        if not queues[name]:
            del queues[name]


def _pay(bench: _Bench, waiting: Request) -> str | None:
    """Give a share of what leaves its due, so that more may leave; return who got it."""
    if bench.left[waiting.id] <= 0:
        return None
    for rule in bench.rules:
        if rule.inside < 0 and rule.programme != waiting.programme:
            for request in bench.stock.requests:
                if request.programme == rule.programme and bench.serve(request, rule.lot):
                    return rule.programme
    return None
