"""The hard rules of a plan as rows, and the published order as goals. No solver in here."""

import math
from collections import defaultdict
from dataclasses import dataclass, field

from rebond_schemas.plan import Criterion
from rebond_server.domain.allocation.rules import Rule, rules
from rebond_server.domain.allocation.solver import Row, Terms
from rebond_server.domain.allocation.stock import Stock
from rebond_server.domain.programme import tier_of


@dataclass(frozen=True, kw_only=True)
class Total:
    """A constant and some columns with their coefficients."""

    terms: Terms
    constant: float = 0.0

    def at(self, solution: list[float]) -> float:
        """Return the value of the total."""
        return self.constant + sum(by * solution[column] for column, by in self.terms.items())


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One step of the published order: a total to make as large as possible."""

    name: str
    total: Total


@dataclass(frozen=True, kw_only=True)
class Fill:
    """The step that serves the worst-served programme first: served units over asked units."""

    name: str
    served: dict[str, Total]
    asked: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Files:
    """The last step: each request in the order of the queue, as much as it can still get."""

    name: str
    units: tuple[Total, ...]
    most: tuple[float, ...]
    rows: tuple[str, ...]
    """The rows that limit them."""


Step = Goal | Fill | Files


@dataclass(kw_only=True)
class Model:
    """Columns, rows and steps. `options` says which pool and slot the first columns stand for."""

    upper: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    options: list[tuple[int, int]] = field(default_factory=list)
    of_programme: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, Total] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def column(self, upper: float, *, whole: bool = True) -> int:
        """Add a column from 0 to `upper`; return its number."""
        self.upper.append(upper)
        self.lower.append(0.0)
        self.whole.append(whole)
        return len(self.upper) - 1

    def row(self, name: str, terms: Terms, *, low: float = -math.inf, high: float) -> None:
        """Add a rule, if it says anything."""
        if terms:
            self.rows.append(Row(name=name, terms=terms, low=low, high=high))


def model(stock: Stock) -> Model:
    """Return the whole-number program of a stock."""
    built = Model()
    by_pool, by_slot = _options(built, stock)
    for number, columns in by_pool.items():
        high = len(stock.pools[number].devices)
        built.row(f"stock/{number}", dict.fromkeys(columns, 1.0), high=high)
    _requests(built, stock, by_slot)
    floors = [_rule(built, stock, rule) for rule in rules(stock)]
    pins = _pins(built, stock)
    built.steps = [
        *([Goal(name="pins", total=pins)] if pins.terms else []),
        *([Goal(name="floors", total=_summed(floors))] if any(t.terms for t in floors) else []),
        *_criteria(built, stock),
        _files(built, stock),
    ]
    return built


def _options(
    built: Model, stock: Stock
) -> tuple[defaultdict[int, list[int]], defaultdict[int, list[int]]]:
    by_pool: defaultdict[int, list[int]] = defaultdict(list)
    by_slot: defaultdict[int, list[int]] = defaultdict(list)
    room = [stock.held.wanted(slot.request) for slot in stock.slots]
    for number, pool in enumerate(stock.pools):
        for slot in pool.options:
            most = min(len(pool.devices), room[slot])
            if most > 0:
                column = built.column(most)
                built.options.append((number, slot))
                built.of_programme[stock.slots[slot].programme.id].append(column)
                by_pool[number].append(column)
                by_slot[slot].append(column)
    return by_pool, by_slot


def _requests(built: Model, stock: Stock, by_slot: dict[int, list[int]]) -> None:
    """One part: at most the quantity. A kit: as many of each part as there are kits."""
    first = 0
    for request in stock.requests:
        slots = range(first, first + len(request.parts))
        first = slots.stop
        locked = float(stock.held.units(request))
        most = stock.held.wanted(request)
        parts = [dict.fromkeys(by_slot.get(slot, ()), 1.0) for slot in slots]
        if len(parts) == 1:
            built.row(f"quantity/{request.id}", parts[0], high=most)
            built.units[request.id] = Total(terms=parts[0], constant=locked)
            continue
        kits = built.column(most)
        for place, terms in enumerate(parts):
            name = f"kit/{request.id}/{request.parts[place].name}"
            built.row(name, {**terms, kits: -1.0}, low=0.0, high=0.0)
        built.units[request.id] = Total(terms={kits: 1.0}, constant=locked)


def _rule(built: Model, stock: Stock, rule: Rule) -> Total:
    """Add one cap or share; return what it adds to the floors, in devices below its promise."""
    terms: Terms = {}
    counted = range(len(built.options)) if rule.others else built.of_programme[rule.programme]
    for column in counted:
        pool, slot = built.options[column]
        by = rule.weight(stock.pools[pool], stock.slots[slot])
        if by:
            terms[column] = by
    built.row(rule.name, terms, high=rule.room)
    if rule.floor is None:
        return Total(terms={})
    gains = {
        column: by
        for column, (pool, slot) in enumerate(built.options)
        if (by := rule.floor.gain(stock.pools[pool], stock.slots[slot]))
    }
    short = built.column(max(0.0, rule.floor.short), whole=False)
    built.row(f"floor/{rule.name}", {**gains, short: 1.0}, low=rule.floor.short, high=math.inf)
    return Total(terms={short: -1.0})


def _pins(built: Model, stock: Stock) -> Total:
    terms: Terms = {}
    for pin in stock.held.pairs:
        for column, (pool, slot) in enumerate(built.options):
            devices = stock.pools[pool].devices
            if devices[0].id == pin.device and stock.slots[slot].request.id == pin.request:
                terms[column] = 1.0
    for pin in stock.held.whole:
        request = stock.known.requests[pin.request or ""]
        total = built.units.get(request.id)
        if total is not None and stock.held.wanted(request) > 0:
            met = built.column(1.0)
            most = float(stock.held.wanted(request))
            row = {met: most, **{column: -by for column, by in total.terms.items()}}
            built.row(f"pin/{request.id}", row, high=0.0)
            terms[met] = 1.0
    return Total(terms=terms)


def _criteria(built: Model, stock: Stock) -> list[Step]:
    steps: list[Step] = []
    criteria = stock.source.criteria
    if Criterion.TIERS not in criteria:
        steps.append(Goal(name="units", total=_summed(list(built.units.values()))))
    for criterion in criteria:
        match criterion:
            case Criterion.TIERS:
                steps += _tiers(built, stock)
            case Criterion.FILL:
                steps.append(_fill(built, stock))
            case Criterion.WISH:
                steps.append(Goal(name="wish", total=_cost(built, stock, "wish")))
            case Criterion.OVER_SPECIFICATION:
                total = _cost(built, stock, "over_specification")
                steps.append(Goal(name="over_specification", total=total))
            case Criterion.CHANGE:
                steps.append(Goal(name="change", total=_kept(built, stock)))
    return steps


def _tiers(built: Model, stock: Stock) -> list[Step]:
    tiers: defaultdict[int, list[Total]] = defaultdict(list)
    for request in stock.requests:
        tiers[tier_of(request, stock.programme(request))].append(built.units[request.id])
    return [Goal(name=f"tier/{tier}", total=_summed(tiers[tier])) for tier in sorted(tiers)]


def _fill(built: Model, stock: Stock) -> Fill:
    served: defaultdict[str, list[Total]] = defaultdict(list)
    asked: defaultdict[str, int] = defaultdict(int)
    for request in stock.requests:
        served[request.programme].append(built.units[request.id])
        asked[request.programme] += request.quantity
    names = sorted(name for name, units in asked.items() if units)
    return Fill(
        name="fill",
        served={name: _summed(served[name]) for name in names},
        asked={name: asked[name] for name in names},
    )


def _cost(built: Model, stock: Stock, what: str) -> Total:
    terms: Terms = {}
    for column, (pool, slot) in enumerate(built.options):
        cost = getattr(stock.pools[pool].options[slot], what)
        if cost:
            terms[column] = -float(cost)
    return Total(terms=terms)


def _kept(built: Model, stock: Stock) -> Total:
    """Count the lines of the present proposal that stay, pool by pool."""
    proposed: defaultdict[str, set[str]] = defaultdict(set)
    for line in stock.source.proposal:
        proposed[line.request].add(line.device)
    terms: Terms = {}
    if not proposed:
        return Total(terms=terms)
    groups: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for column, (pool, slot) in enumerate(built.options):
        groups[pool, stock.slots[slot].request.id].append(column)
    for (pool, request), columns in groups.items():
        wished = sum(device.id in proposed[request] for device in stock.pools[pool].devices)
        if wished:
            kept = built.column(wished)
            row = {kept: 1.0, **dict.fromkeys(columns, -1.0)}
            built.row(f"kept/{pool}/{request}", row, high=0.0)
            terms[kept] = 1.0
    return Total(terms=terms)


def _files(built: Model, stock: Stock) -> Files:
    return Files(
        name="files",
        units=tuple(built.units[request.id] for request in stock.requests),
        most=tuple(
            float(stock.held.units(request) + stock.held.wanted(request))
            for request in stock.requests
        ),
        rows=tuple(f"quantity/{request.id}" for request in stock.requests),
    )


def _summed(totals: list[Total]) -> Total:
    terms: Terms = {}
    for total in totals:
        for column, by in total.terms.items():
            terms[column] = terms.get(column, 0.0) + by
    return Total(terms=terms, constant=sum(total.constant for total in totals))
