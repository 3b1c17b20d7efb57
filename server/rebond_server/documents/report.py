"""The accounts owed to donors and funders: facts, statements, a picture and tables, in three formats."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct
from weasyprint import HTML

from rebond_server.sheets.written import written
from rebond_server.sheets.written_ods import Cell, written_ods

TEMPLATES = Path(__file__).parent / "templates"


class Table(Struct, frozen=True, kw_only=True):
    """One table; a number is printed at the right, None as hidden or unknown is told by `empty`."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "—"
    total: bool = False
    """The last row adds up the others."""

    def numeric(self, column: int) -> bool:
        """Say whether a column (from 0) holds numbers."""
        return any(isinstance(row[column], int) for row in self.rows)


class Report(Struct, frozen=True, kw_only=True):
    """One report: the tables are printed, the sheet is what CSV and ODS carry."""

    title: str
    workshop: str
    facts: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]
    tables: tuple[Table, ...]
    sheet: Table
    picture: Markup | None = None
    """SVG, made by `documents.flow`."""
    picture_told: str = ""


def report_csv(report: Report) -> bytes:
    """Return the sheet as CSV for a French Excel; a number has no separators."""
    table = report.sheet
    rows: list[Sequence[str | None]] = [
        [None if cell is None else str(cell) for cell in row] for row in table.rows
    ]
    return written(table.heading, rows)


def report_ods(report: Report) -> bytes:
    """Return the sheet as an OpenDocument spreadsheet."""
    table = report.sheet
    return written_ods(table.name, table.heading, table.rows)


def report_html(report: Report) -> str:
    """Return the report as one page of HTML, in French."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(report=report)


def report_pdf(report: Report) -> bytes:
    """Return the report as a tagged PDF (PDF/UA-1) that carries its language."""
    page = HTML(string=report_html(report), url_fetcher=_nothing_from_elsewhere)
    made: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return made


def _nothing_from_elsewhere(url: str, **_: object) -> NoReturn:
    raise ValueError(f"a report needs nothing from {url}")
