"""A person ranks classes of devices on the form; the plan follows the order."""

import pytest
from office import opened

from rebond_server.operations.work import NOBODY
from rebond_server.store.demand import Request


@pytest.fixture
def office(scratch):
    with opened(scratch, 2026, 11, 26) as found:
        found.post(
            "officer", "/dispositifs", code="familles", name="Familles", operator="x", tier="1"
        )
        found.post("officer", "/organismes", code="asso", name="Association",
                   category="general_interest_association")  # fmt: skip
        yield found


def wishes(office, **fields):
    office.post("officer", "/demandes", programme="familles", organisation="asso", code="R1",
                quantity="2", **fields)  # fmt: skip
    with office.workshop.work(NOBODY, office.now, reading=True) as work:
        return work.session.query(Request).one().terms["parts"][0]["wishes"]


def test_three_choices_keep_their_order_and_their_own_minimum(office):
    found = wishes(
        office, kinds="laptop", grade="B", ram="8", second="desktop", **{"second-grade": "C"},
        third="tablet", **{"third-ram": "4"},
    )  # fmt: skip
    assert [one["kinds"] for one in found] == [["laptop"], ["desktop"], ["tablet"]]
    assert [one["minimum"]["grade"] for one in found] == ["B", "C", "B"]
    memory = [one["minimum"]["ram_mib"] for one in found]
    assert memory[0] == memory[1] > memory[2] > 0
    page = office.get("officer", office.request("R1"))
    at = [page.index(words) for words in (
        "ordinateur portable, catégorie B au moins, 8 Go", "ordinateur fixe, catégorie C au moins",
        "tablette, catégorie B au moins, 4 Go",
    )]  # fmt: skip
    assert at == sorted(at)


def test_a_lower_class_of_the_same_kind_is_a_choice_of_its_own(office):
    found = wishes(office, kinds="laptop", grade="A", **{"second-grade": "C"})
    assert [(one["kinds"], one["minimum"]["grade"]) for one in found] == [
        (["laptop"], "A"), (["laptop"], "C"),
    ]  # fmt: skip


def test_one_choice_stays_one(office):
    assert len(wishes(office, kinds="laptop")) == 1
