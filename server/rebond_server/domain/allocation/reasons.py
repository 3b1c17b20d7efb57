"""Why a request did not get all it asked for: the first true reason, tried where that is cheap.

A single reason that suffices is looked for in the published order; when none does, reasons are
added up in that order until the request would get more, and those not needed are dropped again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from rebond_schemas.plan import Criterion, Device, Hold, Request
from rebond_schemas.plan_output import Assigned, Condition, Miss, Reason, Why
from rebond_server.domain.allocation.measure import served
from rebond_server.domain.allocation.rules import rules
from rebond_server.domain.allocation.run import Run, run
from rebond_server.domain.allocation.stock import NO_WAIVERS, Stock, Waivers, shelf_place, stock
from rebond_server.domain.allocation.trials import (
    WHAT_IF_SECONDS,
    Relaxation,
    Trials,
    add_devices,
    drop_cap,
    drop_criterion,
    drop_pins,
    drop_share,
    edit_request,
    first_in_queue,
    fitting_devices,
    spare_lot,
    waive,
)
from rebond_server.domain.programme import Refused, eligible, request_misses, tier_of

TRIED = 1500
"""Options times unserved requests, up to which every reason is tried by planning again."""
_KIND = frozenset({Condition.KIND, Condition.PROGRAMME_KIND})


class Reasons:
    """The reasons of one plan."""

    def __init__(
        self, given: Stock, done: Run, units: dict[str, int], waivers: Waivers = NO_WAIVERS
    ) -> None:
        self.stock, self.done, self.units = given, done, units
        self.trials = Trials(given, waivers)
        options = sum(len(pool.options) for pool in given.pools)
        unserved = sum(units[one.id] < one.quantity for one in given.source.requests)
        self.tried = options * unserved <= TRIED
        self.slots = {
            (slot.request.id, slot.place): number for number, slot in enumerate(given.slots)
        }
        self.pools_of: defaultdict[int, list[int]] = defaultdict(list)
        for number, pool in enumerate(given.pools):
            for slot in pool.options:
                self.pools_of[slot].append(number)
        self.devices = {device.id: device for device in given.source.devices}
        self.taken = {line.device for line in done.lines}
        tiers = {line.device: line.tier for line in done.lines}
        self.tiers = [
            Counter(tiers[one.id] for one in pool.devices if one.id in tiers)
            for pool in given.pools
        ]
        self.rules = rules(given)
        self.tight = self._tight()

    def of(self, request: Request) -> tuple[tuple[Reason, ...], bool]:
        """Return what stands in the way of one more unit, and whether that was tried."""
        misses = tuple(request_misses(request, self.stock.known))
        if misses and request.id not in self.trials.waivers.requests:
            return self._inadmissible(request, misses)
        found = list(self._candidates(request))
        if not self.tried:
            return (self._likely(found),), False
        enough = self.units[request.id] + 1
        for one in found:
            if self.trials.units(request, [one]) >= enough:
                return (one.reason,), True
        needed: list[Relaxation] = []
        for one in found:
            needed.append(one)
            if len(needed) > 1 and self.trials.units(request, needed) >= enough:
                break
        else:
            return (self._likely(found),), False
        for one in list(needed):
            rest = [other for other in needed if other is not one]
            if rest and self.trials.units(request, rest) >= enough:
                needed = rest
        return tuple(one.reason for one in needed), True

    def _inadmissible(
        self, request: Request, misses: tuple[Miss, ...]
    ) -> tuple[tuple[Reason, ...], bool]:
        """Name what keeps the request out, and what would then still stand in its way."""
        reason = Reason(why=Why.NOT_ELIGIBLE, misses=misses)
        if not self.tried:
            return (reason,), False
        waivers = Waivers(requests=frozenset({request.id}))
        admitted = stock(self.stock.source, self.stock.known.now, waivers)
        done = run(admitted, seconds=WHAT_IF_SECONDS)
        units = served(admitted, done.lines)
        if units[request.id] > self.units[request.id]:
            return (reason,), True
        others, proven = Reasons(admitted, done, units, waivers).of(request)
        return (reason, *others), proven

    def _likely(self, found: list[Relaxation]) -> Reason:
        """Return the first reason whose rule is at its limit; a tie when none is."""
        for one in found:
            if one.reason.why is Why.CAP and one.reason.rule in self.tight:
                return one.reason
        for one in found:
            if one.reason.why is not Why.SHARE or one.reason.rule in self.tight:
                return one.reason
        return Reason(why=Why.TIE)

    def _candidates(self, request: Request) -> Iterator[Relaxation]:
        yield from self._eligibility(request)
        yield from self._stock(request)
        yield from self._tier(request)
        yield from self._rules(request)
        yield from self._order(request)

    def _eligibility(self, request: Request) -> Iterator[Relaxation]:
        """Where no device may go to a part, name what keeps the nearest one away."""
        for place in range(len(request.parts)):
            if self._usable(request, place):
                continue
            nearest = self._nearest(request, place)
            if nearest is not None:
                device, misses = nearest
                reason = Reason(why=Why.NOT_ELIGIBLE, misses=misses, device=device.id)
                yield Relaxation(reason=reason, change=waive(request.id, place, device.id))

    def _nearest(self, request: Request, place: int) -> tuple[Device, tuple[Miss, ...]] | None:
        """Return the device of a wished kind that misses least, a free one before a taken one."""
        locked = {pin.device for pin in self.stock.source.pins if pin.hold is Hold.LOCK}
        near = []
        for device in self.stock.source.devices:
            answer = eligible(device, request, request.parts[place], self.stock.known)
            if device.id in locked or not isinstance(answer, Refused):
                continue
            own = tuple(request_misses(request, self.stock.known))
            misses = answer.misses[len(own) :]
            if misses and not any(miss.condition in _KIND for miss in misses):
                near.append((len(misses), device.id in self.taken, shelf_place(device), misses))
        if not near:
            return None
        best = min(near, key=lambda one: one[:3])
        return self.devices[best[2][2]], best[3]

    def _usable(self, request: Request, place: int) -> int:
        """Return how many free or given devices may go to a part of a request."""
        pools = self._pools({place}, request)
        return sum(len(self.stock.pools[number].devices) for number in pools)

    def _pools(self, places: Iterable[int], request: Request) -> set[int]:
        """Return the pools from which a device may go to one of these parts of a request."""
        slots = [self.slots.get((request.id, place), -1) for place in places]
        return {number for slot in slots for number in self.pools_of.get(slot, ())}

    def _stock(self, request: Request) -> Iterator[Relaxation]:
        """Where fewer acceptable devices exist than one more unit needs."""
        programme = self.stock.programme(request)
        locked = self.stock.held.counts(request)
        models: list[Device] = []
        missing = request.quantity - self.units[request.id]
        for place in range(len(request.parts)):
            if locked[place] + self._usable(request, place) <= self.units[request.id]:
                models += fitting_devices(request, place, programme, missing)
        if models:
            kinds = "|".join(sorted({model.kind for model in models}))
            reason = Reason(why=Why.NO_STOCK, rule=kinds, needed=str(len(models)))
            yield Relaxation(reason=reason, change=add_devices(models, spare_lot(request)))

    def _tier(self, request: Request) -> Iterator[Relaxation]:
        """Where devices it could use went to a higher tier."""
        own = tier_of(request, self.stock.programme(request))
        above: Counter[int] = Counter()
        for number in self._pools(range(len(request.parts)), request):
            for tier, count in self.tiers[number].items():
                above[tier] += count if tier < own else 0
        above = +above
        if above and Criterion.TIERS in self.stock.source.criteria:
            name, count = f"tier/{min(above)}", above.total()
            reason = Reason(why=Why.HIGHER_TIER, rule=name, needed=str(count))
            yield Relaxation(reason=reason, change=edit_request(request.id, tier=min(above)))

    def _rules(self, request: Request) -> Iterator[Relaxation]:
        programme = self.stock.programme(request)
        for cap in programme.caps:
            names = [
                rule.name
                for rule in self.rules
                if rule.requests is not None
                and request.id in rule.requests
                and rule.name.startswith(f"cap/{programme.id}/{cap.id}")
            ]
            for name in names:
                reason = Reason(why=Why.CAP, rule=name, needed=str(cap.limit + 1))
                yield Relaxation(reason=reason, change=drop_cap(programme.id, cap.id))
        for lot in self.stock.source.lots:
            for share in lot.shares:
                reason = Reason(why=Why.SHARE, rule=f"share/{share.id}")
                yield Relaxation(reason=reason, change=drop_share(share.id))
        if any(pin.hold is not Hold.FORBID for pin in self.stock.source.pins):
            yield Relaxation(reason=Reason(why=Why.PIN), change=drop_pins())

    def _order(self, request: Request) -> Iterator[Relaxation]:
        criteria = self.stock.source.criteria
        for criterion, why in (
            (Criterion.FILL, Why.FAIRNESS),
            (Criterion.WISH, Why.TIE),
            (Criterion.OVER_SPECIFICATION, Why.TIE),
            (Criterion.CHANGE, Why.TIE),
        ):
            if criterion in criteria:
                reason = Reason(why=why, rule=criterion)
                yield Relaxation(reason=reason, change=drop_criterion(criterion))
        reason = Reason(why=Why.TIE, rule="files")
        yield Relaxation(reason=reason, change=first_in_queue(request, self.stock))
        above = min(tier_of(one, self.stock.programme(one)) for one in self.stock.source.requests)
        reason = Reason(why=Why.MORE_SERVED)
        yield Relaxation(reason=reason, change=edit_request(request.id, tier=above - 1))

    def tight_for(self, request: Request) -> set[str]:
        """Return the caps that bind the request and the shares that have no room left."""
        return {
            rule.name
            for rule in self.rules
            if rule.name in self.tight and (rule.requests is None or request.id in rule.requests)
        }

    def _tight(self) -> frozenset[str]:
        """Return the caps and shares that have no room left."""
        found = self.rules
        used: defaultdict[str, float] = defaultdict(float)
        lines: Counter[tuple[int, int]] = Counter()
        pool_of = {
            device.id: number
            for number, pool in enumerate(self.stock.pools)
            for device in pool.devices
        }
        for line in self.done.lines:
            if not line.locked:
                lines[pool_of[line.device], self._slot(line)] += 1
        for (pool, slot), count in lines.items():
            for rule in found:
                weight = rule.weight(self.stock.pools[pool], self.stock.slots[slot])
                used[rule.name] += weight * count
        return frozenset(rule.name for rule in found if used[rule.name] + 1 > rule.room)

    def _slot(self, line: Assigned) -> int:
        request = self.stock.known.requests[line.request]
        names = [part.name for part in request.parts]
        return self.slots[line.request, names.index(line.part)]
