"""What every group of facts is made of: its base and its units."""

from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Percent = Annotated[float, Meta(ge=0, le=1000)]
Bytes = Annotated[int, Meta(ge=0, le=2**63 - 1, description="bytes")]


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every group of facts: immutable, closed, every value optional unless it names it."""
