"""The papers of a lot say what is proven and no more; each is kept, signed, and read back as it was."""

import io
import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from bench import account, another, device_of, enrolled, receipt, send
from moments import NOON, later
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rebond_schemas.erasure import Ending
from rebond_schemas.plan_law import Kind, Regime
from rebond_schemas.signing import public_key
from rebond_server.documents.certificate import check_page, pdf_holds, signed_pdf
from rebond_server.documents.report import report_html, report_pdf
from rebond_server.domain.certificate import code_holds
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lot import LotKind, PlaceKind
from rebond_server.domain.lot_paper import Evidence, LotErasure
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotProven
from rebond_server.operations.certify_lot import certify_lot, contradicted
from rebond_server.operations.count_reuse import count_reuse
from rebond_server.operations.examine_by_hand import witness_reset
from rebond_server.operations.lot_papers import paper_of, said_by
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.place_device import record_place, where
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.take_in import take_in
from rebond_server.operations.transfer import transfer_lot
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.web.lot_paper_sheet import checked, report_of

PARIS = ZoneInfo("Europe/Paris")
FORBIDDEN = re.compile(r"certifi[eé]|irrécupérable|100\s*%|comme neuf|militaire", re.IGNORECASE)


class Lot:
    """A lot with one erased laptop, one that failed, one nobody probed, a screen, a reset phone."""

    def __init__(self, workshop):
        self.workshop, self.stick = workshop, enrolled(workshop)
        self.lead, other = account(workshop, Role.LEAD), account(workshop, Role.TECHNICIAN)
        with workshop.work(self.lead, NOON) as work:
            record_lot(
                work,
                LotFacts(
                    code="DON-1", name="Don <b>", kind=LotKind.ANNEX, regime=Regime.COMPANY,
                    acquired=date(2020, 5, 4),
                ),
            )  # fmt: skip
        self.erased, self.failed = self.probed(another(1)), self.probed(another(2))
        self.send(another(1))
        self.send(another(2), ending=Ending.FAILED, reason="EIO", passes=())
        with workshop.work(self.lead, NOON) as work:
            self.unseen = take_in(work, Item(kind=Kind.LAPTOP, serial="NEVERSEEN1"), "DON-1").tag
            self.screen = take_in(work, Item(kind=Kind.SCREEN), "DON-1").tag
            phone = take_in(work, Item(kind=Kind.SMARTPHONE, model="Fairphone 3"), "DON-1")
            self.phone = phone.tag
        for who in (self.lead, other):
            with workshop.work(who, NOON) as work:
                witness_reset(work, phone.id, "vu l'écran d'accueil")

    def probed(self, facts):
        tag = receipt(send(self.workshop, self.stick.boot().inventory(facts))).device
        device_id = device_of(self.workshop, tag).id
        with self.workshop.work(self.lead, NOON) as work:
            put_in_lot(work, [device_id], "DON-1")
        return tag

    def send(self, facts, now=NOON, **changes):
        self.stick.boot()
        send(self.workshop, self.stick.inventory(facts), now)
        send(self.workshop, self.stick.erasure(facts.drives[0], **changes), now)

    def certified(self, now=NOON):
        with self.workshop.work(self.lead, now) as work:
            return certify_lot(work, "DON-1").number

    def read(self, number):
        with self.workshop.work(NOBODY, later(50), reading=True) as work:
            row = paper_of(work, number)
            return row, said_by(row), contradicted(work, row)


@pytest.fixture
def lot(workshop):
    return Lot(workshop)


def test_the_certificate_of_a_lot_names_what_is_proven_and_what_is_not(lot):
    row, said, against = lot.read(lot.certified())
    assert isinstance(said, LotErasure)
    assert (said.received, said.whole, said.no_medium, against) == (5, 2, 1, [])
    assert [(one.tag, one.evidence) for one in said.drives] == [
        (lot.erased, Evidence.READ_WHOLE),
        (lot.phone, Evidence.WITNESSES),
    ]
    assert said.drives[1].level is None
    assert {one.tag for one in said.unproven} == {lot.failed, lot.unseen}
    page = report_html(report_of(said, PARIS))
    assert "Don &lt;b&gt;" in page
    assert FORBIDDEN.search(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)) is None
    assert row.code is not None
    assert code_holds(row.code, public_key(lot.workshop.server_key))


def test_the_pdf_is_tagged_and_signed_to_the_last_byte(lot):
    row, said, against = lot.read(lot.certified())
    key, name = lot.workshop.server_key, lot.workshop.site_name
    report = checked(report_of(said, PARIS), said, row.code, "http://atelier/c/x", key, against)
    pdf = signed_pdf(report_pdf(report), key, name, report.title)
    assert pdf_holds(pdf, key, name)
    middle = len(pdf) // 2
    assert not pdf_holds(pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :], key, name)
    read = PdfReader(io.BytesIO(pdf))
    assert "/MarkInfo" in read.trailer["/Root"]
    told = " ".join(page.extract_text() for page in read.pages)
    for word in (row.number, lot.erased, lot.failed, lot.unseen, "niveau Clear", "Fairphone 3"):
        assert word in told, word
    assert "lot ${said.l}" in check_page(key, name)


def test_nothing_proven_no_certificate(workshop):
    lead = account(workshop, Role.LEAD)
    with workshop.work(lead, NOON) as work:
        record_lot(work, LotFacts(code="VIDE", name="x", kind=LotKind.ANNEX, regime=Regime.COMPANY))
        take_in(work, Item(kind=Kind.SCREEN), "VIDE")
        with pytest.raises(NotProven):
            certify_lot(work, "VIDE")


def test_later_evidence_against_a_drive_is_told_and_the_paper_stays(lot):
    number = lot.certified()
    lot.send(another(1), later(10), ending=Ending.FAILED, reason="EIO", passes=())
    _, said, against = lot.read(number)
    assert against == [said.drives[0].serial]
    _, again, fresh = lot.read(lot.certified(later(20)))
    assert lot.erased in {one.tag for one in again.unproven}
    assert fresh == []
    with pytest.raises(DBAPIError), lot.workshop.work(lot.lead, later(30)) as work:
        work.session.execute(text("UPDATE lot_paper SET number = 'E-FORGED'"))


def test_a_transfer_moves_what_is_here_and_says_what_may_hold_data(lot):
    with lot.workshop.work(lot.lead, NOON) as work:
        for code in ("LYON", "MARSEILLE"):
            record_place(work, code, PlaceKind.SITE, code.title())
        record_place(work, "QUAI", PlaceKind.ROOM, "Quai", "LYON")
        with pytest.raises(BadValue):
            transfer_lot(work, "DON-1", "QUAI", "Navette")
        with pytest.raises(BadValue):
            transfer_lot(work, "DON-1", "LYON", " ")
        transfer_lot(work, "DON-1", "LYON", "Navette")
        number = transfer_lot(work, "DON-1", "MARSEILLE", "Navette").number
        with pytest.raises(BadValue):
            transfer_lot(work, "DON-1", "MARSEILLE", "Navette")
    _, said, _ = lot.read(number)
    data = {one.tag: one.data for one in said.devices}
    assert data == {
        lot.erased: False, lot.failed: True, lot.unseen: True, lot.screen: None, lot.phone: False,
    }  # fmt: skip
    assert {one.origin for one in said.devices} == {"LYON"}
    with lot.workshop.work(NOBODY, NOON, reading=True) as work:
        assert where(work, device_of(lot.workshop, lot.failed)) == "MARSEILLE"
    assert "3 appareils" not in report_html(report_of(said, PARIS))
    assert "2 appareils peuvent porter" in report_html(report_of(said, PARIS))


def test_reuse_counts_nothing_that_nobody_has_yet(lot):
    with lot.workshop.work(lot.lead, NOON) as work:
        number = count_reuse(work, "DON-1", 2026, PARIS).number
        with pytest.raises(BadValue):
            count_reuse(work, "DON-1", 2027, PARIS)
    _, said, _ = lot.read(number)
    assert {row.kind: (row.received, row.reused) for row in said.rows} == {
        "laptop": (3, 0), "screen": (1, 0), "smartphone": (1, 0),
    }  # fmt: skip


def test_nobody_issues_papers_without_being_logged_in(lot):
    with (
        pytest.raises(Exception, match="connect"),
        lot.workshop.work(command_line(Role.LEAD), NOON) as work,
    ):
        certify_lot(work, "DON-1")
