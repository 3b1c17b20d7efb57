"""Identifiers of server rows."""

import itertools
import secrets
from datetime import datetime
from uuid import UUID

_turn = itertools.count()


def uuid7(now: datetime) -> UUID:
    """Return a UUIDv7 (RFC 9562 §5.7, §6.2): milliseconds, microseconds, a counter, 42 random bits.

    The counter keeps what one process makes at one moment in the order in which it was made.
    """
    microseconds = int(now.timestamp() * 1_000_000)
    milliseconds = microseconds // 1000 & (1 << 48) - 1
    low = (next(_turn) & (1 << 20) - 1) << 42 | secrets.randbits(42)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | microseconds % 1000 << 64 | 0b10 << 62 | low)
