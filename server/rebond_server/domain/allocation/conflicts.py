"""Pins and locks that could not be followed, or that break a rule: named, with the rule."""

from collections.abc import Iterator

from rebond_schemas.plan import Hold, Pin
from rebond_schemas.plan_output import Conflict
from rebond_server.domain.allocation.reasons import Reasons
from rebond_server.domain.allocation.rules import rules
from rebond_server.domain.allocation.run import Run
from rebond_server.domain.allocation.stock import Stock
from rebond_server.domain.programme import Refused, eligible


def conflicts(stock: Stock, done: Run, units: dict[str, int], why: Reasons) -> tuple[Conflict, ...]:
    """Return every pin and lock that stands against the rules."""
    return (
        *stock.held.conflicts,
        *_unlawful_locks(stock),
        *_unmet_pins(stock, done, units, why),
    )


def _unlawful_locks(stock: Stock) -> Iterator[Conflict]:
    """Yield locks on ineligible devices, beyond a quantity or beyond a cap: a person's to undo."""
    crowded = [rule for rule in rules(stock) if rule.overdrawn]
    for line in stock.held.locked:
        request, device = line.request, line.device
        pin = Pin(hold=Hold.LOCK, reason=line.reason, device=device.id, request=request.id)
        answer = eligible(device, request, request.parts[line.place], stock.known)
        misses = answer.misses if isinstance(answer, Refused) else ()
        broken = [
            rule.name
            for rule in crowded
            if rule.requests is not None and request.id in rule.requests
        ]
        counts = stock.held.counts(request)
        if max(counts) > request.quantity:
            broken.append(f"quantity/{request.id}")
        if len(set(counts)) > 1:
            broken.append(f"kit/{request.id}")
        if misses or broken:
            yield Conflict(pin=pin, misses=misses, rules=tuple(broken))


def _unmet_pins(stock: Stock, done: Run, units: dict[str, int], why: Reasons) -> Iterator[Conflict]:
    pairs = {(line.device, line.request) for line in done.lines}
    for pin in (*stock.held.pairs, *stock.held.whole):
        request = stock.known.requests[pin.request or ""]
        whole = pin.device is None and units[request.id] >= request.quantity
        if (pin.device, pin.request) in pairs or whole:
            continue
        at_limit = sorted(why.tight_for(request))
        if units[request.id] >= request.quantity:
            at_limit.append(f"quantity/{request.id}")
        if pin.device is None and not at_limit:
            at_limit = [f"{one.why}/{one.rule}".rstrip("/") for one in why.of(request)[0]]
        yield Conflict(pin=pin, rules=tuple(at_limit or ["pins"]))
