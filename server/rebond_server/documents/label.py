"""Labels to the millimetre: QR code with the address of the device, its tag in text, Code 128 of the tag.

Nothing that may change is printed. QR: ISO/IEC 18004, level M, quiet zone of 4 modules. Code 128:
ISO/IEC 15417, quiet zone of 10 modules. Modules are whole dots of a 203 dpi label printer and stand on
its grid, so that none gets a dot more or less than its neighbour.
"""

from collections.abc import Sequence
from enum import StrEnum

import segno
from barcode.codex import Code128
from fpdf import FPDF
from msgspec import Struct

QUIET_QR, QUIET_BARS = 4, 10
DOT_MM = 25.4 / 203
MODULE_MM, LEAST_MODULE_MM = 2 * DOT_MM, 0.19
INK_MM = 0.001
"""Taken off every edge: a fill that touches a dot by a rounding error blackens it."""
MARGIN_MM = 1.5
POINTS_PER_MM = 72 / 25.4
BARS_MM = 9.0


class Format(StrEnum):
    """The papers that labels are printed on."""

    A4 = "a4"
    ROLL_29X90 = "29x90"
    ROLL_62X29 = "62x29"
    ROLL_57X32 = "57x32"


class Paper(Struct, frozen=True, kw_only=True):
    """A page and the labels on it, in millimetres."""

    page: tuple[float, float]
    label: tuple[float, float]
    qr: float
    """Width of the QR code with its quiet zone; what is left of the label must hold the bars."""
    columns: int = 1
    rows: int = 1
    corner: tuple[float, float] = (0.0, 0.0)
    """Left and top of the first label."""


PAPERS = {
    # 24 labels of 70 by 37 mm: the sheet sold in every office shop
    Format.A4: Paper(page=(210, 297), label=(70, 37), qr=30, columns=3, rows=8, corner=(0, 0.5)),
    Format.ROLL_29X90: Paper(page=(90, 29), label=(90, 29), qr=27),
    Format.ROLL_62X29: Paper(page=(62, 29), label=(62, 29), qr=25),
    Format.ROLL_57X32: Paper(page=(57, 32), label=(57, 32), qr=21),
}


class Label(Struct, frozen=True, kw_only=True):
    """What one label says."""

    tag: str
    address: str
    """Absolute: whoever finds the device can follow it."""


def labels_pdf(labels: Sequence[Label], paper: Format) -> bytes:
    """Return a PDF with these labels in this order, on as many pages as they need."""
    sheet = PAPERS[paper]
    pdf = FPDF(unit="mm", format=sheet.page)
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.set_title("Rebond")
    pdf.set_lang("fr")
    for number, label in enumerate(labels):
        place = number % (sheet.columns * sheet.rows)
        if place == 0:
            pdf.add_page()
        row, column = divmod(place, sheet.columns)
        width, height = sheet.label
        left, top = sheet.corner[0] + column * width, sheet.corner[1] + row * height
        _draw(pdf, label, (left, top, width, height), sheet.qr)
    return bytes(pdf.output())


def _draw(pdf: FPDF, label: Label, area: tuple[float, float, float, float], qr: float) -> None:
    left, top, width, height = area
    _qr(pdf, label.address, left + MARGIN_MM / 2, top + (height - qr) / 2, qr)
    x = left + MARGIN_MM / 2 + qr
    room = left + width - MARGIN_MM / 2 - x
    middle = top + height / 2
    _text(pdf, label.tag, (x, middle - 8.5, room), 4.6)
    drawn = _bars(pdf, label.tag, (x, middle - 1.0, room))
    if not drawn:
        _text(pdf, label.address.split("//", 1)[-1], (x, middle, room), 2.2)


def _qr(pdf: FPDF, address: str, x: float, y: float, wide: float) -> None:
    """Draw the code in a square this wide, its quiet zone included."""
    rows = [list(row) for row in segno.make_qr(address, error="m").matrix]
    whole = len(rows) + 2 * QUIET_QR
    module = _whole_dots(wide / whole)
    spare = (wide - whole * module) / 2
    x, y = _on_grid(x + spare + QUIET_QR * module), _on_grid(y + spare + QUIET_QR * module)
    for number, row in enumerate(rows):
        for start, length in _runs(row):
            _ink(pdf, x + start * module, y + number * module, (length * module, module))


def _bars(pdf: FPDF, tag: str, area: tuple[float, float, float]) -> bool:
    """Draw the bars in this width from this corner; False, and nothing, when they would be too fine."""
    x, y, room = area
    (modules,) = Code128(tag).build()
    whole = len(modules) + 2 * QUIET_BARS
    module = min(MODULE_MM, room / whole)
    if module < LEAST_MODULE_MM:
        return False
    start = _on_grid(x + (room - whole * module) / 2 + QUIET_BARS * module)
    for first, length in _runs([bar == "1" for bar in modules]):
        _ink(pdf, start + first * module, y, (length * module, BARS_MM))
    return True


def _ink(pdf: FPDF, x: float, y: float, size: tuple[float, float]) -> None:
    width, height = size
    pdf.rect(x + INK_MM, y + INK_MM, width - 2 * INK_MM, height - 2 * INK_MM, style="F")


def _whole_dots(length: float) -> float:
    """Return the length, rounded down to dots of the printer; one dot at the least."""
    return max(1, int(length / DOT_MM)) * DOT_MM


def _on_grid(place: float) -> float:
    return round(place / DOT_MM) * DOT_MM


def _text(pdf: FPDF, text: str, area: tuple[float, float, float], size_mm: float) -> None:
    """Write one line in the middle of this width, smaller when it would not fit."""
    x, y, room = area
    points = size_mm * POINTS_PER_MM
    pdf.set_font("Helvetica", style="B", size=points)
    wide = pdf.get_string_width(text)
    if wide > room - 1:
        points *= (room - 1) / wide
        pdf.set_font("Helvetica", style="B", size=points)
    pdf.set_xy(x, y)
    pdf.cell(w=room, h=size_mm * 1.4, text=text, align="C")


def _runs(cells: Sequence[int | bool]) -> list[tuple[int, int]]:
    """Return start and length of each run of dark cells: fewer edges for a printer to blur."""
    runs, start = [], None
    for place, dark in enumerate([*cells, 0]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            runs.append((start, place - start))
            start = None
    return runs
