"""One door for every file: what it is is read from its bytes, never from its name."""

from rebond_server.domain.sentence import Sentence
from rebond_server.sheets.archive import unpack
from rebond_server.sheets.delimited import read_delimited
from rebond_server.sheets.ods import read_ods
from rebond_server.sheets.table import Table, UnreadableSheet
from rebond_server.sheets.xlsx import read_xlsx

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a file as it is sent."""
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_sheet(raw: bytes) -> Table:
    """Return the table in a CSV, XLSX or ODS file, or raise UnreadableSheet with the reason."""
    if len(raw) > LARGEST_FILE:
        raise UnreadableSheet(
            Sentence(fr="Le fichier dépasse 2 Mo.", en="The file is larger than 2 MB.")
        )
    if raw.startswith(_OLD_EXCEL):
        raise UnreadableSheet(
            Sentence(
                fr="C'est un ancien fichier Excel (.xls) : enregistrez-le en .xlsx, .ods ou CSV.",
                en="This is an old Excel file (.xls): save it as .xlsx, .ods or CSV.",
            )
        )
    if not raw.startswith(_ZIP):
        return read_delimited(raw)
    members = unpack(raw)
    return read_ods(members) if "content.xml" in members else read_xlsx(raw, members)
