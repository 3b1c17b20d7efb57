"""What a workshop asks to be read once more. It is no wipe order: nothing in it can start a write."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from rebond_schemas.fact import Bytes, Count
from rebond_schemas.facts import DriveIdentity
from rebond_schemas.statement import Moment
from rebond_schemas.text import Text

MOST_DRIVES = 64


class ReadAgain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One drive, and what its erasure left there."""

    drive: DriveIdentity
    size_bytes: Bytes
    action: Literal["read_back", "canary_read"]
    """`read_back`: every byte holds the pattern. `canary_read`: not one canary may still be found."""
    pattern: Literal["zeros", "aes_256_ctr"]
    key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    sample_seed: Annotated[str, Meta(pattern="^[0-9a-f]{1,64}$")] | None = None
    """What the places of the canaries were drawn from."""
    not_by: Text | None = None
    """Who erased it: somebody else has to read. None: that is not known."""


class ReadOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server's signed word for one stick and one run; signed as a type of its own."""

    format: Literal[1] = 1
    id: UUID
    site: UUID
    stick: UUID
    run: UUID
    issued: Moment
    device: Text | None = None
    drives: Annotated[tuple[ReadAgain, ...], Meta(max_length=MOST_DRIVES)] = ()
    same_stick: Count = 0
    """Drives of this machine that wait for a second read by another stick than this one."""
