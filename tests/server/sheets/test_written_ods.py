"""What we write as OpenDocument is read back as it was, and holds nothing that runs."""

from io import BytesIO
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring

from rebond_server.sheets.reading import read_sheet
from rebond_server.sheets.written_ods import MIMETYPE, written_ods

ROWS = [["=1+1", 12, None, "<b>& « é »"], ["'x", 0, "\x1b[31mrouge", "fin"]]


def test_it_is_read_back_with_numbers_as_numbers():
    table = read_sheet(written_ods("Volume/devenir", ["a", "b", "c", "d"], ROWS))

    assert table.heading.cells == ("a", "b", "c", "d")
    assert table.rows[0].cells == ("=1+1", "12", "", "<b>& « é »")
    assert table.rows[1].cells == ("'x", "0", "rouge", "fin")


def test_it_is_an_opendocument_archive_without_a_formula():
    raw = written_ods("Volume/devenir", ["a"], ROWS)

    assert raw[30:38] == b"mimetype"
    assert raw[38 : 38 + len(MIMETYPE)] == MIMETYPE.encode()
    with ZipFile(BytesIO(raw)) as archive:
        content = archive.read("content.xml")
        fromstring(archive.read("META-INF/manifest.xml"))
    names = [name for element in fromstring(content).iter() for name in element.attrib]
    assert not any(name.endswith("}formula") for name in names)
    assert b'table:name="Volumedevenir"' in content
    assert raw == written_ods("Volume/devenir", ["a"], ROWS)
