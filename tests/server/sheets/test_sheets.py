"""Files of offices, good and hostile: each read or refused with a sentence."""

import csv
import zipfile
from datetime import date, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import ODS_FOOT, ODS_HEAD, ods, ods_row, xlsx, zipped

from rebond_schemas.text import clean
from rebond_server.sheets.reading import read_sheet
from rebond_server.sheets.table import MOST_ROWS, UnreadableSheet, letters
from rebond_server.sheets.written import written

ROWS = [["Étiquette", "Série"], ["A-1", "X1"], [], ["A-2", "X2"]]


def cells(raw):
    found = read_sheet(raw)
    return [found.heading.cells, *(row.cells for row in found.rows)]


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_every_dress(sign, encoding):
    raw = "\r\n".join(sign.join(row) for row in ROWS).encode(encoding)
    found = read_sheet(raw)
    assert found.heading.cells == ("Étiquette", "Série")
    assert [(row.number, row.cells) for row in found.rows] == [
        (2, ("A-1", "X1")),
        (4, ("A-2", "X2")),
    ]


def test_a_delimiter_inside_quotes_is_no_delimiter():
    assert cells(b'"a,b,c,d";b\r\n"1,2";3\r\n') == [("a,b,c,d", "b"), ("1,2", "3")]


def test_excel_and_opendocument_say_the_same():
    expected = [("Étiquette", "Série"), ("A-1", "X1"), ("A-2", "X2")]
    assert cells(xlsx(ROWS)) == cells(ods(ROWS)) == expected
    assert [row.number for row in read_sheet(xlsx(ROWS)).rows] == [2, 4]
    assert [row.number for row in read_sheet(ods(ROWS)).rows] == [2, 4]


def test_dates_and_numbers_become_texts():
    raw = xlsx([["d", "n", "f"], [datetime(2019, 3, 1), 300, 12.5], [date(2019, 3, 2), 300.0, 0]])  # noqa: DTZ001 - a spreadsheet has no zone
    assert cells(raw)[1:] == [("2019-03-01", "300", "12.5"), ("2019-03-02", "300", "0")]


def test_a_formula_is_never_computed():
    assert cells(xlsx([["a", "b"], ['=HYPERLINK("http://x")', "1"]]))[1] == ("", "1")


def test_columns_are_named_as_in_a_spreadsheet():
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_million_blank_rows_at_the_end_are_nothing():
    rows = [ods_row(["a"]), ods_row([""], repeated=1_048_000), ods_row(["b"])]
    assert cells(ods(rows)) == [("a",), ("b",)]


def bomb(member):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b" " * (70 * 1024 * 1024))
    return out.getvalue()


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
WIDE = '<table:table-cell table:number-columns-repeated="999" office:value-type="string"><text:p>x</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "ne contient rien"),
        (b";;;\r\n\r\n", "ne contient rien"),
        (b"a;b\r\n" * (MOST_ROWS + 2), "plus de 20000 lignes"),
        (b"a;b\r\nx;" + b"y" * 300, "Ligne 2, colonne B"),
        (b"a;b\r\nx;" + b"y" * 200_000, "Ligne 2"),
        (b";" * 101 + b"x", "plus de 100 colonnes"),
        (b'a;b\r\n"x;y\r\n', "Ligne 2"),
        (b"a;b\r\nx;\x81", "Ligne 2"),
        (b"\xd0\xcf\x11\xe0 old", "ancien fichier Excel"),
        (b"x" * (2 * 1024 * 1024 + 1), "2 Mo"),
        (b"PK\x03\x04 nonsense", "abîmé"),
        (xlsx(ROWS)[:-200], "abîmé"),
        (zipped(a="x"), "abîmé"),
        (zipped(content_dot_xml="<x"), "abîmé"),
        (zipped(xl__workbook_dot_xml="<x/>"), "abîmé"),
        (zipped(content_dot_xml=ENTITY), "définitions XML interdites"),
        (zipped(xl__workbook_dot_xml=ENTITY), "définitions XML interdites"),
        (zipped(xl__workbook_dot_xml=ENTITY.encode("utf-16")), "abîmé|interdites"),
        (bomb("content.xml"), "trop gros"),
        (bomb("xl/workbook.xml"), "trop gros"),
        (ods([ods_row(["a"], repeated=1_000_000)]), "plus de 20000 lignes"),
        (ods([f"<table:table-row>{WIDE}</table:table-row>"]), "plus de 100 colonnes"),
        (zipped(**{f"m{n}": "" for n in range(600)}), "trop gros"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_a_sentence(raw, said):
    with pytest.raises(UnreadableSheet, match=said):
        read_sheet(raw)


def test_comments_on_a_cell_are_not_its_text():
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><office:annotation>'
        "<text:p>note</text:p></office:annotation><text:p>A-1</text:p></table:table-cell></table:table-row>"
    )
    assert cells(zipped(content_dot_xml=ODS_HEAD + row + ODS_FOOT)) == [("A-1",)]


hostile = st.text(alphabet=st.sampled_from("=+-@'\t;\",\n\x1b\u202e aé1"), max_size=12)


@given(st.lists(st.tuples(hostile, hostile), min_size=1, max_size=5))
def test_what_is_written_holds_no_formula_and_reads_back(rows):
    raw = written(("un", "deux"), rows)
    for line in csv.reader(StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"):
        assert all(cell[:1] not in set("=+@-\t\r") - {""} for cell in line)
    found = {row.number: row.cells for row in read_sheet(raw).rows}
    told = [tuple(clean(clean(cell)) or "" for cell in row) for row in rows]  # once out, once in
    assert [(*row, "", "")[:2] for row in found.values()] == [row for row in told if any(row)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    for prefix in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
        try:
            read_sheet(prefix + raw)
        except UnreadableSheet as refusal:
            assert refusal.sentence.fr  # noqa: PT017 - both endings are right
