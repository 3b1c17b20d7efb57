"""The statements a stick makes: one envelope, three kinds, told apart by `kind`."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from rebond_schemas.erasure import Ending, HiddenArea, Level, Method, Pass
from rebond_schemas.fact import Bytes, Count
from rebond_schemas.facts import DriveIdentity, Facts, Source
from rebond_schemas.inspection import Check
from rebond_schemas.smart import Smart
from rebond_schemas.text import Name, Text

FORMAT = 1
"""The integer version of the format; another number is refused, never guessed at."""

EVIDENCE_LIMIT = 256 * 1024
"""Bytes kept of one tool's output; `size_bytes` and `sha256` speak of the whole."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[datetime, Meta(tz=True)]


class Clock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment as the agent knows it. The wall clock is data, not truth: CMOS batteries die."""

    wall: Moment
    monotonic_ns: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    boot_id: Text
    anchor: Moment | None = None
    """The last time a server told this stick, from its latest receipt."""


class Agent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The program that made the statement."""

    name: Text
    version: Text


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Raw output of one tool or the raw content of one file, whatever bytes it holds."""

    name: Name
    command: tuple[Text, ...]
    outcome: Literal["ok", "failed", "missing", "timeout"]
    exit_status: int | None = None
    content: Annotated[bytes, Meta(max_length=EVIDENCE_LIMIT)]
    size_bytes: Bytes
    sha256: Sha256


class ProbeFailure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A probe that could not answer: data in the statement, never an exception."""

    probe: Name
    reason: Text


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every statement carries, whatever it says."""

    format: Literal[1]
    id: UUID
    run: UUID
    site: UUID
    stick: UUID
    sequence: Annotated[int, Meta(ge=1, le=2**53)]
    previous: Sha256 | None
    """SHA-256 of the stick's previous statement; None only for its first."""
    made: Clock
    agent: Agent
    order: Text | None = None
    """Nonce of the wipe order that asked for this run."""
    asset_tag: Text | None = None
    """The label scanned by the technician."""
    medium: Annotated[str, Meta(pattern="^([0-9a-f]{16}|-)\\.([0-9a-f]{16}|-)$")] | None = None
    """Digests of what the stick is made of: its drive, and its place there; `-`: not known."""
    evidence: Annotated[tuple[Evidence, ...], Meta(max_length=512)] = ()


class Inventory(Statement, frozen=True, kw_only=True, tag="inventory"):
    """What the machine is."""

    facts: Facts
    sources: dict[Name, Source] = {}
    """For a dotted path in the facts: the longest path that fits tells the source of a value."""
    failures: Annotated[tuple[ProbeFailure, ...], Meta(max_length=256)] = ()


class Erasure(Statement, frozen=True, kw_only=True, tag="erasure"):
    """What was done to one drive."""

    drive: DriveIdentity
    path: Text
    method: Method
    level: Level | None = None
    """The level asked for; what was reached is the server's verdict."""
    ending: Ending
    reason: Text | None = None
    size_bytes: Bytes | None = None
    native_size_bytes: Bytes | None = None
    hidden_area: HiddenArea = HiddenArea.UNKNOWN
    identity_checked: bool = False
    """Identity was read again through the open descriptor just before the first write."""
    resumed: Count = 0
    passes: Annotated[tuple[Pass, ...], Meta(max_length=32)] = ()
    started: Clock
    ended: Clock
    seconds: Annotated[float, Meta(ge=0)]
    smart_before: Smart | None = None
    smart_after: Smart | None = None
    operator: Text | None = None


class Inspection(Statement, frozen=True, kw_only=True, tag="inspection"):
    """What was tested."""

    checks: Annotated[tuple[Check, ...], Meta(max_length=128)]


AnyStatement = Inventory | Erasure | Inspection
