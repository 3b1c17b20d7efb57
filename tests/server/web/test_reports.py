"""The accounts owed: every figure equals what devices and history say, in every format."""

import html
import io
import re
from collections import Counter
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from moments import NOON, later
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject
from screens import logged_in, opened
from sqlalchemy import select

from rebond_schemas.plan_law import Kind, Regime
from rebond_server.app import ZONE
from rebond_server.domain.fate import Place, Stage, tally
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.operations.confirm_assignment import confirm_plan
from rebond_server.operations.create_account import account_by_login
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.hold_device import hold_device, scrap_device, take_back
from rebond_server.operations.import_annex import import_annex
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.partners import AgreementFacts, record_agreement
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.take_in import take_in
from rebond_server.operations.work import NOBODY, person
from rebond_server.sheets.reading import read_sheet
from rebond_server.store.allocation import Assignment
from rebond_server.store.demand import Request
from rebond_server.store.device import Device
from rebond_server.store.history import HistoryEvent
from rebond_server.store.queries.fate import fates, report_lots

DECISION = "CHL 009-10024/21/BM"
ANNEX = (
    "Genre;Marque;Modèle;Numéro de série\n"
    "portable;LENOVO;T480;PF0XYZ0\n"
    "écran;=SAMSUNG;S22;SCR-404\n"
    "écran;SAMSUNG;S22;SCR-1\n"
).encode()


def actor(shop, role):
    with shop.workshop.work(NOBODY, NOON, reading=True) as work:
        return person(account_by_login(work, role.value))


def id_of(work, tag):
    return work.session.scalars(select(Device.id).where(Device.tag == tag)).one()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Give a workshop in which devices of one lot ended in as many places as can be."""
    with opened(tmp_path_factory.mktemp("shop")) as found:
        lead, officer = actor(found, Role.LEAD), actor(found, Role.OFFICER)
        with found.workshop.work(lead, NOON) as work:
            stock(work, found)
        with found.workshop.work(officer, NOON) as work:
            plan = make_plan(work).id
        with found.workshop.work(officer, NOON) as work:
            assert any(line.refusal is None for line in confirm_plan(work, plan))
        with found.workshop.work(officer, later(1)) as work:
            given = [
                (one.request_id, one.device_id) for one in work.session.scalars(select(Assignment))
            ]
            for request_id, device_id in given[:2]:
                hand_over(work, request_id, [device_id], "Zélie Canari")
        with found.workshop.work(lead, later(2)) as work:
            take_back(work, given[1][1], "écran cassé")
            hold_device(work, id_of(work, found.tags["examined"]), "bruit")
            scrap_device(work, id_of(work, found.tags["wiped3"]), "châssis cassé")
        yield found


def stock(work, found):
    record_agreement(work, AgreementFacts(number=DECISION, title="Cession de matériel"))
    record_lot(
        work,
        LotFacts(
            code="amp", name="Matériel amorti", kind=LotKind.CAMPAIGN, regime=Regime.PRIVATE,
            agreement=DECISION, points=("Clip", "Quatuor"),
        ),
    )  # fmt: skip
    import_annex(work, "amp", ANNEX, {})
    put_in_lot(work, [id_of(work, tag) for tag in found.tags.values()], "amp")
    for number, point in enumerate(("Clip", "Clip", "Quatuor", None), start=1):
        take_in(work, Item(kind=Kind.SCREEN, serial=f"SCR-{number}", point=point), "amp")
    for request in work.session.scalars(select(Request)):
        request.terms = request.terms | {"public": "pupil"}


@pytest.fixture(scope="module")
def officer(shop):
    return logged_in(shop.app, Role.OFFICER)[0]


@pytest.fixture(scope="module")
def lot_id(shop):
    with shop.workshop.work(NOBODY, NOON, reading=True) as work:
        ids = report_lots(work.session, work.site_id)
    return next(key for key, code in ids.items() if code == "amp")


@pytest.fixture(scope="module")
def found(shop):
    with shop.workshop.work(NOBODY, NOON, reading=True) as work:
        return fates(work.session, work.site_id, "amp", ZoneInfo(ZONE))


def test_the_totals_are_those_of_the_history(shop, found):
    whole = tally(found)
    with shop.workshop.work(NOBODY, NOON, reading=True) as work:
        events = [*work.session.scalars(select(HistoryEvent).order_by(HistoryEvent.sequence))]
        devices = [*work.session.scalars(select(Device))]
    filed = {one.subject_id for one in events if one.verb == "put_in_lot" and one.new == "amp"}
    filed |= {one.id for one in devices if one.kind == "screen"}
    now = {
        one.subject_id: one.new
        for one in events
        if one.subject_kind == "device" and one.new in set(State)
    }
    states = Counter(State(now.get(key, State.RECEIVED)) for key in filed)

    assert len(filed) == whole.stages[Stage.COLLECTED] == len(found) == 11
    assert states[State.RELEASED] == whole.stages[Stage.RELEASED] == 1
    assert states[State.HELD] == whole.places[Place.HELD] == 1
    assert states[State.ALLOCATED] == whole.places[Place.PROMISED] == 1
    assert states[State.SCRAPPED] == sum(
        whole.places[place] for place in (Place.PARTS, Place.RECYCLED, Place.SCRAPPED)
    )
    waiting = states[State.RECEIVED] + states[State.EXAMINED]
    assert waiting == whole.places[Place.WAITING]
    back = next(
        one for one in found if now.get(UUID(one.id)) == "received" and one.kind == "laptop"
    )
    assert (back.examined, back.sanitised, back.programme) == (False, False, None)


def test_each_figure_leads_to_as_many_devices(officer, lot_id, found):
    page = officer.get(f"/bilans/{lot_id}")
    assert page.status_code == 200
    figures = re.findall(rf'<a href="(/bilans/{lot_id}/appareils[^"]*)">(\d+)</a>', page.text)
    assert len(figures) > 20
    for address, count in {(html.unescape(address), int(count)) for address, count in figures}:
        listed = officer.get(address)
        assert listed.text.count('class="tag"') == count, address
    whole = officer.get(f"/bilans/{lot_id}/appareils")
    assert all(one.tag in whole.text for one in found)
    assert "<svg" in page.text
    assert "masqué" in page.text  # one pupil: nobody is pointed at
    assert "Canari" not in page.text


@pytest.mark.parametrize("report", ["volume", "annexe"])
def test_csv_and_ods_say_the_same_and_run_nothing(officer, lot_id, report):
    csv, ods = (officer.get(f"/bilans/{lot_id}/{report}.{form}") for form in ("csv", "ods"))

    assert csv.data.startswith(b"\xef\xbb\xbf")
    assert ";" in csv.text.splitlines()[0]
    assert read_sheet(csv.data) == read_sheet(ods.data)
    assert not re.search(r"(^|;)[=+@-]", csv.text, re.MULTILINE)
    assert "Canari" not in csv.text


def test_the_volume_adds_up(officer, lot_id, found):
    table = read_sheet(officer.get(f"/bilans/{lot_id}/volume.csv").data)
    *lines, total = [row.cells for row in table.rows]

    assert total[:3] == ("Total", "", str(len(found)))
    for column in range(2, len(table.heading.cells)):
        assert sum(int(line[column]) for line in lines) == int(total[column])
    assert ("Clip", "écran", "2") in {line[:3] for line in lines}
    # Whatever is not released stands in one of the places after the stages.
    released = table.heading.cells.index("remis")
    assert sum(map(int, total[released:])) == len(found)


def test_the_annex_tells_the_fate_of_every_line_with_the_decision(officer, lot_id, found):
    table = read_sheet(officer.get(f"/bilans/{lot_id}/annexe.csv").data)
    column = {name: number for number, name in enumerate(table.heading.cells)}
    rows = table.rows

    assert len(rows) == len(found) + 1  # one line never came
    assert {row.cell(column["Décision"]) for row in rows} == {DECISION}
    (missing,) = [row for row in rows if row.cell(column["Série"]) == "SCR-404"]
    assert missing.cell(column["Devenir"]) == "non reçu"
    assert missing.cell(column["Appareil"]) == "=SAMSUNG S22"
    (given,) = [row for row in rows if row.cell(column["Devenir"]) == "remis"]
    assert given.cell(column["Données"]) == "effacement prouvé"
    assert given.cell(column["Remise"]).startswith("R-2026-")
    assert given.cell(column["Le"]) == "20/11/2026"
    screens = [row for row in rows if row.cell(column["Genre"]) == "écran" and row != missing]
    assert {row.cell(column["Données"]) for row in screens} == {"ne garde pas de données"}


def elements(node):
    """Return every element of a tagged PDF's structure."""
    node = node.get_object()
    if isinstance(node, ArrayObject):
        return [each for child in node for each in elements(child)]
    if not isinstance(node, DictionaryObject):
        return []
    return [node, *(elements(node["/K"]) if "/K" in node else [])]


@pytest.mark.parametrize("report", ["volume", "annexe"])
def test_the_pdf_is_tagged_and_its_picture_is_told(officer, lot_id, report):
    answer = officer.get(f"/bilans/{lot_id}/{report}.pdf")
    assert answer.content_type == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.data))
    root = reader.trailer["/Root"]
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert DECISION in text
    assert "aucune remise payante" in text
    figures = [one for one in elements(root["/StructTreeRoot"]) if one.get("/S") == "/Figure"]
    assert [("11 collectés" in one["/Alt"]) for one in figures] == [True] * (report == "volume")


def test_who_may_not_see_reports_is_told_so(shop, lot_id):
    technician = logged_in(shop.app, Role.TECHNICIAN)[0]
    for path in ("/bilans", f"/bilans/{lot_id}", f"/bilans/{lot_id}/volume.csv"):
        assert technician.get(path).status_code == 403


def test_unknown_formats_and_lots_are_not_found(officer, lot_id):
    assert officer.get(f"/bilans/{lot_id}/volume.exe").status_code == 404
    assert officer.get("/bilans/00000000-0000-7000-8000-000000000000").status_code == 404
    assert "Matériel amorti" in officer.get("/bilans").text
