"""CSV for the spreadsheets of an office in France: `;`, a BOM, and nothing that runs as a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from rebond_schemas.text import clean
from rebond_server.sheets.delimited import GUARDED


def written(heading: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """Return the table as CSV; `sheets.delimited` reads it back as it was.

    A cell that a spreadsheet would run begins with an apostrophe (OWASP, CSV injection).
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_guarded(cell) for cell in heading])
    for row in rows:
        writer.writerow([_guarded(cell or "") for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    text = clean(cell) or ""
    return f"'{text}" if text[:1] and text[0] in GUARDED else text
