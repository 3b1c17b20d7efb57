"""Spreadsheets are ZIP archives of XML: opened with a ceiling on what they may become."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from xml.sax import ContentHandler, SAXParseException

from defusedxml import DefusedXmlException
from defusedxml.sax import parse

from rebond_server.domain.sentence import Sentence
from rebond_server.sheets.table import UnreadableSheet

LARGEST = 64 * 1024 * 1024
"""Bytes of all members together once unpacked; 20,000 rows need about a tenth."""
MOST_MEMBERS = 500
MOST_ELEMENTS = 2_000_000
"""XML elements of one member: an element costs memory whatever its few bytes say."""
_XML = (".xml", ".rels", ".vml")


def unpack(raw: bytes) -> Mapping[str, bytes]:
    """Return the XML members by name, or raise UnreadableSheet: damaged, too large, or a trap.

    The sizes in the archive's own directory are not believed: reading stops at the ceiling. An XML
    member with a document type is refused, since entities are what XML bombs are made of.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            found = _members(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise damaged() from error
    for member in found.values():
        _check(member)
    return found


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise _too_large()
    found, left = {}, LARGEST
    for info in infos:
        if not info.filename.lower().endswith(_XML):
            continue
        with archive.open(info) as member:
            content = member.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _too_large()
        found[info.filename] = content
    return found


class _Counting(ContentHandler):
    """Counts elements and keeps nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: ANN401, N802 - the handler's own signature
        """Refuse one element too many."""
        del name, attrs
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise _too_large()


def _check(member: bytes) -> None:
    try:
        parse(BytesIO(member), _Counting(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableSheet(
            Sentence(
                fr="Le fichier contient des définitions XML interdites : enregistrez-le de nouveau "
                "depuis un tableur.",
                en="The file holds forbidden XML definitions: save it again from a spreadsheet.",
            )
        ) from error
    except SAXParseException as error:
        raise damaged() from error


def _too_large() -> UnreadableSheet:
    return UnreadableSheet(
        Sentence(
            fr="Une fois décompressé, le fichier est trop gros : enregistrez-le en CSV ou coupez-le.",
            en="Unpacked, the file is too large: save it as CSV or cut it.",
        )
    )


def damaged() -> UnreadableSheet:
    """Return the refusal of a file whose parts do not fit together."""
    return UnreadableSheet(
        Sentence(
            fr="Le fichier est abîmé ou n'est pas un tableur : enregistrez-le de nouveau.",
            en="The file is damaged or no spreadsheet: save it again.",
        )
    )
