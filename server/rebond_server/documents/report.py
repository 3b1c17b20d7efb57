"""The accounts owed to donors and funders: facts, statements, a picture and tables, in three formats."""

from collections.abc import Sequence
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct
from weasyprint import HTML

from rebond_server.documents.inside import only_inside
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
    notice: str | None = None
    """What must be read first: what the paper no longer vouches for."""
    boxes: tuple[str, ...] = ()
    """Boxes for signatures by hand, each with its words."""
    code: str | None = None
    """The signed text of a QR code, with what is told beside it."""
    code_told: tuple[str, ...] = ()


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
    qr = None
    if report.code is not None:
        qr = segno.make(report.code, error="m", micro=False).svg_data_uri(scale=4, border=2)
    return environment.get_template("report.html").render(report=report, qr=qr)


def report_pdf(report: Report) -> bytes:
    """Return the report as a tagged PDF (PDF/UA-1) that carries its language."""
    page = HTML(string=report_html(report), url_fetcher=only_inside)
    made: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return made
