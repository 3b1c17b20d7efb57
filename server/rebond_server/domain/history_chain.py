"""What one line of history hashes to: canonical bytes, each naming the hash of the line before."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct


class Record(Struct, frozen=True, kw_only=True):
    """The closed fields of one event that its hash covers; ids stand for people, never names."""

    format: int = 1
    site_id: UUID
    sequence: int
    """1, 2, 3… within one workshop."""
    previous_sha256: str | None
    """None for the first line."""
    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    verb: str
    subject_kind: str
    subject_id: UUID
    old: str | None
    new: str | None
    reason: str | None
    details: dict[str, Any]


def canonical(record: Record) -> bytes:
    """Return the record as JSON with sorted keys, no spaces, UTF-8, shortest numbers, times in UTC.

    In the manner of RFC 8785; keys are sorted by code point, which for our own ASCII keys is the same.
    """
    return msgspec.json.encode(record, order="sorted")


def link(record: Record) -> str:
    """Return the SHA-256 by which the next line will name this one."""
    return hashlib.sha256(canonical(record)).hexdigest()
