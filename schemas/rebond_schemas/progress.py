"""What a bench tells while it works. Nothing is proven by it: the statement comes afterwards."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from rebond_schemas.fact import Bytes, Count
from rebond_schemas.text import Name, Text


class DriveProgress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the work on one drive has come."""

    path: Text
    model: Text | None = None
    serial: Text | None = None
    step: Count = 0
    """Counted from 1; 0: not begun."""
    steps: Count = 0
    action: Name | None = None
    bytes_done: Bytes = 0
    bytes_total: Bytes = 0
    bytes_per_second: float | None = None
    eta_seconds: float | None = None
    """Until the end of the last step."""
    fault_count: Count = 0
    mismatch_count: Count = 0
    celsius: float | None = None
    """The drive's temperature, where it tells one."""
    paused: bool = False
    """A person has the work stand still."""
    ending: Name | None = None
    """How it ended, as the agent saw it; None: under way."""


class BenchProgress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One machine on the bench."""

    stick: UUID
    run: UUID
    number: Count
    """Grows with each word of this run: an older word that comes late is dropped."""
    asset_tag: Text | None = None
    machine: Text | None = None
    """Maker and model, as people call it."""
    needs: Text | None = None
    """What a person has to do, in the stick's language; None: nothing."""
    drives: Annotated[tuple[DriveProgress, ...], Meta(max_length=256)] = ()


class ProgressAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When to tell more: many benches tell less often each."""

    seconds: Annotated[float, Meta(ge=0.2, le=600)]
