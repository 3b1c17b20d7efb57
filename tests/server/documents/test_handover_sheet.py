"""The sheet says exactly what is proven, carries no name, and can be read by everybody."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from rebond_server.documents.handover import (
    Sheet,
    SheetDevice,
    SheetDrive,
    handover_html,
    handover_pdf,
)

PARIS = ZoneInfo("Europe/Paris")
DRIVE = SheetDrive(
    name="Samsung SSD 860 EVO · S3YJNB0K512345D",
    verdict="effacé (Clear), vérifié",
    method="réécriture AES-256-CTR",
    level="Clear",
    verified=datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
)
DEVICE = SheetDevice(
    tag="RB-000001",
    kind="ordinateur portable",
    maker="LENOVO",
    model="ThinkPad <b>T480</b>",
    serial=None,
    grade="B",
    refurbished=False,
    drives=(DRIVE,),
    returned=False,
    no_data_medium=False,
)
SHEET = Sheet(
    number="R-2026-00001",
    day=date(2026, 11, 21),
    workshop="Atelier d'essai",
    programme="Collégiens et kits",
    agreement="2022-1187, Convention Cités éducatives",
    organisation="Collège Maria Casarès",
    request="COLL-1",
    devices=(DEVICE,),
)


def text_of(sheet):
    reader = PdfReader(io.BytesIO(handover_pdf(sheet, PARIS)))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_sheet_of_one_device():
    reader, text = text_of(SHEET)
    assert len(reader.pages) == 1
    for said in (
        "R-2026-00001", "21/11/2026", "Collège Maria Casarès", "2022-1187", "RB-000001",
        "effacé (Clear), vérifié", "réécriture AES-256-CTR", "niveau Clear", "inconnu",
        "L. 311-3-1", "RGPD", "matériel de réemploi",
    ):  # fmt: skip
        assert said in text, said
    assert "Liste d'émargement" not in text


def test_it_is_tagged_and_says_its_language_and_title():
    reader, _ = text_of(SHEET)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == "Fiche de remise R-2026-00001"


def test_a_class_list_has_a_box_a_device_and_no_row_is_cut():
    devices = tuple(replace(DEVICE, tag=f"RB-{n:06}") for n in range(19))
    reader, text = text_of(replace(SHEET, devices=devices))
    assert len(reader.pages) <= 4
    assert "19 appareils remis" in text
    for n in range(19):
        assert text.count(f"RB-{n:06}") == 2


@pytest.mark.parametrize(
    ("change", "said", "unsaid"),
    [
        ({"refurbished": True}, "reconditionné", "de réemploi"),
        ({"refurbished": False}, "de réemploi", "reconditionné"),
        ({"drives": (), "no_data_medium": True}, "ne garde pas de données", "Clear"),
        ({"drives": (), "returned": True}, "revenu à l'atelier", "Clear"),
        ({"drives": ()}, "aucun disque relevé", "Clear"),
    ],
)
def test_it_says_no_more_than_is_proven(change, said, unsaid):
    html = handover_html(replace(SHEET, devices=(replace(DEVICE, **change),)), PARIS)
    assert said in html.replace("&#39;", "'")
    assert unsaid not in html


def test_what_a_machine_says_stays_text():
    html = handover_html(SHEET, PARIS)
    assert "<b>T480</b>" not in html
    assert "&lt;b&gt;T480" in html


def test_an_erasure_before_midnight_in_utc_is_dated_here():
    assert "le 21/11/2026<br>" in handover_html(SHEET, PARIS)
