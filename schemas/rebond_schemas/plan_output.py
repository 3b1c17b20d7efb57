"""What an allocation plan says: who gets which device, and why, in codes with their values."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from rebond_schemas.plan import Id, Instant, Number, Pin
from rebond_schemas.plan_law import Entry
from rebond_schemas.text import Name, Text

Fingerprint = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Condition(StrEnum):
    """What can stand between one device and one request, in the order in which it is looked at."""

    REQUEST_FORBIDDEN = "request_forbidden"
    FILE_INCOMPLETE = "file_incomplete"
    PROGRAMME_CLOSED = "programme_closed"
    PROOF_MISSING = "proof_missing"
    OFFICE_UNKNOWN = "office_unknown"
    TERRITORY = "territory"
    PUBLIC = "public"
    DEVICE_FORBIDDEN = "device_forbidden"
    NOT_SANITISED = "not_sanitised"
    LOT_PROGRAMME = "lot_programme"
    LOT_TERRITORY = "lot_territory"
    LOT_PUBLIC = "lot_public"
    LOT_QPV = "lot_qpv"
    LOT_RECIPIENT = "lot_recipient"
    UNIT_VALUE = "unit_value"
    RESALE = "resale"
    SELLER = "seller"
    PRICE_CAP = "price_cap"
    PROGRAMME_KIND = "programme_kind"
    KIND = "kind"
    GRADE = "grade"
    RAM = "ram"
    DISK = "disk"
    SOLID_STATE = "solid_state"
    CPU_YEAR = "cpu_year"
    WINDOWS_11 = "windows_11"
    BATTERY = "battery"


class Miss(Entry, frozen=True, kw_only=True):
    """One condition not met, what it asks and what was found ("" when nothing is known)."""

    condition: Condition
    needed: Text = ""
    found: Text = ""


class Why(StrEnum):
    """Why a request did not get all it asked for, in the order in which it is looked at."""

    NOT_ELIGIBLE = "not_eligible"
    NO_STOCK = "no_stock"
    HIGHER_TIER = "higher_tier"
    CAP = "cap"
    SHARE = "share"
    PIN = "pin"
    FAIRNESS = "fairness"
    MORE_SERVED = "more_served"
    TIE = "tie"


class Reason(Entry, frozen=True, kw_only=True):
    """One cause of a refusal. `rule` names the cap, share, tier, criterion or pin meant."""

    why: Why
    rule: Text = ""
    needed: Text = ""
    misses: tuple[Miss, ...] = ()
    device: Annotated[Id | None, Meta(description="of the class that misses least")] = None


class Outcome(Entry, frozen=True, kw_only=True):
    """What one request gets; `reasons` says for the rest what would have to give, all together."""

    request: Id
    asked: Number
    served: Number
    tier: int
    rank: Annotated[Number, Meta(description="place in the queue of its programme, from 1")]
    reasons: tuple[Reason, ...] = ()
    proven: Annotated[
        bool, Meta(description="each reason was tried: without them the request gets more")
    ] = False


class Assigned(Entry, frozen=True, kw_only=True):
    """One device for one request."""

    device: Id
    request: Id
    part: Name
    wish: Annotated[Number, Meta(description="which wish it satisfies, from 0")]
    over_specification: Number
    tier: int
    locked: bool = False
    kept: bool = False
    next_best: Annotated[
        Id | None, Meta(description="who would be next in line for this device")
    ] = None


class StageValue(Entry, frozen=True, kw_only=True):
    """One step of the published order and what it reached (`bound`: what was proven possible)."""

    name: Name
    value: tuple[float, ...]
    bound: tuple[float, ...]


class Conflict(Entry, frozen=True, kw_only=True):
    """A pin or a lock that could not be followed, or that breaks a rule, and which one."""

    pin: Pin
    misses: tuple[Miss, ...] = ()
    rules: tuple[Text, ...] = ()


class RulePrice(Entry, frozen=True, kw_only=True):
    """What one rule changes: units and requests served with it and without it."""

    rule: Text
    devices_moved: Number
    units_lost: int
    requests_lost: int


class PlanOutput(Entry, frozen=True, kw_only=True):
    """A plan, complete enough to be replayed and checked by others. It holds no measured time."""

    format: Literal[1] = 1
    made: Instant
    input_sha256: Fingerprint
    rules: Text
    law: Text
    seed: Number
    solver: Text
    optimal: bool
    stages: tuple[StageValue, ...]
    assignments: tuple[Assigned, ...]
    outcomes: tuple[Outcome, ...]
    conflicts: tuple[Conflict, ...] = ()
    prices: tuple[RulePrice, ...] = ()
