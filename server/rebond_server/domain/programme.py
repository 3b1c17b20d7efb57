"""May this device go to this request? The published conditions, each with its reason."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from rebond_schemas.plan import (
    Device,
    Grade,
    Hold,
    Lot,
    Minimum,
    Part,
    PlanInput,
    Programme,
    Request,
    Wish,
)
from rebond_schemas.plan_law import Category, Kind, Law, Regime
from rebond_schemas.plan_output import Condition, Miss

WITH_BATTERY = frozenset({Kind.LAPTOP, Kind.CONVERTIBLE, Kind.TABLET, Kind.SMARTPHONE})
WITH_MEMORY = frozenset({
    Kind.LAPTOP, Kind.DESKTOP, Kind.ALL_IN_ONE, Kind.MINI, Kind.CONVERTIBLE, Kind.SERVER,
    Kind.TABLET, Kind.SMARTPHONE,
})  # fmt: skip
COMPUTERS = WITH_MEMORY - {Kind.TABLET, Kind.SMARTPHONE}
SOLID = frozenset({"ssd", "nvme", "emmc"})
RAM_BANDS_MIB = (3500, 7000, 14000, 28000)
"""Where 4, 8, 16 and 32 GB begin; firmware keeps a little for itself."""
DISK_BANDS_GB = (100, 200, 400, 900)
"""Where 120, 240, 480 and 1,000 GB begin."""
_HEIGHT = {Grade.A: 3, Grade.B: 2, Grade.C: 1, Grade.D: 0}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Lots, programmes, requests and territories of one input, by id, at one moment."""

    lots: dict[str, Lot]
    programmes: dict[str, Programme]
    requests: dict[str, Request]
    parents: dict[str, str | None]
    law: Law
    now: datetime
    forbidden_requests: frozenset[str]
    forbidden_devices: frozenset[str]
    forbidden_pairs: frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Eligible:
    """The device may go there: by which wish, and how far above what was asked (steps)."""

    wish: int
    over_specification: int


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The device may not go there: everything that stands between them, in published order."""

    misses: tuple[Miss, ...]


def terms(source: PlanInput, now: datetime) -> Terms:
    """Return the input ready for questions; the last of two entries with one id wins."""
    forbids = [pin for pin in source.pins if pin.hold is Hold.FORBID]
    return Terms(
        lots={lot.id: lot for lot in source.lots},
        programmes={programme.id: programme for programme in source.programmes},
        requests={request.id: request for request in source.requests},
        parents={place.id: place.parent for place in source.territories},
        law=source.law,
        now=now,
        forbidden_requests=frozenset(
            pin.request for pin in forbids if pin.request is not None and pin.device is None
        ),
        forbidden_devices=frozenset(
            pin.device for pin in forbids if pin.device is not None and pin.request is None
        ),
        forbidden_pairs=frozenset(
            (pin.device, pin.request)
            for pin in forbids
            if pin.device is not None and pin.request is not None
        ),
    )


def eligible(device: Device, request: Request, part: Part, known: Terms) -> Eligible | Refused:
    """Say whether this device may fill this part of this request."""
    programme = known.programmes[request.programme]
    answer = fit(device, part, programme)
    misses = (
        *request_misses(request, known),
        *device_misses(device, request.id, known),
        *lot_misses(known.lots[device.lot], device.kind, device.unit_value_eur, request, known),
        *(answer.misses if isinstance(answer, Refused) else ()),
    )
    return Refused(misses=misses) if misses or isinstance(answer, Refused) else answer


def open_on(day: date, starts: date | None, ends: date | None) -> bool:
    """Say whether a day lies in a period whose last day is included."""
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def tier_of(request: Request, programme: Programme) -> int:
    """Return the priority tier of a request: its own, that of its QPV, or its programme's."""
    if request.tier is not None:
        return request.tier
    if programme.qpv_tier is not None and request.qpv is True:
        return programme.qpv_tier
    return programme.tier


def within(place: str | None, allowed: tuple[str, ...], parents: dict[str, str | None]) -> bool:
    """Say whether a place is one of the allowed ones, or lies in one of them."""
    seen: set[str] = set()
    while place is not None and place not in seen:
        if place in allowed:
            return True
        seen.add(place)
        place = parents.get(place)
    return not allowed


def request_misses(request: Request, known: Terms) -> Iterator[Miss]:
    """Yield what keeps the request from receiving anything at all."""
    programme = known.programmes[request.programme]
    if request.id in known.forbidden_requests:
        yield Miss(condition=Condition.REQUEST_FORBIDDEN)
    if request.completed is None or request.completed > known.now:
        yield Miss(condition=Condition.FILE_INCOMPLETE)
    if not open_on(known.now.date(), programme.starts, programme.ends):
        period = f"{programme.starts or ''}/{programme.ends or ''}"
        yield _miss(Condition.PROGRAMME_CLOSED, period, known.now.date())
    for proof in programme.proofs:
        if proof not in request.proofs:
            yield _miss(Condition.PROOF_MISSING, proof)
    if request.office is None and any(cap.scope == "office" for cap in programme.caps):
        yield Miss(condition=Condition.OFFICE_UNKNOWN)
    if not within(request.territory, programme.territories, known.parents):
        yield _miss(Condition.TERRITORY, programme.territories, request.territory)
    if programme.publics and request.public not in programme.publics:
        yield _miss(Condition.PUBLIC, programme.publics, request.public)


def device_misses(device: Device, request: str, known: Terms) -> Iterator[Miss]:
    """Yield what a person or the evidence holds against the device itself."""
    if device.id in known.forbidden_devices or (device.id, request) in known.forbidden_pairs:
        yield Miss(condition=Condition.DEVICE_FORBIDDEN)
    if not device.sanitised:
        yield Miss(condition=Condition.NOT_SANITISED)


def lot_misses(
    lot: Lot, kind: Kind, value: float | None, request: Request, known: Terms
) -> Iterator[Miss]:
    """Yield what the lot's decision, or the law it came under, holds against this request."""
    programme = known.programmes[request.programme]
    if lot.reserved_programmes and programme.id not in lot.reserved_programmes:
        yield _miss(Condition.LOT_PROGRAMME, lot.reserved_programmes, programme.id)
    if not within(request.territory, lot.territories, known.parents):
        yield _miss(Condition.LOT_TERRITORY, lot.territories, request.territory)
    if lot.reserved_publics and request.public not in lot.reserved_publics:
        yield _miss(Condition.LOT_PUBLIC, lot.reserved_publics, request.public)
    if lot.qpv_only and request.qpv is not True:
        yield _miss(Condition.LOT_QPV)
    yield from _recipient_misses(lot, request, programme, known.law)
    if lot.regime is Regime.CG3P:
        worth = value if value is not None else lot.unit_value_eur
        if worth is None or worth > known.law.unit_value_limit_eur:
            yield _miss(Condition.UNIT_VALUE, known.law.unit_value_limit_eur, worth)
    yield from _price_misses(lot, kind, programme, known.law)


def _recipient_misses(lot: Lot, request: Request, programme: Programme, law: Law) -> Iterator[Miss]:
    lawful = law.recipients if lot.regime is Regime.CG3P else tuple(Category)
    allowed = tuple(one for one in lot.recipients or lawful if one in lawful)
    bound = lot.regime is Regime.CG3P or bool(lot.recipients)
    taker = request.organisation_category or programme.operator_category
    if bound and taker not in allowed:
        yield _miss(Condition.LOT_RECIPIENT, allowed, taker)


def _price_misses(lot: Lot, kind: Kind, programme: Programme, law: Law) -> Iterator[Miss]:
    asked = programme.price.eur if programme.price is not None else {}
    if programme.price is None or not any(asked.values()):
        return
    if not lot.resale_allowed:
        yield _miss(Condition.RESALE)
    if lot.regime is not Regime.CG3P:
        return
    if programme.operator_category not in law.sellers:
        yield _miss(Condition.SELLER, law.sellers, programme.operator_category)
    limit, price = law.price_caps_eur.get(kind), asked.get(kind)
    if limit is None or price is None or price > limit:
        yield _miss(Condition.PRICE_CAP, limit, price)


def fit(device: Device, part: Part, programme: Programme) -> Eligible | Refused:
    """Say by which wish the device fills the part, or by how little it misses the nearest one."""
    refusals = []
    own = tuple(_programme_misses(device, programme))
    for rank, wish in enumerate(part.wishes):
        misses = own + tuple(_wish_misses(device, wish))
        if not misses:
            steps = over_specification(device, wish, programme)
            return Eligible(wish=rank, over_specification=steps)
        refusals.append(misses)
    return Refused(misses=min(refusals, key=len))


def as_if_fit(device: Device, part: Part, programme: Programme) -> Eligible:
    """Return by which wish the device would fill the part if it were mended to just reach it."""
    counted = [sum(1 for _ in _wish_misses(device, wish)) for wish in part.wishes]
    rank = counted.index(min(counted))
    steps = over_specification(device, part.wishes[rank], programme)
    return Eligible(wish=rank, over_specification=steps)


def _programme_misses(device: Device, programme: Programme) -> Iterator[Miss]:
    if programme.kinds and device.kind not in programme.kinds:
        yield _miss(Condition.PROGRAMME_KIND, programme.kinds, device.kind)
    for minimum in programme.minimums:
        yield from _minimum_misses(device, minimum)


def _wish_misses(device: Device, wish: Wish) -> Iterator[Miss]:
    if device.kind not in wish.kinds:
        yield _miss(Condition.KIND, wish.kinds, device.kind)
    yield from _minimum_misses(device, wish.minimum)


def _minimum_misses(device: Device, least: Minimum) -> Iterator[Miss]:
    if least.kinds and device.kind not in least.kinds:
        return
    if least.grade is not None and (
        device.grade is None or _HEIGHT[device.grade] < _HEIGHT[least.grade]
    ):
        yield _miss(Condition.GRADE, least.grade, device.grade)
    if device.kind in WITH_MEMORY:
        yield from _below(Condition.RAM, least.ram_mib, device.ram_mib)
        yield from _below(Condition.DISK, least.disk_gb, device.disk_gb)
    if device.kind in COMPUTERS:
        if least.solid_state and device.disk_kind not in SOLID:
            yield _miss(Condition.SOLID_STATE, "ssd", device.disk_kind)
        yield from _below(Condition.CPU_YEAR, least.cpu_year, device.cpu_year)
        if least.windows_11 and device.windows_11 is not True:
            yield _miss(Condition.WINDOWS_11)
    if device.kind in WITH_BATTERY:
        yield from _below(Condition.BATTERY, least.battery_percent, device.battery_percent)


def _below(condition: Condition, least: int | None, found: int | None) -> Iterator[Miss]:
    if least is not None and (found is None or found < least):
        yield _miss(condition, least, found)


def over_specification(device: Device, wish: Wish, programme: Programme) -> int:
    """Return by how many steps of memory, disk, grade and Windows 11 the device exceeds the need."""
    ram, disk, grade, windows_11 = _need((wish.minimum, *programme.minimums), device.kind)
    steps = max(0, bisect_right(RAM_BANDS_MIB, device.ram_mib or 0) - ram)
    steps += max(0, bisect_right(DISK_BANDS_GB, device.disk_gb or 0) - disk)
    steps += max(0, _HEIGHT[device.grade or Grade.D] - grade)
    return steps + int(device.windows_11 is True and not windows_11)


@lru_cache(maxsize=4096)
def _need(minimums: tuple[Minimum, ...], kind: Kind) -> tuple[int, int, int, bool]:
    """Return the bands of memory and disk, the height of the grade and whether Windows 11 is asked."""
    needs = [least for least in minimums if not least.kinds or kind in least.kinds]
    ram = max((least.ram_mib or 0 for least in needs), default=0)
    disk = max((least.disk_gb or 0 for least in needs), default=0)
    grade = max((_HEIGHT[least.grade or Grade.D] for least in needs), default=0)
    windows_11 = any(least.windows_11 for least in needs)
    return bisect_right(RAM_BANDS_MIB, ram), bisect_right(DISK_BANDS_GB, disk), grade, windows_11


@lru_cache(maxsize=4096, typed=True)
def _miss(condition: Condition, needed: object = "", found: object = None) -> Miss:
    return Miss(condition=condition, needed=_told(needed), found=_told(found))


def _told(value: object) -> str:
    """Return a value as it stands in the document, capped like every short text."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "|".join(_told(one) for one in value)[:256]
    return (f"{value:g}" if isinstance(value, float) else str(value))[:256]
