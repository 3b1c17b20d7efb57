"""The list of what was delivered: one line a receipt, only ever added to.

`<sequence> <statement id> <sha256> <receipt signature> <receipt, base64>`: each line can be shown
to the server as its own signed word. A line torn by a power cut counts for nothing; its statement
is still in the outbox then, for deletion comes after the line is safe.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rebond_agent.stick.durable import Durable
from rebond_schemas.parcel import Parcel

_line = re.compile(
    r"([1-9][0-9]{0,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([0-9a-f]{64})"
    r" ([0-9a-f]{128}) ([A-Za-z0-9+/]+=*)"
)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One statement that the server holds, by its own signed word."""

    sequence: int
    statement: UUID
    sha256: str


def read(path: Path) -> tuple[Delivered, ...]:
    """Return the whole lines of the ledger, oldest first; a missing ledger is an empty one."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    # What stands after the last line end was never finished.
    matches = (_line.fullmatch(line.decode("ascii", "replace")) for line in lines[:-1])
    return tuple(
        Delivered(sequence=int(match[1]), statement=UUID(match[2]), sha256=match[3])
        for match in matches
        if match
    )


def add(disk: Durable, path: Path, parcel: Parcel, receipt: bytes, signature: str) -> Delivered:
    """Write one line, safe against power cuts when this returns."""
    encoded = base64.b64encode(receipt).decode()
    line = f"{parcel.sequence} {parcel.statement} {parcel.sha256} {signature} {encoded}"
    disk.append(path, line.encode("ascii"))
    return Delivered(sequence=parcel.sequence, statement=parcel.statement, sha256=parcel.sha256)
