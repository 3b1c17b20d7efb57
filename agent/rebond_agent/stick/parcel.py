"""A parcel in the outbox: its file, and what must fit before it is believed."""

import re
from pathlib import Path
from uuid import UUID

from rebond_schemas.parcel import Parcel, Torn, read, signed_by

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_name = re.compile(rf"([0-9]{{10,16}})-({_UUID})\.statement(?:\.[0-9]+)?")

RECEIPT = ".receipt"
"""Ending of a receipt that the server's own computer wrote beside its statement."""


def unpacked(public: str, name: str, content: bytes) -> Parcel:
    """Return the parcel in this file of the stick with this key, or raise Torn with what does not fit."""
    parcel = read(content)
    if not signed_by(parcel, public):
        raise Torn("its signature is not this stick's")
    if name != parcel.file_name:
        raise Torn("its file name names another statement")
    return parcel


def numbered(path: Path) -> tuple[int, UUID] | None:
    """Return the sequence and statement id in a file's name, or None for another file."""
    match = _name.fullmatch(path.name)
    return (int(match[1]), UUID(match[2])) if match else None
