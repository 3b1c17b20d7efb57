"""What a workshop asks for: the erasure of one machine, or of any that its stick meets offline."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from rebond_schemas.erasure import Level
from rebond_schemas.statement import Moment
from rebond_schemas.text import Text


class ErasurePolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How drives are to be erased, and what is accepted as proof."""

    level: Level = Level.CLEAR
    """The least that is enough, in the words of NIST SP 800-88 and IEEE 2883."""
    firmware: bool = True
    """Let drives erase themselves where that reaches more than overwriting."""
    never_firmware: Annotated[tuple[Text, ...], Meta(max_length=64)] = ()
    """Parts of model names (any case) whose firmware is not to be trusted with it."""
    sample_percent: Annotated[float, Meta(gt=0, le=100)] = 10.0
    """Share of the drive read before and behind a firmware erasure; 100 reads all of it."""
    admit_ieee: bool = False
    """Take IEEE 2883's word where NIST SP 800-88 says less (enhanced security erase on flash)."""
    destroy: bool = False
    """The donor asks for destruction: what is erased is destroyed afterwards all the same."""


class WipeOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server's signed word; `run` None: for every machine that nothing else was said of."""

    format: Literal[1] = 1
    id: UUID
    site: UUID
    policy: ErasurePolicy
    issued: Moment
    stick: UUID | None = None
    run: UUID | None = None
    """The run whose inventory the server holds: the order is for that machine and that boot alone."""
    device: Text | None = None
    """Asset tag of that machine."""
    lot: Text | None = None
    unattended: bool = False
    """Its drives may be erased without a person who types their last characters."""


class OrderRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stick asks what is to be done with the machine of this run; None: only the default."""

    stick: UUID
    run: UUID | None = None
