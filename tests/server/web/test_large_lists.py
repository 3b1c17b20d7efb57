"""Long lists: nothing is left out or told twice, and what is not counted to its end is said so."""

import csv
from io import StringIO

import pytest
from moments import NOON
from screens import logged_in, opened
from sqlalchemy import func, insert, select, text

from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.store.database import transaction
from rebond_server.store.demand import Lot, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.queries.counting import Counted, count_up_to
from rebond_server.store.queries.intake_list import AT_ONCE
from rebond_server.store.queries.triage import LOOKED_AT, count_matters, triage
from rebond_server.store.queries.triage_reasons import Cause
from rebond_server.web.lot import PAGE

MANY = 10_050


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        site = found.workshop.site_id
        with transaction(found.workshop.make) as session:
            session.execute(insert(Device), [device(site, number) for number in range(MANY)])
            session.execute(insert(Lot), [lot(site, number) for number in range(2 * PAGE + 50)])
            for code in (
                "zz-one",
                "zz-two",
            ):  # the request named last is of the programme named first
                programme = Programme(**named(site, code), operator="essai", terms={})
                session.add(programme)
                session.flush()
                session.execute(insert(Request), [asked(programme, n) for n in range(140)])
        yield found


@pytest.fixture(scope="module")
def lead(shop):
    return logged_in(shop.app, Role.LEAD)[0]


def device(site, number):
    return {
        "site_id": site, "id": uuid7(NOON), "tag": f"ZZ-{number:06}", "kind": "laptop", "state": State.RECEIVED,
        "cycle": 1, "drives_hidden": False, "received": NOON, "changed": NOON, "version": 1,
    }  # fmt: skip


def lot(site, number):
    terms = {"id": f"zz-{number:03}", "regime": "private"}
    return {
        "site_id": site, "id": uuid7(NOON), "code": f"zz-{number:03}", "name": f"Lot {number}", "terms": terms,
    }  # fmt: skip


def named(site, code):
    return {"site_id": site, "id": uuid7(NOON), "code": code, "name": code}


def asked(programme, number):
    code = f"{'zy' if programme.code == 'zz-one' else 'zx'}-{number:03}"
    return {
        "site_id": programme.site_id, "id": uuid7(NOON), "code": code, "programme_id": programme.id,
        "organisation": "essai", "quantity": 1, "terms": {}, "version": 1,
    }  # fmt: skip


def on_all_pages(lead, where):
    """Return the text of every page from here on."""
    texts = []
    while where:
        texts.append(lead.get(where).text)
        after = texts[-1].partition('rel="next" href="')[2].partition('"')[0]
        where = after.replace("&amp;", "&")
    return texts


@pytest.mark.parametrize(
    ("query", "begins"),
    [("text=zz-00", "ZZ-00"), ("text=ZZ-0&state=received", "ZZ-0"), ("", "")],
)
def test_an_export_holds_every_device_once_however_many_parts_it_has(shop, lead, query, begins):
    answer = lead.get(f"/appareils.csv?{query}")
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    tags = [row[0] for row in rows[1:]]
    with shop.workshop.make() as session:
        every = session.scalars(select(Device.tag).order_by(Device.tag)).all()
    wanted = [tag for tag in every if tag.startswith(begins)]
    assert len(tags) > 2 * AT_ONCE
    assert tags == wanted


def test_lots_come_page_by_page(shop, lead):
    with shop.workshop.make() as session:
        codes = session.scalars(select(Lot.code).order_by(Lot.code)).all()
    texts = on_all_pages(lead, "/lots")
    assert [c for t in texts for c in codes if f'<span class="soft code">{c}</span>' in t] == codes
    assert "Revenir au début" in texts[-1]


def test_the_lots_of_the_reports_come_page_by_page(shop, lead):
    with shop.workshop.make() as session:
        codes = session.scalars(select(Lot.code).order_by(Lot.code)).all()
    texts = on_all_pages(lead, "/bilans")
    assert [code for text in texts for code in codes if f">{code}</span>" in text] == codes
    assert len(texts) == len(codes) // PAGE + 1


def test_requests_come_page_by_page_by_programme_then_code(shop, lead):
    with shop.workshop.make() as session:
        of_programme = select(Request.code).join(Programme, Programme.id == Request.programme_id)
        codes = session.scalars(of_programme.order_by(Programme.code, Request.code)).all()
    texts = on_all_pages(lead, "/demandes")
    assert [code for text in texts for code in codes if f">{code}</a>" in text] == codes
    assert len(codes) > 2 * PAGE
    assert all(f"{len(codes)} demandes" in text for text in texts)


def test_what_is_not_counted_to_its_end_is_said_so(shop, lead):
    assert "au moins 10" in lead.get("/").text
    assert "au moins 10" in lead.get("/file").text
    with shop.workshop.make() as session:
        tags = select(Device.tag).where(Device.tag.startswith("ZZ-"))
        assert count_up_to(session, tags) == Counted(count=10_000, more=True)
        assert count_up_to(session, tags.where(Device.tag < "ZZ-000007"), 7) == Counted(count=7)
        assert count_up_to(session, tags.where(Device.tag < "ZZ-000008"), 7) == Counted(
            count=7, more=True
        )
        assert session.scalar(select(func.count()).select_from(tags.subquery())) == MANY


def test_causes_are_looked_for_among_the_longest_waiting(shop):
    late = NOON.replace(year=NOON.year + 1)
    with shop.workshop.make() as session:
        site = shop.workshop.site_id
        heap = next(one for one in triage(session, site, late) if one.cause is Cause.OVERDUE)
        assert heap.count.more
        assert LOOKED_AT <= heap.count.count <= 4 * LOOKED_AT
        assert count_matters(session, site, late).more


def test_the_night_lets_the_database_count_what_it_holds(shop):
    """Without it SQLite went through all statements for the page of one device."""

    def counted():
        with shop.workshop.make() as session:
            rows = session.scalars(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'device'"))
            return {int(stat.split()[0]) for stat in rows}

    with shop.workshop.make() as session:
        devices = session.scalar(select(func.count()).select_from(Device))
    assert devices not in counted()
    shop.workshop.refresh_statistics()
    assert counted() == {devices}


@pytest.mark.parametrize(
    ("text", "found"), [("zz", True), ("z", True), ("Z-", False), ("00", False), ("Z-0", True)]
)
def test_two_letters_are_looked_for_where_a_word_begins(lead, text, found):
    assert ("ZZ-000000" in lead.get("/appareils", query_string={"text": text}).text) is found
