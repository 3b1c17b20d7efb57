"""Workbooks made for the tests, with the programs' own formats."""

import zipfile
from io import BytesIO

from openpyxl import Workbook

ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
    '<office:body><office:spreadsheet><table:table table:name="Annexe">'
)
ODS_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"


def xlsx(rows) -> bytes:
    """Return an Excel workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**members: str | bytes) -> bytes:
    """Return a ZIP archive; `__` in a name stands for a slash, `_dot_` for a dot."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def ods(rows) -> bytes:
    """Return an OpenDocument workbook; each row is its XML or a list of texts."""
    body = "".join(row if isinstance(row, str) else ods_row(row) for row in rows)
    return zipped(content_dot_xml=ODS_HEAD + body + ODS_FOOT, mimetype="x")


def ods_row(cells, repeated=1) -> str:
    """Return one row of an OpenDocument table."""
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inside}</table:table-row>'
