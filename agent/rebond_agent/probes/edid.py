"""The 128 bytes in which a screen describes itself (VESA E-EDID 1.4)."""

import math
import re

from rebond_agent.machine.placeholders import known_serial
from rebond_schemas.facts import Display
from rebond_schemas.text import clean

HEADER = bytes.fromhex("00ffffffffffff00")
BLOCK = 128

_MOST_ROWS = 4 * BLOCK // 16
_DESCRIPTORS = (54, 72, 90, 108)
_NAME, _TEXT, _SERIAL = 0xFC, 0xFE, 0xFF
_CTA = 0x02
_CM_PER_INCH = 2.54
_FIRST_YEAR = 1990
_MODEL_YEAR_FLAG = 0xFF
_SMALLEST_MM = 60  # below, the bytes hold an aspect ratio (16 x 9), not a size
_RATIOS = ((160, 90), (160, 100), (1600, 900), (1600, 1000))  # ratios in place of millimetres
_LEAST_SERIAL = 2**16  # 15, 525, 2048: a series' number, not one screen's


def parse_edid(raw: bytes) -> Display | None:
    """Return what the base block says, None when the bytes are no EDID."""
    if len(raw) < BLOCK or raw[:8] != HEADER:
        return None
    maker = _pnp(int.from_bytes(raw[8:10], "big"))
    product = int.from_bytes(raw[10:12], "little")
    texts = {kind: _text(raw, kind) for kind in (_NAME, _TEXT, _SERIAL)}
    width, height, size_mm = _first_timing(raw)
    number = int.from_bytes(raw[12:16], "little")
    numbered = number >= _LEAST_SERIAL and number not in (0x01010101, 0xFFFFFFFF)
    return Display(
        maker=maker,
        model=texts[_NAME] or _panel_name(raw) or (f"{maker}{product:04X}" if maker else None),
        product=f"{maker}{product:04X}" if maker else None,
        serial=known_serial(texts[_SERIAL]) or (str(number) if numbered else None),
        width_px=width,
        height_px=height,
        diagonal_inch=_diagonal(size_mm, raw[21], raw[22]),
        year=_year(raw[16], raw[17]),
    )


def parse_edid_decode(text: str) -> Display | None:
    """Return what the text of edid-decode says; its hexadecimal dump is preferred when it is there."""
    block = _dumped(text)
    if (display := parse_edid(block)) is not None:
        return display
    maker = re.search(r"Manufacturer:\s*([A-Z]{3})\b", text)
    if not maker:
        return None
    timing = re.search(r"DTD\s+1:\s*(\d{3,5})\s*x\s*(\d{3,5})", text) or re.search(
        r"Detailed mode:[^\n]*\n\s*(\d{3,5})\b[^\n]*\n\s*(\d{3,5})\b", text
    )
    size = re.search(r"Maximum image size:\s*(\d{1,3}) cm x (\d{1,3}) cm", text)
    name = re.search(r"(?:Display Product Name|Monitor name):\s*'?([^'\n]+)'?", text)
    model = _told_product(text)
    made = re.search(r"(?:Made in:|Model year:).*?(\d{4})", text)
    product = None if model is None else f"{maker[1]}{model:04X}"
    return Display(
        maker=maker[1],
        model=clean(name[1]) if name else product,
        product=product,
        width_px=int(timing[1]) if timing else None,
        height_px=int(timing[2]) if timing else None,
        diagonal_inch=_diagonal(None, int(size[1]), int(size[2])) if size else None,
        year=int(made[1]) if made else None,
    )


def _dumped(text: str) -> bytes:
    """Return the bytes of the hexadecimal dump: rows of 16 bytes, with or without blanks."""
    rows = re.findall(
        r"^[ \t]*((?:[0-9a-fA-F]{2} ?){15}[0-9a-fA-F]{2})[ \t\r]*$", text, re.MULTILINE
    )
    return bytes.fromhex("".join(rows[:_MOST_ROWS]))


def _told_product(text: str) -> int | None:
    """Return the product number: decimal since 2019, hexadecimal on the maker's line before."""
    new = re.search(r"^[ \t]*Model:[ \t]*(\d{1,5})\b", text, re.MULTILINE)
    old = re.search(r"Manufacturer:\s*[A-Z]{3}\s+Model\s+([0-9a-fA-F]{1,4})\b", text)
    if new:
        return int(new[1])
    return int(old[1], 16) if old else None


def _pnp(code: int) -> str | None:
    """Three letters of five bits each, 1 is A."""
    letters = [(code >> shift) & 0x1F for shift in (10, 5, 0)]
    if not all(1 <= letter <= 26 for letter in letters):  # noqa: PLR2004 - the alphabet
        return None
    return "".join(chr(ord("A") + letter - 1) for letter in letters)


def _first_timing(raw: bytes) -> tuple[int | None, int | None, tuple[int, int] | None]:
    """Return the first detailed timing of the base block, else of a CTA-861 extension.

    Since EDID 1.3 the first descriptor is the native timing; before, and on some televisions,
    a descriptor of another kind stands in front of it.
    """
    places = [raw[at : at + 18] for at in _DESCRIPTORS]
    for start in range(BLOCK, len(raw) - BLOCK + 1, BLOCK):
        block = raw[start : start + BLOCK]
        if block[0] == _CTA and block[2] >= 4:  # noqa: PLR2004 - offset of the timings, 0: none
            places += [block[at : at + 18] for at in range(block[2], BLOCK - 18, 18)]
    timings = (_timing(place) for place in places)
    return next((timing for timing in timings if timing[0]), (None, None, None))


def _timing(raw: bytes) -> tuple[int | None, int | None, tuple[int, int] | None]:
    """Return pixels and millimetres of one detailed timing; nothing for another descriptor."""
    if raw[0] == raw[1] == 0:
        return None, None, None
    width = raw[2] | (raw[4] & 0xF0) << 4
    height = raw[5] | (raw[7] & 0xF0) << 4
    if raw[17] & 0x80:  # interlaced: the descriptor counts the lines of one field
        height *= 2
    size = (raw[12] | (raw[14] & 0xF0) << 4, raw[13] | (raw[14] & 0x0F) << 8)
    return width or None, height or None, size if min(size) >= _SMALLEST_MM else None


def _diagonal(size_mm: tuple[int, int] | None, width_cm: int, height_cm: int) -> float | None:
    """Return inches from the native timing's millimetres, or from the base block's centimetres.

    The timing is finer, but televisions write another screen's size there: where the two are
    more than an inch apart, the base block is right (7 of 150 linuxhw files, by their names).
    """
    fine = math.hypot(*size_mm) / 10 / _CM_PER_INCH if size_mm else None
    coarse = math.hypot(width_cm, height_cm) / _CM_PER_INCH
    if min(width_cm, height_cm) * 10 < _SMALLEST_MM:
        return None if fine is None or size_mm in _RATIOS else round(fine, 1)
    return round(coarse if fine is None or abs(fine - coarse) > 1 else fine, 1)


def _texts(raw: bytes, kind: int) -> list[str]:
    found = []
    for at in _DESCRIPTORS:
        descriptor = raw[at : at + 18]
        if descriptor[:3] == b"\0\0\0" and descriptor[3] == kind:
            text = clean(descriptor[5:].split(b"\n")[0].decode("cp437"))
            if text:
                found.append(text)
    return found


def _text(raw: bytes, kind: int) -> str | None:
    return next(iter(_texts(raw, kind)), None)


def _panel_name(raw: bytes) -> str | None:
    """Return the part number that a nameless laptop panel carries in a free text."""
    named = [text for text in _texts(raw, _TEXT) if re.search(r"[A-Z]+\d{2,}|\d{2,}[A-Z]+", text)]
    return named[-1] if named else None


def _year(week: int, year: int) -> int | None:
    """Year of making, or model year when the week is 255."""
    return _FIRST_YEAR + year if year or week == _MODEL_YEAR_FLAG else None
