r"""The outbox file: one header line that checks itself, then exactly the bytes that were signed.

`REBOND1 <statement id> <sequence> <length> <sha256> <signature>\n<raw statement>`
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rebond_schemas.codec import Unreadable, decode
from rebond_schemas.signing import STATEMENT_TYPE, public_key, sign, verified
from rebond_schemas.statement import AnyStatement

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_header = re.compile(
    rb"REBOND1 ("
    + _UUID.encode()
    + rb") ([1-9][0-9]{0,15}) ([0-9]{1,9}) ([0-9a-f]{64}) ([0-9a-f]{128})\n"
)
_name = re.compile(rf"([0-9]{{10,16}})-({_UUID})\.statement(?:\.[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One signed statement, ready to be sent as it is."""

    statement: UUID
    sequence: int
    sha256: str
    signature: str
    raw: bytes

    @property
    def file_name(self) -> str:
        """Name in the outbox: sorts in the order of sending."""
        return f"{self.sequence:010}-{self.statement}.statement"


class Torn(ValueError):
    """The file is not what was written: torn, edited, or another stick's."""


def pack(private: bytes, statement: AnyStatement, raw: bytes) -> Parcel:
    """Sign the raw bytes of a statement."""
    return Parcel(
        statement=statement.id,
        sequence=statement.sequence,
        sha256=hashlib.sha256(raw).hexdigest(),
        signature=sign(private, STATEMENT_TYPE, raw),
        raw=raw,
    )


def written(parcel: Parcel) -> bytes:
    """Return the content of the parcel's file."""
    header = (
        f"REBOND1 {parcel.statement} {parcel.sequence} {len(parcel.raw)} "
        f"{parcel.sha256} {parcel.signature}\n"
    )
    return header.encode("ascii") + parcel.raw


def unpacked(private: bytes, name: str, content: bytes) -> Parcel:
    """Return the parcel in this file, or raise Torn with what does not fit."""
    header = _header.match(content)
    if header is None:
        raise Torn("its first line is damaged")
    raw = content[header.end() :]
    statement, sequence, length, sha256, signature = (part.decode() for part in header.groups())
    if len(raw) != int(length):
        raise Torn(f"{len(raw)} bytes instead of {length}")
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise Torn("its content does not fit its checksum")
    if not verified(public_key(private), STATEMENT_TYPE, raw, signature):
        raise Torn("its signature is not this stick's")
    parcel = Parcel(
        statement=UUID(statement),
        sequence=int(sequence),
        sha256=sha256,
        signature=signature,
        raw=raw,
    )
    _check_meaning(parcel, name)
    return parcel


def numbered(path: Path) -> tuple[int, UUID] | None:
    """Return the sequence and statement id in a file's name, or None for another file."""
    match = _name.fullmatch(path.name)
    return (int(match[1]), UUID(match[2])) if match else None


def _check_meaning(parcel: Parcel, name: str) -> None:
    """Hold the header, which is not signed, against the bytes, which are."""
    try:
        statement = decode(parcel.raw)
    except Unreadable as error:
        raise Torn(str(error)) from error
    if (statement.id, statement.sequence) != (parcel.statement, parcel.sequence):
        raise Torn("its first line names another statement")
    if name != parcel.file_name:
        raise Torn("its file name names another statement")
