"""What an allocation plan is made from: one JSON document with everything the engine may know."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, field

from rebond_schemas.plan_law import Category, Entry, Euros, Kind, Law, Regime
from rebond_schemas.text import Name, Text

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Number = Annotated[int, Meta(ge=0, le=10_000_000)]
Instant = Annotated[datetime, Meta(tz=True)]
Tier = Annotated[int, Meta(ge=0, le=100)]
"""1 is served first."""


class Grade(StrEnum):
    """The grades that may leave the workshop, best first."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Territory(Entry, frozen=True, kw_only=True):
    """One place and the place that holds it."""

    id: Id
    parent: Id | None = None


class Minimum(Entry, frozen=True, kw_only=True):
    """The least a device must have; a value that is unknown on the device does not reach it."""

    kinds: Annotated[tuple[Kind, ...], Meta(description="it binds these kinds; empty: all")] = ()
    grade: Grade | None = None
    ram_mib: Number | None = None
    disk_gb: Number | None = None
    solid_state: bool = False
    cpu_year: Number | None = None
    windows_11: bool = False
    battery_percent: Number | None = None


class Device(Entry, frozen=True, kw_only=True):
    """One device in stock. `sanitised` is computed from evidence, never from a wish."""

    id: Id
    tag: Text
    kind: Kind
    lot: Id
    received: Instant
    sanitised: bool
    grade: Grade | None = None
    ram_mib: Number | None = None
    disk_gb: Number | None = None
    disk_kind: Literal["hdd", "ssd", "nvme", "emmc"] | None = None
    cpu_year: Number | None = None
    windows_11: bool | None = None
    battery_percent: Number | None = None
    unit_value_eur: Annotated[Euros | None, Meta(description="None: the lot's")] = None
    site: Text | None = None


class Base(StrEnum):
    """Of what a share is counted: what came in, what proved ready, or what leaves."""

    COLLECTED = "collected"
    READY = "ready"
    RELEASED = "released"


class Share(Entry, frozen=True, kw_only=True):
    """A part of a lot that a decision promises to a programme ("environ 20 %")."""

    id: Id
    programme: Id
    fraction: Annotated[float, Meta(ge=0, le=1)]
    base: Base = Base.READY
    tolerance: Annotated[Number, Meta(description="devices")] = 1
    kinds: Annotated[tuple[Kind, ...], Meta(description="empty: all")] = ()
    collected: Annotated[Number | None, Meta(description="needed by base collected")] = None
    ready: Annotated[
        Number | None,
        Meta(description="devices that reached ready, released ones too; None: counted here"),
    ] = None
    released: Annotated[Number, Meta(description="left the lot before this plan")] = 0
    given: Annotated[Number, Meta(description="of these, to the programme")] = 0
    source: Text | None = None


class Lot(Entry, frozen=True, kw_only=True):
    """Devices that came together; its decision may be stricter than the law, and then wins."""

    id: Id
    regime: Regime
    name: Text | None = None
    unit_value_eur: Euros | None = None
    resale_allowed: bool = False
    recipients: Annotated[tuple[Category, ...], Meta(description="empty: as the law says")] = ()
    reserved_publics: Annotated[tuple[Name, ...], Meta(description="empty: all")] = ()
    qpv_only: bool = False
    reserved_programmes: Annotated[tuple[Id, ...], Meta(description="empty: all")] = ()
    territories: Annotated[tuple[Id, ...], Meta(description="empty: everywhere")] = ()
    shares: tuple[Share, ...] = ()
    source: Text | None = None


class Scope(StrEnum):
    """For whom a cap is counted."""

    TOTAL = "total"
    ORGANISATION = "organisation"
    OFFICE = "office"
    PERSON = "person"


class Cap(Entry, frozen=True, kw_only=True):
    """At most so many devices, in all or for each organisation, office or person, in a period."""

    id: Id
    limit: Number
    scope: Scope = Scope.TOTAL
    kinds: Annotated[tuple[Kind, ...], Meta(description="empty: all")] = ()
    starts: date | None = None
    ends: Annotated[date | None, Meta(description="last day included")] = None
    used: Annotated[
        dict[str, Number], Meta(description='so far, by organisation…; in all under ""')
    ] = field(default_factory=dict)
    source: Text | None = None


class Target(Entry, frozen=True, kw_only=True):
    """How many a programme promised by a day; it informs, it does not bind."""

    count: Number
    ends: date
    kinds: tuple[Kind, ...] = ()
    reached: Number = 0


class Price(Entry, frozen=True, kw_only=True):
    """Free when empty; else what the programme asks for each kind, in euros TTC."""

    eur: dict[Kind, Euros] = field(default_factory=dict)


class Programme(Entry, frozen=True, kw_only=True):
    """Who may receive what, and how many."""

    id: Id
    tier: Tier
    name: Text | None = None
    operator_category: Category | None = None
    qpv_tier: Annotated[Tier | None, Meta(description="tier of its requests from a QPV")] = None
    territories: Annotated[tuple[Id, ...], Meta(description="empty: everywhere")] = ()
    publics: Annotated[tuple[Name, ...], Meta(description="empty: all")] = ()
    kinds: Annotated[tuple[Kind, ...], Meta(description="empty: all")] = ()
    minimums: tuple[Minimum, ...] = ()
    price: Price | None = None
    caps: tuple[Cap, ...] = ()
    targets: tuple[Target, ...] = ()
    proofs: Annotated[tuple[Name, ...], Meta(description="each request must show them")] = ()
    starts: date | None = None
    ends: Annotated[date | None, Meta(description="last day included")] = None
    source: Text | None = None


class Wish(Entry, frozen=True, kw_only=True):
    """One way to satisfy a part: any of these kinds, if they reach the minimum."""

    kinds: Annotated[tuple[Kind, ...], Meta(min_length=1)]
    minimum: Minimum = Minimum()


class Part(Entry, frozen=True, kw_only=True):
    """One thing a unit is made of; the wishes stand in order of preference."""

    name: Name = "device"
    wishes: Annotated[tuple[Wish, ...], Meta(min_length=1)]


class Request(Entry, frozen=True, kw_only=True):
    """Units wanted by an organisation or by one pseudonymous person.

    One part: a unit is a device. Several parts: a kit, all parts or nothing.
    """

    id: Id
    programme: Id
    quantity: Annotated[Number, Meta(description="units still owed, locked ones included")]
    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=8)]
    completed: Annotated[Instant | None, Meta(description="when the file was complete")] = None
    lottery: Number = 0
    organisation: Id | None = None
    organisation_category: Annotated[
        Category | None, Meta(description="None: a person, through the programme's operator")
    ] = None
    person: Id | None = None
    office: Id | None = None
    territory: Id | None = None
    qpv: bool | None = None
    public: Name | None = None
    proofs: tuple[Name, ...] = ()
    tier: Annotated[Tier | None, Meta(description="instead of the programme's")] = None


class Hold(StrEnum):
    """What a person decided about a device, a request, or both."""

    PIN = "pin"
    FORBID = "forbid"
    LOCK = "lock"


class Pin(Entry, frozen=True, kw_only=True):
    """A person's decision that the plan works around; a lock names a device and a request."""

    hold: Hold
    reason: Text
    device: Id | None = None
    request: Id | None = None


class Proposed(Entry, frozen=True, kw_only=True):
    """One line of the proposal that stands now; a new plan changes as few of them as it can."""

    device: Id
    request: Id


class Criterion(StrEnum):
    """The published order. Pins and floors stand before it, files and lottery after it."""

    TIERS = "tiers"
    FILL = "fill"
    WISH = "wish"
    OVER_SPECIFICATION = "over_specification"
    CHANGE = "change"


class PlanInput(Entry, frozen=True, kw_only=True):
    """Everything a plan depends on, besides the moment at which it is made."""

    format: Literal[1] = 1
    rules: Text = "demonstration"
    seed: Number = 0
    law: Law = Law()
    criteria: tuple[Criterion, ...] = tuple(Criterion)
    territories: tuple[Territory, ...] = ()
    lots: tuple[Lot, ...] = ()
    programmes: tuple[Programme, ...] = ()
    requests: tuple[Request, ...] = ()
    devices: tuple[Device, ...] = ()
    pins: tuple[Pin, ...] = ()
    proposal: tuple[Proposed, ...] = ()
