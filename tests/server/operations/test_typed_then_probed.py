"""A device that a list named by its serial number, and the report of the same machine, before or after."""

import pytest
from bench import LAPTOP, account, device_of, enrolled, receipt, send
from moments import NOON, later
from msgspec.structs import replace
from sqlalchemy import func, select

from rebond_schemas.plan_law import Regime
from rebond_server.domain.intake.columns import Column
from rebond_server.domain.intake.item import read_item
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.operations.import_devices import import_devices
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.take_in import take_in
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device
from rebond_server.store.sameness import Doubt

PROBOOK = replace(
    LAPTOP,
    board=replace(LAPTOP.board, maker="HP", model="HP ProBook 450 G3", serial="5CD6273JQR"),
)
"""As the agent reports it: the maker in its usual name, the product as the firmware writes it."""


def typed(workshop, lead, maker, model, serial="5CD6273JQR"):
    cells = {
        Column.KIND: "PC portable",
        Column.MAKER: maker,
        Column.MODEL: model,
        Column.SERIAL: serial,
    }
    item, faults = read_item(cells)
    assert item is not None, faults
    with workshop.work(lead, NOON) as work:
        return take_in(work, item).tag


def counted(workshop, table):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize(
    ("maker", "model"),
    [
        ("Hewlett-Packard", "HP ProBook 450 G3"),
        ("HEWLETT PACKARD", "ProBook 450 G3"),
        ("HP Inc.", "HP Probook 450 G3"),
        ("hp", "PROBOOK 450 G3"),
        ("", "ProBook 450 G3"),
    ],
)
def test_another_spelling_of_the_maker_joins(workshop, maker, model):
    lead, stick = account(workshop, Role.LEAD), enrolled(workshop)
    tag = typed(workshop, lead, maker, model)
    assert receipt(send(workshop, stick.inventory(PROBOOK))).device == tag
    assert (counted(workshop, Device), counted(workshop, Doubt)) == (1, 0)


@pytest.mark.parametrize(
    ("maker", "model"),
    [("HP", ""), ("HP", "portable 15 pouces"), ("Compaq", "450"), ("Dell", "ProBook 450 G3")],
)
def test_what_a_list_calls_otherwise_is_a_doubt_never_lost(workshop, maker, model):
    lead, stick = account(workshop, Role.LEAD), enrolled(workshop)
    tag = typed(workshop, lead, maker, model)
    assert receipt(send(workshop, stick.inventory(PROBOOK))).device != tag
    assert (counted(workshop, Device), counted(workshop, Doubt)) == (2, 1)


def test_a_list_that_comes_after_the_report_is_a_doubt_and_joins_nothing(workshop):
    lead, stick = account(workshop, Role.LEAD), enrolled(workshop)
    probed = receipt(send(workshop, stick.inventory(PROBOOK))).device
    tag = typed(workshop, lead, "Hewlett-Packard", "ProBook 450 G3")
    assert tag != probed
    assert device_of(workshop, probed).inventory_id is not None
    assert (counted(workshop, Device), counted(workshop, Doubt)) == (2, 1)


def test_a_file_of_devices_says_the_same(workshop):
    lead, stick = account(workshop, Role.LEAD), enrolled(workshop)
    probed = receipt(send(workshop, stick.inventory(PROBOOK))).device
    raw = b"genre;marque;modele;numero de serie\nPC portable;Hewlett-Packard;ProBook 450 G3;5CD6273JQR\n"
    with workshop.work(lead, later(60)) as work:
        record_lot(
            work, LotFacts(code="DON", name="Don", kind=LotKind.CAMPAIGN, regime=Regime.PRIVATE)
        )
        import_devices(work, "DON", raw, {})
        import_devices(work, "DON", raw, {})
    with workshop.work(NOBODY, NOON, reading=True) as work:
        (doubt,) = work.session.scalars(select(Doubt))
        tags = set(work.session.scalars(select(Device.tag)))
        named = {
            work.session.get_one(Device, (work.site_id, one)).tag
            for one in (doubt.one_id, doubt.other_id)
        }
    assert len(tags) == 2
    assert named == tags
    assert probed in tags


@pytest.mark.parametrize(
    "serial", ["12345", "To be filled by O.E.M.", "0000000001", "", "BSN12345678901234567"]
)
def test_a_placeholder_typed_in_leads_nowhere(workshop, serial):
    lead, stick = account(workshop, Role.LEAD), enrolled(workshop)
    blank = replace(PROBOOK, board=replace(PROBOOK.board, serial=serial or None))
    send(workshop, stick.inventory(blank))
    typed(workshop, lead, "HP", "ProBook 450 G3", serial)
    typed(workshop, lead, "HP", "ProBook 450 G3", serial)
    assert (counted(workshop, Device), counted(workshop, Doubt)) == (3, 0)
