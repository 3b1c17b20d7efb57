"""What every file becomes: numbered rows of texts. Limits keep a small file from becoming a large one."""

from collections.abc import Iterable
from dataclasses import dataclass

from rebond_schemas.text import LIMIT, clean
from rebond_server.domain.errors import Refused
from rebond_server.domain.sentence import Sentence

MOST_ROWS = 20_000
"""Rows that hold something; the largest annex known has 657."""
MOST_COLUMNS = 100
LONGEST_CELL = LIMIT
"""Characters of one cell: as many as a column of the database holds."""
_LETTERS = 26


class UnreadableSheet(Refused):
    """The file can't be taken in; the sentence names line and column where there is one."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row that holds something; `number` counts from 1 as the spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Return a cell; the row may be shorter than its heading."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The heading and the rows below it; blank rows are left out, their numbers are kept."""

    heading: Row
    rows: tuple[Row, ...]


def letters(column: int) -> str:
    """Return a column (from 0) as a spreadsheet names it: A, B, … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def table(rows: Iterable[tuple[int, Iterable[str]]]) -> Table:
    """Return the rows as a table, its first row with content being the heading.

    Raises UnreadableSheet for too many rows or columns, and for a cell that is too long.
    """
    found: list[Row] = []
    for number, raw in rows:
        cells = _row(number, raw)
        if not any(cells):
            continue
        if len(found) > MOST_ROWS:
            raise UnreadableSheet(
                Sentence(
                    fr=f"Le fichier a plus de {MOST_ROWS} lignes : coupez-le en plusieurs.",
                    en=f"The file has more than {MOST_ROWS} lines: cut it into several.",
                )
            )
        found.append(Row(number=number, cells=cells))
    if not found:
        raise UnreadableSheet(
            Sentence(fr="Le fichier ne contient rien.", en="There is nothing in the file.")
        )
    return Table(heading=found[0], rows=tuple(found[1:]))


def _row(number: int, raw: Iterable[str]) -> tuple[str, ...]:
    cells: list[str] = []
    for column, text in enumerate(raw):
        if len(text) > LONGEST_CELL:
            raise UnreadableSheet(
                Sentence(
                    fr=f"Ligne {number}, colonne {letters(column)} : plus de {LONGEST_CELL} caractères.",
                    en=f"Line {number}, column {letters(column)}: more than {LONGEST_CELL} characters.",
                )
            )
        cells.append(clean(text) or "")
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise UnreadableSheet(
            Sentence(
                fr=f"Ligne {number} : plus de {MOST_COLUMNS} colonnes.",
                en=f"Line {number}: more than {MOST_COLUMNS} columns.",
            )
        )
    return tuple(cells)
