"""Excel workbooks: the first visible sheet, values only. Formulas are never computed."""

import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from rebond_server.sheets.archive import damaged
from rebond_server.sheets.table import MOST_COLUMNS, Table, table

LAST_ROW = 1_048_576
"""The last row that the format knows (ECMA-376); a file may name later ones only to do harm."""


def read_xlsx(raw: bytes, members: Mapping[str, bytes]) -> Table:
    """Return the table in a workbook whose archive was checked, or raise UnreadableSheet."""
    if "xl/workbook.xml" not in members:
        raise damaged()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of decoration that it leaves out
            return table(_rows(raw))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        # openpyxl raises what its parsers raise: parts that do not fit together.
        raise damaged() from error


def _rows(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    book = load_workbook(BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
        if not sheets:
            raise damaged()
        sheet: Any = sheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        rows = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS + 1, values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, [_text(cell) for cell in cells]
    finally:
        book.close()


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
