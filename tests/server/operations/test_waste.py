"""The register of outgoing waste: nothing leaves twice, nothing is changed, weights are corrected openly."""

import pytest
from bench import account, another, enrolled, graded
from moments import NOON

from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.waste import read_code, read_siret
from rebond_server.errors import BadValue, Taken
from rebond_server.operations.hold_device import scrap_device
from rebond_server.operations.waste import Shipment, devices_left, parts_left, weigh, withdraw
from rebond_server.store.device import Device
from rebond_server.store.queries.waste import register, waits_for_waste

SIRET = "73282932000074"
TRUCK = Shipment(
    left=NOON.date(), code="160214", carrier="Envie", destination="732 829 320 00074", bsd="BSD-1"
)


@pytest.mark.parametrize("text", ["73282932000074", "356 000 000 00048", "552 120 222 00013"])
def test_true_establishments_are_known(text):
    assert read_siret(text) == text.replace(" ", "")


@pytest.mark.parametrize("text", ["73282932000075", "7328293200007", "", "é" * 14, "\u0661" * 14])
def test_what_is_no_siret(text):
    assert isinstance(read_siret(text), Sentence)


def test_codes_are_written_one_way():
    assert read_code("16.02.13*") == "16 02 13*"
    assert isinstance(read_code("1602"), Sentence)


def test_a_scrapped_device_leaves_once_and_its_weight_is_corrected(workshop):
    stick, lead = enrolled(workshop), account(workshop, Role.LEAD)
    first, second = (graded(workshop, stick, lead, another(n)) for n in (1, 2))
    with workshop.work(lead, NOON) as work:
        scrap_device(work, first, "écran cassé")
        tag, other = (work.session.get(Device, (work.site_id, one)).tag for one in (first, second))
        assert waits_for_waste(work.session, work.site_id, 9) == (tag,)
        with pytest.raises(BadValue, match="réformé"):
            devices_left(work, [other], TRUCK)
        (line,) = devices_left(work, [tag, tag.lower()][:1], TRUCK)
        assert (line.code, line.destination, line.grams) == ("16 02 14", SIRET, 2200)
        with pytest.raises(Taken, match="registre"):
            devices_left(work, [tag], TRUCK)
        weighed = weigh(work, line.id, 1850, "pesé au quai")
        withdraw(work, weighed.id, "mauvaise palette")
        parts_left(work, "câbles", 12, 900, TRUCK)
        assert waits_for_waste(work.session, work.site_id, 9) == (tag,)
    with workshop.work(lead, NOON, reading=True) as work:
        lines = [line.row for line in register(work.session, work.site_id, NOON.year)]
        assert sorted(row.grams for row in lines) == [900, 1850, 2200]
        assert [row.grams for row in lines if row.withdrawn is None] == [900]
        assert list(register(work.session, work.site_id, 1999)) == []
