"""Small random plan inputs: every rule appears, and most of them bind."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from rebond_schemas.plan import (
    Base,
    Cap,
    Device,
    Grade,
    Hold,
    Lot,
    Minimum,
    Part,
    Pin,
    PlanInput,
    Price,
    Programme,
    Proposed,
    Request,
    Scope,
    Share,
    Territory,
    Wish,
)
from rebond_schemas.plan_law import Category, Kind, Regime

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PLACES = (
    Territory(id="metropole"),
    Territory(id="ct1", parent="metropole"),
    Territory(id="ct2", parent="metropole"),
)


def case(seed: int) -> PlanInput:
    """Return a tiny input: up to 6 devices, 4 requests, 3 programmes."""
    random = Random(seed)  # noqa: S311 - test data
    programmes = tuple(_programme(random, f"p{n}") for n in range(random.randint(1, 3)))
    lots = (_lot(random, "l0", programmes), _lot(random, "l1", programmes))
    devices = tuple(_device(random, f"d{n}") for n in range(random.randint(2, 6)))
    requests = tuple(_request(random, f"r{n}", programmes) for n in range(random.randint(1, 4)))
    return PlanInput(
        seed=seed,
        territories=PLACES,
        lots=lots,
        programmes=programmes,
        requests=requests,
        devices=devices,
        pins=_pins(random, devices, requests),
        proposal=tuple(
            Proposed(device=device.id, request=random.choice(requests).id)
            for device in devices
            if random.random() < 0.2
        ),
    )


def _programme(random: Random, name: str) -> Programme:
    caps = []
    if random.random() < 0.4:
        scope = random.choice(list(Scope))
        used = {"": 1, "o0": 1} if random.random() < 0.3 else {}
        kinds = (Kind.LAPTOP,) if random.random() < 0.3 else ()
        cap = Cap(id="c", limit=random.randint(0, 3), scope=scope, used=used, kinds=kinds)
        caps.append(cap)
    if random.random() < 0.1:
        caps.append(Cap(id="old", limit=0, ends=date(2025, 12, 31)))
    least = Minimum(ram_mib=8192) if random.random() < 0.1 else Minimum()
    return Programme(
        id=name,
        tier=random.choice((1, 1, 2)),
        qpv_tier=1 if random.random() < 0.2 else None,
        operator_category=random.choice(
            (None, Category.ESUS, Category.GENERAL_INTEREST_ASSOCIATION)
        ),
        territories=("ct1",) if random.random() < 0.1 else (),
        publics=("student", "family") if random.random() < 0.1 else (),
        minimums=(least,),
        price=Price(eur={Kind.LAPTOP: 90.0}) if random.random() < 0.1 else None,
        caps=tuple(caps),
        starts=date(2027, 1, 1) if random.random() < 0.02 else None,
    )


def _lot(random: Random, name: str, programmes: tuple[Programme, ...]) -> Lot:
    shares = ()
    if random.random() < 0.4:
        shares = (
            Share(
                id=f"s-{name}",
                programme=random.choice(programmes).id,
                fraction=random.choice((0.2, 0.34, 0.5, 1.0)),
                base=random.choice(list(Base)),
                tolerance=random.choice((0, 0, 1)),
                collected=random.randint(0, 8),
                released=(gone := random.choice((0, 0, 3))),
                given=random.randint(0, gone),
            ),
        )
    public = random.random() < 0.2
    return Lot(
        id=name,
        regime=Regime.CG3P if public else Regime.PRIVATE,
        unit_value_eur=random.choice((100.0, 300.0, 301.0)) if public else None,
        resale_allowed=random.random() < 0.5,
        reserved_publics=("student",) if random.random() < 0.1 else (),
        qpv_only=random.random() < 0.1,
        reserved_programmes=(random.choice(programmes).id,) if random.random() < 0.1 else (),
        shares=shares,
    )


def _device(random: Random, name: str) -> Device:
    kind = random.choice(
        (Kind.LAPTOP, Kind.LAPTOP, Kind.LAPTOP, Kind.LAPTOP, Kind.DESKTOP, Kind.KEY_4G)
    )
    return Device(
        id=name,
        tag=name.upper(),
        kind=kind,
        lot=random.choice(("l0", "l0", "l1")),
        received=NOW - timedelta(days=random.randint(1, 4)),
        sanitised=random.random() < 0.9,
        grade=random.choice((Grade.A, Grade.B, Grade.C, None)),
        ram_mib=random.choice((4096, 8192, 8192, 16384, None)),
    )


def _request(random: Random, name: str, programmes: tuple[Programme, ...]) -> Request:
    least = Minimum(
        ram_mib=random.choice((None, None, None, 8192)),
        grade=random.choice((None, None, None, Grade.B)),
    )
    wishes = [Wish(kinds=(Kind.LAPTOP,), minimum=least)]
    if random.random() < 0.5:
        wishes.append(Wish(kinds=(Kind.DESKTOP, Kind.LAPTOP)))
    parts = [Part(wishes=tuple(wishes))]
    if random.random() < 0.25:
        parts.append(Part(name="key", wishes=(Wish(kinds=(Kind.KEY_4G,)),)))
    return Request(
        id=name,
        programme=random.choice(programmes).id,
        quantity=random.randint(1, 3),
        parts=tuple(parts),
        completed=None if random.random() < 0.04 else NOW - timedelta(days=random.randint(0, 3)),
        lottery=random.randint(0, 5),
        organisation=random.choice(("o0", "o1", None)),
        organisation_category=random.choice((None, None, Category.ESUS, Category.PUBLIC_BODY)),
        person=random.choice(("x0", None)),
        office=random.choice(("f0", "f1", "f1")),
        territory=random.choice(("ct1", "ct2", None)),
        qpv=random.choice((True, False, None)),
        public=random.choice(("student", "family", "elderly")),
    )


def _pins(
    random: Random, devices: tuple[Device, ...], requests: tuple[Request, ...]
) -> tuple[Pin, ...]:
    pins = {}
    if random.random() < 0.4:
        for _ in range(random.randint(1, 2)):
            hold = random.choice(list(Hold))
            device: str | None = random.choice(devices).id
            request: str | None = random.choice(requests).id
            if hold is Hold.FORBID and random.random() < 0.5:
                device, request = random.choice(((device, None), (None, request)))
            if hold is Hold.PIN and random.random() < 0.3:
                device = None
            key = device if hold is Hold.LOCK else (hold, device, request)
            pins[key] = Pin(hold=hold, device=device, request=request, reason="décidé")
    return tuple(pins.values())
