"""Caps and shares as counts over pools and slots: how much room is left, how much is promised."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from rebond_schemas.plan import Base, Cap, Lot, Programme, Request, Scope, Share
from rebond_server.domain.allocation.stock import Pool, Slot, Stock
from rebond_server.domain.programme import open_on


@dataclass(frozen=True, kw_only=True)
class Floor:
    """What a programme is promised from a lot: how many devices are still short of it."""

    lot: str
    programme: str
    kinds: tuple[str, ...]
    short: float
    to_programme: float = 1.0
    to_others: float = 0.0

    def gain(self, pool: Pool, slot: Slot) -> float:
        """Return by how much one device from the pool to the slot lessens what is short."""
        if pool.lot != self.lot or (self.kinds and pool.kind not in self.kinds):
            return 0.0
        return self.to_programme if slot.programme.id == self.programme else self.to_others


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Σ weight * devices ≤ room."""

    name: str
    room: float
    programme: str
    kinds: tuple[str, ...]
    requests: frozenset[str] | None = None
    lot: str | None = None
    inside: float = 1.0
    others: float = 0.0
    floor: Floor | None = None
    overdrawn: bool = False

    def weight(self, pool: Pool, slot: Slot) -> float:
        """Return what one device from the pool to the slot takes of the room."""
        if self.kinds and pool.kind not in self.kinds:
            return 0.0
        if self.lot is not None and pool.lot != self.lot:
            return 0.0
        if slot.programme.id != self.programme:
            return self.others
        if self.requests is not None and slot.request.id not in self.requests:
            return 0.0
        return self.inside


def rules(stock: Stock) -> list[Rule]:
    """Return every cap that counts today and every share, in the order of their names."""
    caps = [
        rule
        for programme in stock.source.programmes
        for cap in programme.caps
        if open_on(stock.known.now.date(), cap.starts, cap.ends)
        for rule in _cap(stock, programme, cap)
    ]
    shares = [_share(stock, lot, share) for lot in stock.source.lots for share in lot.shares]
    return sorted([*caps, *shares], key=lambda rule: rule.name)


def cap_key(cap: Cap, request: Request) -> str | None:
    """Return for whom a request counts under a cap; None: it does not count."""
    match cap.scope:
        case Scope.TOTAL:
            return ""
        case Scope.ORGANISATION:
            return request.organisation
        case Scope.OFFICE:
            return request.office
        case Scope.PERSON:
            return request.person


def _cap(stock: Stock, programme: Programme, cap: Cap) -> Iterator[Rule]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for request in stock.requests:
        if request.programme == programme.id and (key := cap_key(cap, request)) is not None:
            groups[key].add(request.id)
    locked: defaultdict[str, int] = defaultdict(int)
    for line in stock.held.locked:
        key = cap_key(cap, line.request) if line.request.programme == programme.id else None
        if key is not None and (not cap.kinds or line.device.kind in cap.kinds):
            locked[key] += 1
    for key, requests in groups.items():
        room = cap.limit - cap.used.get(key, 0) - locked[key]
        yield Rule(
            name="/".join(filter(None, ("cap", programme.id, cap.id, key))),
            room=max(0, room),
            programme=programme.id,
            kinds=cap.kinds,
            requests=frozenset(requests),
            overdrawn=room < 0 < locked[key],
        )


@dataclass(frozen=True, kw_only=True)
class _Count:
    """Devices of a lot that a share counts: free in stock, sanitised, gone, gone to it."""

    free: int
    ready: int
    released: int
    given: int


def _count(stock: Stock, lot: Lot, share: Share) -> _Count:
    locked = [
        line
        for line in stock.held.locked
        if line.device.lot == lot.id and (not share.kinds or line.device.kind in share.kinds)
    ]
    sanitised = sum(
        device.sanitised
        and device.lot == lot.id
        and (not share.kinds or device.kind in share.kinds)
        for device in stock.source.devices
    )
    ready = share.ready if share.ready is not None else sanitised + share.released
    to_it = sum(line.request.programme == share.programme for line in locked)
    return _Count(
        free=sanitised - len(locked),
        ready=ready,
        released=share.released + len(locked),
        given=share.given + to_it,
    )


def _share(stock: Stock, lot: Lot, share: Share) -> Rule:
    """Keep a reserve (base collected or ready), or the ratio as devices leave (base released).

    A deficit from the past is never made worse, and the floors are the first to make it good.
    """
    fraction = Fraction(str(share.fraction)).limit_denominator(10_000)
    seen = _count(stock, lot, share)
    part, of = fraction.numerator, fraction.denominator
    if share.base is Base.RELEASED:
        short = fraction * seen.released - share.tolerance - seen.given
        floor = Floor(
            lot=lot.id,
            programme=share.programme,
            kinds=share.kinds,
            short=float(short),
            to_programme=float(1 - fraction),
            to_others=-float(fraction),
        )
        room = float(max(Fraction(0), -short) * of)
        inside, others = float(part - of), float(part)
    else:
        base = seen.ready if share.base is Base.READY else share.collected or 0
        promised = math.ceil(fraction * base - share.tolerance)
        short = Fraction(promised - seen.given)
        floor = Floor(
            lot=lot.id, programme=share.programme, kinds=share.kinds, short=max(0.0, float(short))
        )
        room = float(max(0, seen.free + seen.given - promised))
        inside, others = 0.0, 1.0
    return Rule(
        name=f"share/{share.id}",
        room=room,
        programme=share.programme,
        kinds=share.kinds,
        lot=lot.id,
        inside=inside,
        others=others,
        floor=floor if floor.short > 0 else None,
    )
