"""A plan beside the live one: something changed, the plan made again, and the difference told."""

from datetime import datetime

import msgspec
from msgspec import Struct

from rebond_schemas.plan import Hold, Pin, PlanInput, Proposed
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.allocation.input import canonical, require_whole
from rebond_server.domain.allocation.measure import served
from rebond_server.domain.allocation.run import run
from rebond_server.domain.allocation.stock import stock

SECONDS = 10.0
ASIDE = "~what-if"


class Side(Struct, frozen=True, kw_only=True):
    """One of two plans: which device goes where, and how many units each request gets."""

    lines: dict[str, str]
    units: dict[str, int]


class Difference(Struct, frozen=True, kw_only=True):
    """What the change does: units by request (before, after), devices by (from, to), None is nowhere."""

    requests: dict[str, tuple[int, int]]
    devices: dict[str, tuple[str | None, str | None]]

    @property
    def units(self) -> int:
        """Return units gained by all requests together; negative when some are lost."""
        return sum(after - before for before, after in self.requests.values())


def side(source: PlanInput, now: datetime) -> Side:
    """Plan an input, lines and units alone; raise UnusablePlanInput when it contradicts itself."""
    require_whole(source)
    prepared = stock(canonical(source), now)
    done = run(prepared, seconds=SECONDS)
    return Side(lines=_where(done.lines), units=served(prepared, done.lines))


def difference(before: Side, after: Side) -> Difference:
    """Return what differs between two plans."""
    requests = {
        name: (before.units.get(name, 0), after.units.get(name, 0))
        for name in sorted(before.units.keys() | after.units.keys())
        if before.units.get(name, 0) != after.units.get(name, 0)
    }
    devices = {
        name: (before.lines.get(name), after.lines.get(name))
        for name in sorted(before.lines.keys() | after.lines.keys())
        if before.lines.get(name) != after.lines.get(name)
    }
    return Difference(requests=requests, devices=devices)


def without_device(source: PlanInput, device: str) -> PlanInput:
    """Keep one device back: what the others lose is its price today."""
    pin = Pin(hold=Hold.FORBID, device=device, reason=ASIDE)
    kept = tuple(one for one in source.pins if one.device != device)
    return msgspec.structs.replace(source, pins=(*kept, pin))


def standing_on(source: PlanInput, lines: tuple[Assigned, ...]) -> PlanInput:
    """Let the present proposal weigh: a what-if then changes only what it must."""
    locked = {pin.device for pin in source.pins if pin.hold is Hold.LOCK}
    proposal = tuple(
        Proposed(device=one.device, request=one.request)
        for one in lines
        if one.device not in locked
    )
    return msgspec.structs.replace(source, proposal=proposal)


def _where(lines: tuple[Assigned, ...]) -> dict[str, str]:
    return {one.device: one.request for one in lines}
