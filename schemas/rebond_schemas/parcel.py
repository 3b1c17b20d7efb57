r"""How a statement travels and waits: one line that can be checked, then the sealed statement.

`REBOND2 <stick> <statement> <sequence> <length> <sha256 sealed> <sha256 statement> <signature of the
statement> <signature of this line up to here>\n<sealed statement>`

Whoever finds it learns which stick made how many statements, and nothing of what they say.
A long one is sent in parts: `REBONDPART1 <stick> <sha256 of the parcel> <its length> <offset>
<length> <sha256 of these bytes> <signature of this line up to here>\n<bytes>`.
"""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from rebond_schemas.sealing import seal
from rebond_schemas.signing import PARCEL_TYPE, PART_TYPE, STATEMENT_TYPE, sign, verified

LARGEST = 2 * 1024 * 1024 + 64 * 1024
"""Bytes of a parcel: the largest statement, its tags, its line."""
PART_BYTES = 128 * 1024
"""Bytes sent at once of a longer parcel; a cut costs no more than these."""

_UUID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_HASH, _SIGNATURE = rb"[0-9a-f]{64}", rb"[0-9a-f]{128}"
_NUMBER, _LENGTH = rb"[1-9][0-9]{0,15}", rb"(?:0|[1-9][0-9]{0,8})"
_parcel = re.compile(
    rb"(REBOND2 (%(u)s) (%(u)s) (%(n)s) (%(l)s) (%(h)s) (%(h)s) (%(s)s)) (%(s)s)\n"
    % {b"u": _UUID, b"n": _NUMBER, b"l": _LENGTH, b"h": _HASH, b"s": _SIGNATURE}
)
_part = re.compile(
    rb"(REBONDPART1 (%(u)s) (%(h)s) (%(l)s) (%(l)s) (%(l)s) (%(h)s)) (%(s)s)\n"
    % {b"u": _UUID, b"l": _LENGTH, b"h": _HASH, b"s": _SIGNATURE}
)


class Torn(ValueError):
    """The bytes are not what was written: torn, edited, or somebody else's."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One signed and sealed statement, as it waits and as it is sent."""

    stick: UUID
    statement: UUID
    sequence: int
    sha256: str
    """Of the statement itself, as the receipt will name it."""
    signature: str
    """Of the statement itself, as the server keeps it."""
    line_signature: str
    sealed: bytes

    @property
    def file_name(self) -> str:
        """Name in the outbox: sorts in the order of sending."""
        return f"{self.sequence:010}-{self.statement}.statement"

    @property
    def told(self) -> bytes:
        """What the line says, without its own signature."""
        return (
            f"REBOND2 {self.stick} {self.statement} {self.sequence} {len(self.sealed)} "
            f"{hashlib.sha256(self.sealed).hexdigest()} {self.sha256} {self.signature}"
        ).encode("ascii")

    @property
    def content(self) -> bytes:
        """The bytes of the file, which are also those that travel."""
        return self.told + b" " + self.line_signature.encode("ascii") + b"\n" + self.sealed


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some bytes of a longer parcel; none at all asks how many have arrived."""

    stick: UUID
    parcel: str
    """SHA-256 of the whole."""
    total: int
    offset: int
    data: bytes


def pack(
    private: bytes, recipient: bytes, raw: bytes, *, stick: UUID, statement: UUID, sequence: int
) -> Parcel:
    """Sign the bytes of a statement and seal them for the server."""
    sealed = seal(recipient, raw)
    unsigned = Parcel(
        stick=stick,
        statement=statement,
        sequence=sequence,
        sha256=hashlib.sha256(raw).hexdigest(),
        signature=sign(private, STATEMENT_TYPE, raw),
        line_signature="",
        sealed=sealed,
    )
    return Parcel(
        **{
            **unsigned.__dict__,
            "line_signature": sign(private, PARCEL_TYPE, unsigned.told),
        }
    )


def read(content: bytes) -> Parcel:
    """Return the parcel in these bytes, or raise Torn; whose it is, `signed_by` says."""
    head = _parcel.match(content)
    if head is None:
        raise Torn("its first line is damaged")
    _, stick, statement, sequence, length, sealed_hash, sha256, signature, line = (
        part.decode() for part in head.groups()
    )
    sealed = content[head.end() :]
    if len(sealed) != int(length):
        raise Torn(f"{len(sealed)} bytes instead of {length}")
    if hashlib.sha256(sealed).hexdigest() != sealed_hash:
        raise Torn("its content does not fit its checksum")
    return Parcel(
        stick=UUID(stick),
        statement=UUID(statement),
        sequence=int(sequence),
        sha256=sha256,
        signature=signature,
        line_signature=line,
        sealed=sealed,
    )


def signed_by(parcel: Parcel, public: str) -> bool:
    """Tell whether the stick with this key wrote the line, and so chose what is sealed."""
    return verified(public, PARCEL_TYPE, parcel.told, parcel.line_signature)


def part(private: bytes, stick: UUID, content: bytes, offset: int | None) -> bytes:
    """Return the next part of a parcel as it travels; None: only ask how many bytes have arrived."""
    data = b"" if offset is None else content[offset : offset + PART_BYTES]
    told = (
        f"REBONDPART1 {stick} {hashlib.sha256(content).hexdigest()} {len(content)} "
        f"{offset or 0} {len(data)} {hashlib.sha256(data).hexdigest()}"
    ).encode("ascii")
    return told + b" " + sign(private, PART_TYPE, told).encode("ascii") + b"\n" + data


def read_part(content: bytes) -> tuple[Part, bytes, str]:
    """Return the part, what its line says and that line's signature; raise Torn."""
    head = _part.match(content)
    if head is None:
        raise Torn("its first line is damaged")
    told, *words, signature = head.groups()
    stick, parcel, total, offset, length, sha256 = (word.decode() for word in words)
    data = content[head.end() :]
    if len(data) != int(length) or hashlib.sha256(data).hexdigest() != sha256:
        raise Torn("its content does not fit its checksum")
    found = Part(stick=UUID(stick), parcel=parcel, total=int(total), offset=int(offset), data=data)
    return found, told, signature.decode()
