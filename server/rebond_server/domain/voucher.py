"""The code of a voucher: it is in the QR alone, is typed without mistakes, and cannot be guessed."""

import hmac
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
_LENGTH = 16
PREFIX = "BON"


def voucher_code(key: bytes, voucher_id: UUID) -> str:
    """Return the code, 80 bits drawn from the server's key: it can be printed again, and is not kept."""
    drawn = int.from_bytes(hmac.digest(key, b"rebond voucher" + voucher_id.bytes, "sha256")[:10])
    signs = "".join(_SIGNS[drawn >> 5 * place & 31] for place in range(_LENGTH))
    return "-".join((PREFIX, *(signs[at : at + 4] for at in range(0, _LENGTH, 4))))


def code_sha256(scanned: str) -> str:
    """Return by what a voucher is found, however its code was typed or scanned."""
    text = "".join(sign for sign in scanned.upper() if sign.isalnum()).removeprefix(PREFIX)
    told = text.translate(str.maketrans("OIL", "011"))
    return sha256(told.encode()).hexdigest()


def last_day(today: date, days: int | None, programme_ends: date | None) -> date:
    """Return the last day of a voucher: so many days, never beyond its programme; a year without both."""
    ends = [
        day for day in (programme_ends, None if days is None else today + timedelta(days)) if day
    ]
    return min(ends) if ends else today + timedelta(365)
