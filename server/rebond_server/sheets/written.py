"""CSV for the spreadsheets of an office in France: `;`, a BOM, and nothing that runs as a formula."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rebond_schemas.text import clean
from rebond_server.sheets.delimited import GUARDED


def written(heading: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """Return the table as CSV; `sheets.delimited` reads it back as it was.

    A cell that a spreadsheet would run begins with an apostrophe (OWASP, CSV injection).
    """
    return b"".join(written_in_parts(heading, (rows,)))


def written_in_parts(
    heading: Sequence[str], parts: Iterable[Iterable[Sequence[str | None]]]
) -> Iterator[bytes]:
    """Yield the same table as it is read, the heading first: a long one need not wait for its end."""
    yield codecs.BOM_UTF8 + _lines((heading,))
    for rows in parts:
        yield _lines(rows)


def _lines(rows: Iterable[Sequence[str | None]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_guarded(cell or "") for cell in row] for row in rows)
    return text.getvalue().encode()


def _guarded(cell: str) -> str:
    text = clean(cell) or ""
    return f"'{text}" if text[:1] and text[0] in GUARDED else text
