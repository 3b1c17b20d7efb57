"""OpenDocument spreadsheets (ODF 1.3): texts and numbers only, nothing that could run."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from rebond_schemas.text import clean

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The same table gives the same bytes: the archive carries no clock."""
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)

Cell = str | int | None


def written_ods(title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook with one sheet; None is an empty cell, a number stays a number."""
    lines = "".join(_row(row) for row in (heading, *rows))
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0"'
        f' xmlns:text="{_OASIS}:text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
        f"<table:table table:name={quoteattr(_sheet_name(title))}>"
        f'<table:table-column table:number-columns-repeated="{max(1, len(heading))}"/>{lines}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        # The mimetype stands first and uncompressed, so that the kind is read at a fixed place.
        _put(archive, "mimetype", MIMETYPE, ZIP_STORED)
        _put(archive, "content.xml", content, ZIP_DEFLATED)
        _put(archive, "META-INF/manifest.xml", _MANIFEST, ZIP_DEFLATED)
    return held.getvalue()


def _put(archive: ZipFile, name: str, text: str, method: int) -> None:
    archive.writestr(ZipInfo(name, _MOMENT), text.encode(), compress_type=method)


def _row(cells: Sequence[Cell]) -> str:
    return f"<table:table-row>{''.join(_cell(cell) for cell in cells)}</table:table-row>"


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case int():
            return (
                f'<table:table-cell office:value-type="float" office:value="{cell}">'
                f"<text:p>{cell}</text:p></table:table-cell>"
            )
        case _:
            text = escape(clean(cell) or "")
            return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def _sheet_name(title: str) -> str:
    """Return a name without the signs that spreadsheets refuse in one."""
    return "".join(sign for sign in clean(title) or "" if sign not in "[]*?:/\\'")[:31] or "1"
