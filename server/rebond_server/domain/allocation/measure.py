"""What a plan reached, step by step of the published order, counted on its lines alone."""

from collections import Counter, defaultdict

from rebond_schemas.plan import Criterion, Request
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.allocation.rules import rules
from rebond_server.domain.allocation.stock import Stock
from rebond_server.domain.programme import tier_of

Values = dict[str, tuple[float, ...]]


def served(stock: Stock, lines: tuple[Assigned, ...]) -> dict[str, int]:
    """Return the whole units each request gets, locked ones included."""
    free: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if not line.locked:
            free[line.request, line.part] += 1
    return {
        request.id: stock.held.units(request)
        + min(free[request.id, part.name] for part in request.parts)
        for request in stock.source.requests
    }


def measured(stock: Stock, lines: tuple[Assigned, ...]) -> Values:
    """Return the value of every step; each is better the larger it is."""
    units = served(stock, lines)
    new = [line for line in lines if not line.locked]
    values: Values = {}
    if stock.held.pairs or stock.held.whole:
        values["pins"] = (float(_pins(stock, lines, units)),)
    short = _short(stock, new)
    if short is not None:
        values["floors"] = (-short,)
    if Criterion.TIERS not in stock.source.criteria:
        values["units"] = (float(sum(units[request.id] for request in stock.requests)),)
    for criterion in stock.source.criteria:
        match criterion:
            case Criterion.TIERS:
                values |= _tiers(stock, units)
            case Criterion.FILL:
                values["fill"] = _fill(stock.requests, units)
            case Criterion.WISH:
                values["wish"] = (-float(sum(line.wish for line in new)),)
            case Criterion.OVER_SPECIFICATION:
                steps = sum(line.over_specification for line in new)
                values["over_specification"] = (-float(steps),)
            case Criterion.CHANGE:
                values["change"] = (float(sum(line.kept for line in new)),)
    values["files"] = tuple(float(units[request.id]) for request in stock.requests)
    return values


def _pins(stock: Stock, lines: tuple[Assigned, ...], units: dict[str, int]) -> int:
    pairs = {(line.device, line.request) for line in lines}
    met = sum((pin.device, pin.request) in pairs for pin in stock.held.pairs)
    for pin in stock.held.whole:
        request = stock.known.requests[pin.request or ""]
        met += units[request.id] >= request.quantity
    return met


def _short(stock: Stock, new: list[Assigned]) -> float | None:
    """Return by how many devices the promised shares are missed; None when none is open."""
    floors = [rule.floor for rule in rules(stock) if rule.floor is not None]
    if not floors:
        return None
    devices = {device.id: device for device in stock.source.devices}
    total = 0.0
    for floor in floors:
        short = floor.short
        for line in new:
            device = devices[line.device]
            if device.lot == floor.lot and (not floor.kinds or device.kind in floor.kinds):
                programme = stock.known.requests[line.request].programme
                to_it = programme == floor.programme
                short -= floor.to_programme if to_it else floor.to_others
        total += max(0.0, short)
    return total


def _tiers(stock: Stock, units: dict[str, int]) -> Values:
    tiers: defaultdict[int, int] = defaultdict(int)
    for request in stock.requests:
        tiers[tier_of(request, stock.programme(request))] += units[request.id]
    return {f"tier/{tier}": (float(tiers[tier]),) for tier in sorted(tiers)}


def _fill(requests: tuple[Request, ...], units: dict[str, int]) -> tuple[float, ...]:
    got: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for request in requests:
        got[request.programme] += units[request.id]
        asked[request.programme] += request.quantity
    return tuple(sorted(got[name] / asked[name] for name in asked if asked[name]))
