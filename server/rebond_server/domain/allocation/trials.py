"""What-ifs: one rule set aside, the plan made again, and what a request gets then."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from rebond_schemas.plan import (
    Criterion,
    Device,
    Grade,
    Hold,
    Lot,
    Minimum,
    PlanInput,
    Programme,
    Request,
)
from rebond_schemas.plan_law import Kind, Regime
from rebond_schemas.plan_output import Reason
from rebond_server.domain.allocation.measure import served
from rebond_server.domain.allocation.run import run
from rebond_server.domain.allocation.stock import NO_WAIVERS, Stock, Waivers, stock

SPARE_LOT = "~what-if"
WHAT_IF_SECONDS = 5.0
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class World:
    """An input and what is waived in it."""

    source: PlanInput
    waivers: Waivers = NO_WAIVERS


Change = Callable[[World], World]


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """A reason, and the world in which it does not hold."""

    reason: Reason
    change: Change


class Trials:
    """Plans made again under changed rules."""

    def __init__(self, given: Stock, waivers: Waivers = NO_WAIVERS) -> None:
        self.given, self.waivers = given, waivers
        self._known: dict[tuple[str, tuple[Reason, ...]], int] = {}

    def units(self, request: Request, relaxations: list[Relaxation]) -> int:
        """Return the units a request gets when all these reasons are taken away together."""
        key = (request.id, tuple(one.reason for one in relaxations))
        if key not in self._known:
            world = World(source=self.given.source, waivers=self.waivers)
            for one in relaxations:
                world = one.change(world)
            other = stock(world.source, self.given.known.now, world.waivers)
            lines = run(other, seconds=WHAT_IF_SECONDS).lines
            self._known[key] = served(other, lines)[request.id]
        return self._known[key]


def waive(request: str, place: int, device: str) -> Change:
    """Set aside what stands between one device and one part of a request."""

    def change(world: World) -> World:
        old = world.waivers
        new = replace(old, lines=old.lines | {(device, request, place)})
        return replace(world, waivers=new)

    return change


def add_devices(models: list[Device], lot: Lot) -> Change:
    """Put more devices in stock, in a lot that restricts nothing."""

    def change(world: World) -> World:
        source = world.source
        return _with(world, devices=(*source.devices, *models), lots=(*source.lots, lot))

    return change


def edit_request(request: str, **fields: object) -> Change:
    """Change one request."""

    def change(world: World) -> World:
        requests = tuple(
            msgspec.structs.replace(one, **fields) if one.id == request else one
            for one in world.source.requests
        )
        return _with(world, requests=requests)

    return change


def drop_cap(programme: str, cap: str) -> Change:
    """Take a cap away."""

    def change(world: World) -> World:
        programmes = tuple(
            msgspec.structs.replace(one, caps=tuple(c for c in one.caps if c.id != cap))
            if one.id == programme
            else one
            for one in world.source.programmes
        )
        return _with(world, programmes=programmes)

    return change


def drop_share(share: str) -> Change:
    """Take a share away."""

    def change(world: World) -> World:
        lots = tuple(
            msgspec.structs.replace(lot, shares=tuple(s for s in lot.shares if s.id != share))
            for lot in world.source.lots
        )
        return _with(world, lots=lots)

    return change


def drop_pins() -> Change:
    """Take away everything that people have decided, except what they have forbidden."""

    def change(world: World) -> World:
        pins = tuple(pin for pin in world.source.pins if pin.hold is Hold.FORBID)
        return _with(world, pins=pins)

    return change


def drop_criterion(criterion: Criterion) -> Change:
    """Take one step out of the published order."""

    def change(world: World) -> World:
        criteria = tuple(one for one in world.source.criteria if one is not criterion)
        return _with(world, criteria=criteria)

    return change


def first_in_queue(request: Request, given: Stock) -> Change:
    """Let the file be the oldest of all."""
    moments = [one.completed for one in given.source.requests if one.completed is not None]
    oldest = min(moments, default=given.known.now)
    return edit_request(request.id, completed=oldest - timedelta(seconds=1), lottery=0)


def fitting_devices(request: Request, place: int, programme: Programme, count: int) -> list[Device]:
    """Return devices that reach just what a part of a request asks for."""
    wish = request.parts[place].wishes[0]
    kinds = [kind for kind in wish.kinds if not programme.kinds or kind in programme.kinds]
    kind = (kinds or list(wish.kinds))[0]
    leasts = [
        least
        for least in (wish.minimum, *programme.minimums)
        if not least.kinds or kind in least.kinds
    ]
    return [
        _device(kind, leasts, f"{SPARE_LOT}/{request.id}/{place}/{number}", request)
        for number in range(count)
    ]


def _device(kind: Kind, leasts: list[Minimum], name: str, request: Request) -> Device:
    grades = [least.grade for least in leasts if least.grade is not None]
    return Device(
        id=name,
        tag=name,
        kind=kind,
        lot=f"{SPARE_LOT}/{request.id}",
        received=request.completed or _LONG_AGO,
        sanitised=True,
        grade=min(grades, default=Grade.D),
        ram_mib=max((least.ram_mib or 0 for least in leasts), default=0),
        disk_gb=max((least.disk_gb or 0 for least in leasts), default=0),
        disk_kind="ssd",
        cpu_year=max((least.cpu_year or 0 for least in leasts), default=0),
        windows_11=any(least.windows_11 for least in leasts),
        battery_percent=max((least.battery_percent or 0 for least in leasts), default=0),
    )


def spare_lot(request: Request) -> Lot:
    """Return a lot that restricts nothing."""
    return Lot(id=f"{SPARE_LOT}/{request.id}", regime=Regime.PRIVATE, resale_allowed=True)


def _with(world: World, **fields: object) -> World:
    return replace(world, source=msgspec.structs.replace(world.source, **fields))
