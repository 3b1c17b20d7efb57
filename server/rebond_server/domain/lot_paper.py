"""What the papers of a lot say: its erasures, a transfer, its reuse. Kept as they were printed."""

import hashlib
from datetime import date, datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from rebond_schemas.erasure import Level, Method
from rebond_server.domain.reuse import Row


class PaperKind(StrEnum):
    """Which paper."""

    ERASURE = "erasure"
    TRANSFER = "transfer"
    REUSE = "reuse"


class Evidence(StrEnum):
    """What a drive's erasure rests on, the strongest first."""

    READ_WHOLE = "read_whole"
    """Every addressable byte was read back."""
    READ_SAMPLE = "read_sample"
    """The drive's own answer, canaries gone, and places drawn by lot read back."""
    WITNESSES = "witnesses"
    """Two people's word; nothing was read."""


class LotDrive(Struct, frozen=True, kw_only=True):
    """One drive with proof."""

    tag: str
    model: str | None
    serial: str | None
    size_bytes: int | None
    level: Level | None
    """None: two people's word reaches no level."""
    method: Method | None
    evidence: Evidence
    limits: tuple[str, ...]
    before: datetime
    """When the server received the statement, or the second person spoke."""
    sha256: str | None
    """Of the signed statement."""


class Unproven(Struct, frozen=True, kw_only=True):
    """What the paper does not vouch for: a drive, or a device of which no drive is known."""

    tag: str
    name: str
    serial: str | None
    why: str
    """In French."""


class Head(Struct, frozen=True, kw_only=True):
    """What stands on every paper."""

    number: str
    workshop: str
    issued: datetime
    issued_by: str
    lot: str
    lot_name: str
    donor: str | None
    agreement: str | None


class LotErasure(Struct, frozen=True, kw_only=True):
    """The erasure certificate of a whole lot."""

    head: Head
    received: int
    whole: int
    """Devices of which every drive is proven."""
    no_medium: int
    """Devices that cannot hold data."""
    drives: tuple[LotDrive, ...]
    unproven: tuple[Unproven, ...]


class Moved(Struct, frozen=True, kw_only=True):
    """One device of a transfer."""

    tag: str
    kind: str
    name: str
    serial: str | None
    state: str
    origin: str | None
    data: bool | None
    """Whether somebody's data may be on it; None: it cannot hold any."""


class Transfer(Struct, frozen=True, kw_only=True):
    """The note that goes with devices from one site to another."""

    head: Head
    destination: str
    destination_name: str
    carrier: str
    devices: tuple[Moved, ...]


class Reuse(Struct, frozen=True, kw_only=True):
    """The donor's figure of one year."""

    head: Head
    year: int
    until: date
    """The last day that was counted."""
    rows: tuple[Row, ...]


LotPaper = LotErasure | Transfer | Reuse


def fingerprint_of(said: LotPaper) -> str:
    """Return the SHA-256 of all that a paper says."""
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def short_of(said: LotErasure) -> dict[str, object]:
    """Return what the QR code of a lot's certificate says: figures, and the hash of the whole."""
    head = said.head
    seen = sum(one.evidence is Evidence.WITNESSES for one in said.drives)
    return {
        "n": head.number,
        "w": head.workshop[:60],
        "d": head.issued.strftime("%Y-%m-%dT%H:%MZ"),
        "l": head.lot[:40],
        "c": [said.received, len(said.drives) - seen, seen, len(said.unproven)],
        "h": fingerprint_of(said),
    }
