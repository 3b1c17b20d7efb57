"""What stick and server say to each other around the statements."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from rebond_schemas.statement import Sha256
from rebond_schemas.text import Text

PublicKey = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="raw Ed25519 key, hex")]


class EnrolmentRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stick asks to be known, with the one-time code that the lead was shown."""

    code: Text
    name: Text
    public_key: PublicKey


class EnrolmentAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server's answer: who the stick is from now on, and whom to believe."""

    stick: UUID
    site: UUID
    site_name: Text
    server_public_key: PublicKey
    sealing_key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="raw X25519 key, hex")]
    """What statements are sealed for."""
    at: Annotated[datetime, Meta(tz=True)]


class Receipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server's signed word that it holds these very bytes."""

    statement: UUID
    sha256: Sha256
    site: UUID
    stick: UUID
    received: Annotated[datetime, Meta(tz=True)]
    device: Text | None = None
    """Asset tag of the device the statement was filed under."""


class Arrived(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many bytes of a parcel that comes in parts the server holds."""

    offset: Annotated[int, Meta(ge=0)]


class Refusal(Struct, frozen=True, kw_only=True):
    """Why the server refused, in a sentence a person can act on."""

    error: Text
    message: Text
