"""Saving the form of a programme changes what it shows, and nothing else."""

from datetime import date

import msgspec
import pytest
from screens import logged_in, opened, transaction

from rebond_schemas.plan import Cap, Minimum, Price, Programme, Scope, Target
from rebond_schemas.plan_law import Kind
from rebond_server.domain.role import Role
from rebond_server.store.base import plain
from rebond_server.store.demand import Programme as Row

RICH = Programme(
    id="COLL",
    tier=2,
    name="Collégiens",
    minimums=(Minimum(ram_mib=4000, solid_state=True), Minimum(kinds=(Kind.TABLET,), disk_gb=32)),
    price=Price(eur={Kind.LAPTOP: 100.0, Kind.PRINTER: 10.0}),
    caps=(
        Cap(id="organisation", limit=10, scope=Scope.ORGANISATION, kinds=(Kind.LAPTOP,)),
        Cap(id="more", limit=3, scope=Scope.ORGANISATION, kinds=(Kind.SCREEN,)),
    ),
    targets=(
        Target(count=1000, ends=date(2027, 12, 31)),
        Target(count=50, ends=date(2024, 1, 1), reached=12),
    ),
)
FORM = {
    "code": "COLL",
    "name": "Collégiens",
    "operator": "Weeefund",
    "tier": "1",
    "disk": "128",
    "cap-organisation": "12",
    "target": "1500",
    "target_ends": "2028-12-31",
    "price-laptop": "90",
}


@pytest.fixture
def shop(tmp_path):
    with opened(tmp_path) as found:
        with transaction(found.workshop, Role.OFFICER) as work:
            work.session.query(Row).filter_by(code="COLL").one().terms = plain(RICH)
        yield found


def saved(shop, **changes):
    browser, token = logged_in(shop.app, Role.OFFICER)
    answer = browser.post("/dispositifs", data={"csrf_token": token} | FORM | changes)
    assert answer.status_code == 303, answer.text
    with shop.workshop.make() as session:
        row = session.query(Row).filter_by(code="COLL").one()
        return msgspec.convert(row.terms, Programme)


def test_what_the_form_shows_is_changed_and_the_rest_is_kept(shop):
    terms = saved(shop)
    assert terms.tier == 1
    assert terms.minimums == (Minimum(disk_gb=128, solid_state=True), RICH.minimums[1])
    assert terms.targets == (Target(count=1500, ends=date(2028, 12, 31)), RICH.targets[1])
    assert [cap.limit for cap in terms.caps] == [12, 3]
    assert terms.caps[0].kinds == (Kind.LAPTOP,)
    assert terms.price.eur[Kind.LAPTOP] == 90.0
    assert terms.price.eur[Kind.PRINTER] == 10.0


def test_what_is_emptied_in_the_form_goes(shop):
    emptied = {"cap-organisation": "", "target": "", "target_ends": "", "price-laptop": ""}
    terms = saved(shop, **emptied)
    assert [cap.id for cap in terms.caps] == ["more"]
    assert terms.targets == (RICH.targets[1],)
    assert set(terms.price.eur) == {Kind.PRINTER}
