"""CSV as Excel, LibreOffice and databases write it: `;`, `,` or tab; UTF-8, UTF-16 or Windows-1252."""

import codecs
import csv
from collections.abc import Iterator
from io import StringIO

from rebond_server.domain.sentence import Sentence
from rebond_server.sheets.table import Table, UnreadableSheet, table

DELIMITERS = (";", ",", "\t")
_SAMPLE = 20
"""Lines that are looked at to tell the delimiter."""
GUARDED = "=+-@'\t\r"
"""What a cell that a spreadsheet would run begins with, and the apostrophe that guards it."""


def read_delimited(raw: bytes) -> Table:
    """Return the table in these bytes, or raise UnreadableSheet with the line."""
    text = _decoded(raw)
    return table(_rows(text, _delimiter(text)))


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe with which `written.py` keeps formulas from running."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in GUARDED else cell


def _decoded(raw: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16")):
        if raw.startswith(mark):
            return _strictly(raw, name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(raw, "cp1252")


def _strictly(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableSheet(
            Sentence(
                fr=f"Ligne {line} : un caractère ne se lit ni en UTF-8 ni en Windows-1252. "
                "Enregistrez le fichier en « CSV UTF-8 ».",
                en=f"Line {line}: a character is neither UTF-8 nor Windows-1252. "
                "Save the file as “CSV UTF-8”.",
            )
        ) from error


def _delimiter(text: str) -> str:
    """Return what cuts the first lines into the most columns, the same number on each."""
    lines = text.splitlines()[:_SAMPLE]
    first = next((line for line in lines if line.strip(" \t;,")), "")
    counts = {sign: _outside_quotes(first, sign) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: counts[sign])


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableSheet(
                Sentence(
                    fr=f"Ligne {reader.line_num} : les guillemets ne se ferment pas, ou la cellule "
                    "est trop longue.",
                    en=f"Line {reader.line_num}: quotation marks don't close, or the cell is too long.",
                )
            ) from error
        if cells is None:
            return
        yield began, [unguarded(cell) for cell in cells]
        began = reader.line_num + 1
