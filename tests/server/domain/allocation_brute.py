"""The published order by trying everything: slow, short, and written without the engine."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from allocation_cases import NOW, PLACES

from rebond_schemas.plan import Base, Device, Grade, Hold, Lot, PlanInput, Programme, Request, Scope
from rebond_schemas.plan_law import Kind, Regime

Line = tuple[Device, Request, int]
HEIGHT = {None: 0, Grade.D: 0, Grade.C: 1, Grade.B: 2, Grade.A: 3}
PARENT = {place.id: place.parent for place in PLACES}


class Brute:
    """Everything about one input, looked up the slow way."""

    def __init__(self, source: PlanInput) -> None:
        self.source = source
        self.lots = {lot.id: lot for lot in source.lots}
        self.programmes = {programme.id: programme for programme in source.programmes}
        self.requests = {request.id: request for request in source.requests}
        self.devices = {device.id: device for device in source.devices}
        self.locked: list[Line] = []
        holds = [pin for pin in source.pins if pin.hold is Hold.LOCK]
        for pin in sorted(holds, key=lambda one: (one.request, one.device)):
            device, request = self.devices[pin.device], self.requests[pin.request]
            if device.sanitised:
                self.locked.append((device, request, self._lock_place(device, request)))

    def _lock_place(self, device: Device, request: Request) -> int:
        def order(place: int) -> tuple[bool, int, int]:
            filled = sum(r is request and p == place for _, r, p in self.locked)
            return (self.wish(device, request, place) is None, filled, place)

        return min(range(len(request.parts)), key=order)

    def best(self) -> tuple[object, ...]:
        """Return the best value that any lawful plan reaches."""
        return max(self.value(lines) for lines in self.lawful_plans())

    def most(self, request: str) -> int:
        """Return the most units that any lawful plan gives to one request."""
        return max(self.units(lines)[request] for lines in self.lawful_plans())

    def lawful_plans(self) -> Iterator[list[Line]]:
        """Yield every plan that breaks no rule."""
        fixed = {device.id for device, _, _ in self.locked}
        free = [device for device in self.source.devices if device.id not in fixed]
        choices = [[None, *self.places(device)] for device in free]
        plans = (
            [
                (device, *choice)
                for device, choice in zip(free, chosen, strict=True)
                if choice is not None
            ]
            for chosen in product(*choices)
        )
        yield from (lines for lines in plans if self.lawful(lines))

    def places(self, device: Device) -> Iterator[tuple[Request, int]]:
        """Yield where a device may go."""
        for request in self.source.requests:
            for place in range(len(request.parts)):
                if self.may(device, request) and self.wish(device, request, place) is not None:
                    yield request, place

    def admitted(self, request: Request) -> bool:
        programme = self.programmes[request.programme]
        forbidden = any(
            pin.hold is Hold.FORBID and pin.device is None and pin.request == request.id
            for pin in self.source.pins
        )
        return (
            not forbidden
            and request.completed is not None
            and (programme.starts is None or programme.starts <= NOW.date())
            and not (
                request.office is None and any(c.scope is Scope.OFFICE for c in programme.caps)
            )
            and inside(request.territory, programme.territories)
            and (not programme.publics or request.public in programme.publics)
        )

    def may(self, device: Device, request: Request) -> bool:
        for pin in self.source.pins:
            mine = pin.device == device.id and pin.request in (None, request.id)
            if pin.hold is Hold.FORBID and mine:
                return False
        lot, programme = self.lots[device.lot], self.programmes[request.programme]
        return (
            device.sanitised
            and self.admitted(request)
            and (not lot.reserved_programmes or programme.id in lot.reserved_programmes)
            and (not lot.reserved_publics or request.public in lot.reserved_publics)
            and (not lot.qpv_only or request.qpv is True)
            and (programme.price is None or lot.resale_allowed)
            and (lot.regime is not Regime.CG3P or self._public_property(device, lot, request))
        )

    def _public_property(self, device: Device, lot: Lot, request: Request) -> bool:
        programme, law = self.programmes[request.programme], self.source.law
        taker = request.organisation_category or programme.operator_category
        sold = programme.price is not None
        return (
            taker in law.recipients
            and lot.unit_value_eur is not None
            and lot.unit_value_eur <= 300
            and (not sold or programme.operator_category in law.sellers)
            and (not sold or device.kind is Kind.LAPTOP)
        )

    def wish(self, device: Device, request: Request, place: int) -> int | None:
        programme = self.programmes[request.programme]
        for rank, wish in enumerate(request.parts[place].wishes):
            leasts = (*programme.minimums, wish.minimum)
            if device.kind in wish.kinds and all(reaches(device, least) for least in leasts):
                return rank
        return None

    def above(self, device: Device, request: Request, place: int) -> int:
        """Return the steps by which a device exceeds the need."""
        rank = self.wish(device, request, place)
        wish = request.parts[place].wishes[rank or 0]
        leasts = (*self.programmes[request.programme].minimums, wish.minimum)
        ram = max(bands(least.ram_mib) for least in leasts)
        grade = max(HEIGHT[least.grade] for least in leasts)
        return max(0, bands(device.ram_mib) - ram) + max(0, HEIGHT[device.grade] - grade)

    def lawful(self, lines: list[Line]) -> bool:
        new, old = count(lines), count(self.locked)
        for request in self.source.requests:
            parts = [new[request.id, place] for place in range(len(request.parts))]
            begun = max(old[request.id, place] for place in range(len(request.parts)))
            if len(set(parts)) > 1 or (parts[0] and begun + parts[0] > request.quantity):
                return False
        return all(self._caps(p, lines) for p in self.source.programmes) and all(
            self._share(lot, share, lines) for lot in self.source.lots for share in lot.shares
        )

    def _caps(self, programme: Programme, lines: list[Line]) -> bool:
        for cap in programme.caps:
            if cap.ends is not None and cap.ends < NOW.date():
                continue
            total = Counter(cap.used)
            moved = set()
            for device, request, _ in (*lines, *self.locked):
                whom = {
                    Scope.TOTAL: "",
                    Scope.ORGANISATION: request.organisation,
                    Scope.OFFICE: request.office,
                    Scope.PERSON: request.person,
                }[cap.scope]
                counted = not cap.kinds or device.kind in cap.kinds
                if request.programme == programme.id and whom is not None and counted:
                    total[whom] += 1
                    if any(device is one for one, _, _ in lines):
                        moved.add(whom)
            if any(total[whom] > cap.limit for whom in moved):
                return False
        return True

    def _share(self, lot: Lot, share: object, lines: list[Line]) -> bool:
        out = [line for line in lines if line[0].lot == lot.id]
        old = [line for line in self.locked if line[0].lot == lot.id]
        to_it = [line for line in out if line[1].programme == share.programme]
        part, promised = Fraction(str(share.fraction)), self._promised(lot, share)
        given = share.given + sum(line[1].programme == share.programme for line in old)
        if share.base is Base.RELEASED:
            before = part * (share.released + len(old)) - share.tolerance - given
            after = before + part * len(out) - len(to_it)
            return after <= max(0, before)
        stock = sum(d.sanitised and d.lot == lot.id for d in self.source.devices) - len(old)
        others = len(out) - len(to_it)
        return others == 0 or given + stock - others >= promised

    def _promised(self, lot: Lot, share: object) -> int:
        """Return the least whole number of devices within tolerance of the share."""
        ready = sum(d.sanitised and d.lot == lot.id for d in self.source.devices) + share.released
        base = ready if share.base is Base.READY else share.collected
        least = Fraction(str(share.fraction)) * base - share.tolerance
        return -(-least.numerator // least.denominator)

    def _short(self, lines: list[Line]) -> Fraction:
        total = Fraction(0)
        for lot in self.source.lots:
            for share in lot.shares:
                every = [line for line in (*lines, *self.locked) if line[0].lot == lot.id]
                given = share.given + sum(line[1].programme == share.programme for line in every)
                if share.base is Base.RELEASED:
                    left = share.released + len(every)
                    short = Fraction(str(share.fraction)) * left - share.tolerance - given
                else:
                    short = Fraction(self._promised(lot, share) - given)
                total += max(Fraction(0), short)
        return total

    def units(self, lines: list[Line]) -> dict[str, int]:
        new, old = count(lines), count(self.locked)
        return {
            request.id: min(new[request.id, place] for place in range(len(request.parts)))
            + min(old[request.id, place] for place in range(len(request.parts)))
            for request in self.source.requests
        }

    def value(self, lines: list[Line]) -> tuple[object, ...]:
        """Return what a plan reaches, in the published order; larger is better."""
        units = self.units(lines)
        queue = sorted(
            (one for one in self.source.requests if self.admitted(one)),
            key=lambda one: (one.completed, one.lottery, one.id),
        )
        got, asked, tiers = Counter(), Counter(), Counter()
        for request in queue:
            got[request.programme] += units[request.id]
            asked[request.programme] += request.quantity
            tiers[self.tier(request)] += units[request.id]
        kept = {(line.device, line.request) for line in self.source.proposal}
        return (
            self.pins_met(lines, units),
            -self._short(lines),
            tuple(tiers[tier] for tier in sorted({self.tier(one) for one in queue})),
            tuple(sorted(Fraction(got[name], asked[name]) for name in asked)),
            -sum(self.wish(*line) for line in lines),
            -sum(self.above(*line) for line in lines),
            sum((device.id, request.id) in kept for device, request, _ in lines),
            tuple(units[request.id] for request in queue),
        )

    def tier(self, request: Request) -> int:
        programme = self.programmes[request.programme]
        if programme.qpv_tier is not None and request.qpv:
            return programme.qpv_tier
        return programme.tier

    def pins_met(self, lines: list[Line], units: dict[str, int]) -> int:
        pairs = {(device.id, request.id) for device, request, _ in lines}
        pins = {pin for pin in self.source.pins if pin.hold is Hold.PIN}
        return sum(
            (pin.device, pin.request) in pairs
            if pin.device is not None
            else self.admitted(self.requests[pin.request])
            and units[pin.request] >= self.requests[pin.request].quantity
            for pin in pins
        )


def count(lines: list[Line]) -> Counter[tuple[str, int]]:
    return Counter((request.id, place) for _, request, place in lines)


def inside(place: str | None, allowed: tuple[str, ...]) -> bool:
    while place is not None:
        if place in allowed:
            return True
        place = PARENT[place]
    return not allowed


def reaches(device: Device, least: object) -> bool:
    computer = device.kind is not Kind.KEY_4G
    enough = not computer or least.ram_mib is None or (device.ram_mib or 0) >= least.ram_mib
    graded = least.grade is None or (
        device.grade is not None and HEIGHT[device.grade] >= HEIGHT[least.grade]
    )
    return enough and graded


def bands(ram: int | None) -> int:
    return sum((ram or 0) >= edge for edge in (3500, 7000, 14000, 28000))
