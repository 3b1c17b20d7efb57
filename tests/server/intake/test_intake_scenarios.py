"""The intake half of the five situations, from files: campaign, phones, annex and what came of it."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from bench import LAPTOP, account, enrolled, receipt, send
from moments import NOON
from msgspec.structs import replace
from sqlalchemy import func, select
from workbooks import ods, xlsx

from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.intake.columns import Column
from rebond_server.domain.intake.item import Item
from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.intake.reconciliation import Standing
from rebond_server.domain.lot import DonorKind, ErasurePolicy, LotKind
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations.import_annex import import_annex, try_annex
from rebond_server.operations.import_devices import import_devices, try_devices
from rebond_server.operations.load_demonstration import load_demonstration
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.partners import record_donor
from rebond_server.operations.plan_source import plan_source
from rebond_server.operations.recompute import differences
from rebond_server.operations.reconcile_lot import reconcile_lot, unit_values
from rebond_server.operations.take_in import take_in
from rebond_server.operations.work import command_line
from rebond_server.sheets.reading import read_sheet
from rebond_server.store.device import Device
from rebond_server.store.guards import DEVICE_SANITISATION
from rebond_server.store.intake import Intake, ListedItem
from rebond_server.store.queries.lot_page import lot_list, lot_page

FILES = Path(__file__).parent
ANNEX = (FILES / "annexe-amp-2021.csv").read_bytes()
CAME = (FILES / "recus-amp-2021.csv").read_bytes()
CAMPAIGN = (FILES / "collecte-2021.csv").read_bytes()
PHONES = (FILES / "smartphones-poste-2021.csv").read_bytes()
POINTS = ("Hôtel de la Métropole", "Halle Borie", "Quatuor", "Clip")
LATER = NOON + timedelta(minutes=1)
AMP = LotFacts(
    code="amp",
    name="Matériel amorti de la Métropole",
    kind=LotKind.ANNEX,
    regime=Regime.CG3P,
    donor="AMP",
    reserved_publics=("student", "family"),
    qpv_only=True,
    erasure_policy=ErasurePolicy.PURGE,
)


@pytest.fixture
def lead(workshop):
    """Give a lead, and the lots of the situations."""
    who = account(workshop, Role.LEAD)
    with workshop.work(who, NOON) as work:
        record_donor(work, "AMP", DonorKind.PUBLIC_BODY, "Métropole Aix-Marseille-Provence")
        record_donor(work, "agents-2021", DonorKind.PERSON)
        record_lot(work, AMP)
        record_lot(
            work,
            LotFacts(
                code="poste",
                name="Smartphones de La Poste",
                kind=LotKind.ANNEX,
                regime=Regime.COMPANY,
            ),
        )
        campaign = LotFacts(
            code="collecte",
            name="Collecte auprès des agents",
            kind=LotKind.CAMPAIGN,
            regime=Regime.PRIVATE,
            donor="agents-2021",
            points=POINTS,
            population=9600,
            resale_allowed=True,
        )
        record_lot(work, campaign)
        record_lot(work, campaign)  # a second time changes nothing
    return who


def number_of(work, table):
    return work.session.scalar(select(func.count()).select_from(table))


def test_the_annex_twice_and_what_came(workshop, lead):
    with workshop.work(lead, NOON) as work:
        tried = try_annex(work, "amp", ANNEX, {})
        assert tried.count(LineVerdict.NEW) == 657
        assert number_of(work, ListedItem) == 0
    for expected in (LineVerdict.NEW, LineVerdict.KNOWN):
        with workshop.work(lead, NOON) as work:
            trial = import_annex(work, "amp", ANNEX, {})
            assert trial.count(expected) == 657
            (blocked,) = trial.blocked
            assert "CG3P L3212-2 et L3212-3" in blocked.blocked.fr
            assert "340" in blocked.blocked.fr
            assert blocked.number == 101  # the heading is line 1
            assert number_of(work, ListedItem) == 657
    with workshop.work(lead, NOON) as work:
        screens = select(func.count()).where(ListedItem.kind == "screen")
        assert work.session.scalar(screens) == 202
        for expected in (LineVerdict.NEW, LineVerdict.KNOWN):
            assert import_devices(work, "amp", CAME, {}).count(expected) == 656
        assert number_of(work, Device) == 656
        found = reconcile_lot(work, "amp")
        assert found.expected == 657
        assert found.count(Standing.RECEIVED) == 654
        missing = [p.announced.donor_tag for p in found.pairs if p.standing is Standing.MISSING]
        assert missing == ["AMP-00010", "AMP-00200", "AMP-01145"]
        unexpected = [p.arrived.name for p in found.pairs if p.standing is Standing.UNEXPECTED]
        assert sorted(unexpected) == ["HP ProBook 450", "SAMSUNG S22F350"]
        (over,) = found.blocked
        assert unit_values(work)[over.arrived.id] == 34_000
        assert {pair.by for pair in found.pairs} == {"donor_tag", "serial", None}
        page = lot_page(work.session, work.site_id, "amp")
        assert (page.line.expected, page.line.came.received, page.line.came.ready) == (657, 656, 0)


def test_the_same_annex_from_excel_and_opendocument_adds_nothing(workshop, lead):
    table = read_sheet(ANNEX)
    rows = [list(row.cells) for row in (table.heading, *table.rows)]
    with workshop.work(lead, NOON) as work:
        import_annex(work, "amp", ANNEX, {})
        for raw in (xlsx(rows), ods(rows)):
            assert import_annex(work, "amp", raw, {}).count(LineVerdict.KNOWN) == 657
        assert number_of(work, ListedItem) == 657


def test_a_corrected_value_lifts_the_block(workshop, lead):
    with workshop.work(lead, NOON) as work:
        import_annex(work, "amp", ANNEX, {})
        again = import_annex(work, "amp", ANNEX.replace(b"340,00", b"300,00"), {})
        assert again.count(LineVerdict.CHANGED) == 1
        assert not again.blocked
        assert not reconcile_lot(work, "amp").blocked


def test_the_campaign_by_kind_and_point(workshop, lead):
    with workshop.work(lead, NOON) as work:
        assert try_devices(work, "collecte", CAMPAIGN, {}).count(LineVerdict.NEW) == 60
        import_devices(work, "collecte", CAMPAIGN, {})
        assert import_devices(work, "collecte", CAMPAIGN, {}).count(LineVerdict.KNOWN) == 60
        page = lot_page(work.session, work.site_id, "collecte")
        assert {name: one.received for name, one in page.by_point.items()} == dict.fromkeys(
            POINTS, 15
        )
        assert page.by_kind["smartphone"].received == 12
        assert page.by_kind["other"].received == 12  # nothing tells these twelve apart
        locks = work.session.scalars(select(Intake.activation_lock).where(Intake.imei.is_not(None)))
        assert {*locks} == {True, False, None}
        lines = {line.code: line for line in lot_list(work.session, work.site_id)}
        assert lines["collecte"].came.received == 60


def test_150_phones_stay_unproven(workshop, lead):
    with workshop.work(lead, NOON) as work:
        for expected in (LineVerdict.NEW, LineVerdict.KNOWN):
            assert import_devices(work, "poste", PHONES, {}).count(expected) == 150
        assert number_of(work, Device) == 150
        proven = select(func.sum(DEVICE_SANITISATION.c.sanitised))
        assert work.session.scalar(proven) == 0
        tags = {*work.session.scalars(select(Device.tag))}
        assert len(tags) == 150
    with workshop.work(lead, NOON, reading=True) as work:
        assert differences(work) == ()


def test_one_bad_line_stops_all_or_only_itself(workshop, lead):
    bad = PHONES.replace(b"smartphone;Crosscall", b"grille-pain;Crosscall", 1)
    digit = bad.split(b"\n")[2].split(b";")[3]
    bad = bad.replace(digit, digit[:-1] + b"%d" % ((int(digit[-1:]) + 1) % 10))
    with (
        pytest.raises(BadValue, match=r"Ligne 2, colonne A.*grille-pain.*Ligne 3, colonne D.*IMEI"),
        workshop.work(lead, NOON) as work,
    ):
        import_devices(work, "poste", bad, {})
    with workshop.work(lead, NOON) as work:
        assert number_of(work, Device) == 0
        assert import_devices(work, "poste", bad, {}, only_good=True).count(LineVerdict.NEW) == 148
        assert number_of(work, Device) == 148
        unknown = b"Genre;Point de collecte\nportable;Ailleurs\n"
        (line,) = try_devices(work, "collecte", unknown, {}).lines
        assert "Hôtel de la Métropole" in line.faults[0].sentence.fr


def test_columns_are_chosen_by_hand_where_the_heading_says_nothing(workshop, lead):
    raw = b"A;B;C\nportable;X11;Y\n"
    with workshop.work(lead, NOON) as work:
        with pytest.raises(BadValue, match="choisissez-la"):
            try_annex(work, "amp", raw, {})
        trial = try_annex(work, "amp", raw, {Column.KIND: 0, Column.SERIAL: 1})
        assert trial.lines[0].item.serial == "X11"
        with pytest.raises(BadValue, match="Colonne A"):
            try_annex(work, "amp", raw, {Column.KIND: 0, Column.SERIAL: 0})


def test_a_device_taken_in_by_hand_meets_its_inventory(workshop, lead):
    stick = enrolled(workshop)
    with workshop.work(lead, NOON) as work:
        by_tag = take_in(work, Item(kind=Kind.LAPTOP, tag="BAC-7", serial="mal lu"), "amp")
        board = LAPTOP.board
        typed = Item(kind=Kind.LAPTOP, model="20L50000FR", serial="PF0SECOND")
        by_serial = take_in(work, typed)
        tags = [by_tag.tag, by_serial.tag]
    assert receipt(send(workshop, stick.inventory(asset_tag="bac-7"), LATER)).device == "BAC-7"
    stick.boot()
    second = replace(LAPTOP, board=replace(board, serial="PF0SECOND"), drives=())
    assert receipt(send(workshop, stick.inventory(second), LATER)).device == tags[1]
    with workshop.work(lead, NOON, reading=True) as work:
        assert differences(work) == ()
        device = work.session.scalars(select(Device).where(Device.tag == "BAC-7")).one()
        assert (device.serial, device.lot_id is not None) == (LAPTOP.board.serial, True)


def test_a_device_over_the_limit_reaches_the_plan_with_its_value(workshop, lead):
    with workshop.work(command_line(Role.OFFICER), NOON) as work:
        load_demonstration(work)
    with workshop.work(lead, NOON) as work:
        take_in(work, Item(kind=Kind.LAPTOP, value_cents=30_001), "annexe-amp-2021")
        assert set(unit_values(work).values()) == {30_001}
        assert plan_source(work).devices == ()  # nothing is proven of it
        assert msgspec.json.encode(plan_source(work))
