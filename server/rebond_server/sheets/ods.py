"""LibreOffice and Excel workbooks in OpenDocument: the first sheet, values only (ODF 1.3 part 3 §9)."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from defusedxml.ElementTree import iterparse

from rebond_server.sheets.archive import damaged
from rebond_server.sheets.table import MOST_COLUMNS, MOST_ROWS, Table, table

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def read_ods(members: Mapping[str, bytes]) -> Table:
    """Return the table in a workbook whose archive was checked, or raise UnreadableSheet."""
    content = members.get("content.xml")
    if content is None:
        raise damaged()
    return table(_rows(content))


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    number = 1
    for _, element in iterparse(BytesIO(content), forbid_dtd=True):
        if element.tag == f"{_TABLE}table":
            return
        if element.tag != f"{_TABLE}table-row":
            continue
        cells = _cells(element)
        times = _repeated(element, "number-rows-repeated")
        if any(cells):
            for again in range(min(times, MOST_ROWS + 2)):  # one more than allowed is refused above
                yield number + again, cells
        number += times
        element.clear()


def _cells(row: Any) -> list[str]:  # noqa: ANN401 - defusedxml ships no types
    cells: list[str] = []
    for cell in row:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        text = _text(cell)
        room = MOST_COLUMNS + 1 - len(cells)
        if room <= 0:
            if text:
                cells.append(text)
                break
            continue
        cells += [text] * min(_repeated(cell, "number-columns-repeated"), room)
    return cells


def _text(cell: Any) -> str:  # noqa: ANN401 - likewise
    kind = cell.get(f"{_OFFICE}value-type")
    if kind == "date":
        return str(cell.get(f"{_OFFICE}date-value", "")).removesuffix("T00:00:00")
    if kind in {"float", "currency", "percentage"}:
        return str(cell.get(f"{_OFFICE}value", "")).removesuffix(".0")
    if kind == "boolean":
        return "1" if cell.get(f"{_OFFICE}boolean-value") == "true" else "0"
    # Direct children only: a comment on the cell has paragraphs of its own.
    return " ".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))


def _repeated(element: Any, name: str) -> int:  # noqa: ANN401 - likewise
    told = element.get(f"{_TABLE}{name}", "1")
    if not (told.isascii() and told.isdigit()) or len(told) > 7:  # noqa: PLR2004 - digits of the last row
        raise damaged()
    return max(1, int(told))
