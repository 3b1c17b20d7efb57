"""A newer agent for sticks: what it is, who vouches for it, and how a stick asks for it."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from rebond_schemas.statement import Sha256
from rebond_schemas.text import Text

PART_BYTES = 2**20
LARGEST_BYTES = 64 * 2**20
"""Of the agent's layer; it has about 15 MB."""


class AgentBuild(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One build of the agent, as scripts/build-stick writes it into the layer."""

    version: Text
    built: Annotated[int, Meta(ge=0)]
    """SOURCE_DATE_EPOCH of the build: what is greater is newer."""
    base: Sha256
    """The base system that it was built upon, and runs on: SHA-256 of base.squashfs."""


class AgentOffer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The workshop's signed word that its sticks may run these bytes (a squashfs)."""

    format: Literal[1] = 1
    site: UUID
    build: AgentBuild
    sha256: Sha256
    size_bytes: Annotated[int, Meta(gt=0, le=LARGEST_BYTES)]


class AgentQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stick tells what it runs and asks for something newer, or for a part of what it was offered."""

    stick: UUID
    running: AgentBuild
    part: Sha256 | None = None
    """None: what is there? Else the bytes of this offer, from `offset` on."""
    offset: Annotated[int, Meta(ge=0)] = 0
