"""What a scan into the one box of the intake page means."""

import re

from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.columns import Column

_MOBILE = frozenset({Kind.SMARTPHONE, Kind.TABLET, Kind.KEY_4G})
_imei = re.compile(r"\d{15}")
_ours = re.compile(r"RB-\d{4,}", re.IGNORECASE)


def meaning(text: str, kind: Kind | None, *, printed: bool) -> Column:
    """Return what was scanned: our label (its code, or the address in its QR code), IMEI, or serial.

    `printed` says that a label with this very text waits for its device.
    """
    if printed or "/d/" in text or _ours.fullmatch(text):
        return Column.TAG
    if kind in _MOBILE and _imei.fullmatch(text.replace(" ", "")):
        return Column.IMEI
    return Column.SERIAL
