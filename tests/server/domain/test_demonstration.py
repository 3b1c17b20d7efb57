"""The five source documents as data: their own numbers, and a plan that keeps to them."""

from datetime import UTC, date, datetime
from importlib import resources

import pytest

from rebond_schemas.plan import Device, Grade
from rebond_schemas.plan_law import Kind
from rebond_schemas.plan_output import Condition
from rebond_server.domain.allocation import plan
from rebond_server.domain.demonstration import read_demonstration
from rebond_server.domain.errors import BadRules

NOW = datetime(2026, 11, 21, tzinfo=UTC)
POST = datetime(2021, 6, 15, tzinfo=UTC)
TEXT = resources.files("rebond_server.rules").joinpath("demonstration.toml").read_text("utf-8")
DATA = read_demonstration(TEXT)
LOTS = {lot.id: lot for lot in DATA.lots}
PROGRAMMES = {programme.id: programme for programme in DATA.programmes}
AGREEMENTS = {agreement.number: agreement for agreement in DATA.agreements}


def devices(count, lot, kind=Kind.LAPTOP):
    return tuple(
        Device(
            id=f"{lot}-{kind}-{n}",
            tag=f"{lot}-{kind}-{n}",
            kind=kind,
            lot=lot,
            received=NOW,
            sanitised=True,
            grade=Grade.B,
            ram_mib=8192,
        )
        for n in range(count)
    )


def outcomes(*stock, now=NOW):
    source = DATA.plan_input()
    with_stock = type(source)(
        **{name: getattr(source, name) for name in source.__struct_fields__ if name != "devices"},
        devices=tuple(device for group in stock for device in group),
    )
    return {one.request: one for one in plan(with_stock, now).outcomes}


def test_the_decisions_have_their_numbers_and_dates():
    assert {number: one.signed for number, one in AGREEMENTS.items()} == {
        "CP-2021-0668": date(2021, 7, 5),
        "CP-2021-0342": date(2021, 2, 22),
        "CP-2019-3591": date(2019, 12, 9),
        "CHL 009-10024/21/BM": date(2021, 6, 4),
        "Communiqué Maria Casarès": None,
    }


def test_twenty_percent_for_the_network():
    (share,) = LOTS["collecte-2021"].shares
    assert (share.programme, share.fraction, share.tolerance) == ("resin", 0.2, 1)


def test_three_offices_of_fifty_and_ten_for_each_structure():
    caps = {cap.id: cap.limit for cap in PROGRAMMES["poste-usagers"].caps}
    assert caps == {"total": 150, "bureau": 50, "personne": 1}
    assert PROGRAMMES["poste-structures"].caps[0].limit == 10
    assert len(AGREEMENTS["CP-2021-0342"].details["offices"]) == 3


def test_the_annex_counts_657_items_of_300_euros_at_most_and_no_resale():
    annex = AGREEMENTS["CHL 009-10024/21/BM"].details["annex"]
    lot = LOTS["annexe-amp-2021"]
    assert annex["computers"] + annex["screens"] == annex["items"] == 657
    assert (lot.unit_value_eur, lot.resale_allowed, lot.qpv_only) == (300.0, False, True)
    assert set(lot.reserved_programmes) == {f"fabrique-ct{n}" for n in (1, 2, 3, 6)}


def test_nineteen_pupils_and_the_targets_of_2027():
    (pupils,) = (one for one in DATA.requests if one.id == "college-maria-casares")
    assert pupils.quantity == 19
    assert PROGRAMMES["jeunes"].targets[0].count == 1000
    assert PROGRAMMES["kits"].targets[0].count == 2000


def test_the_pupils_get_their_laptops():
    assert outcomes(devices(40, "reboot"))["college-maria-casares"].served == 19


def test_a_family_gets_a_whole_kit_or_nothing():
    served = outcomes(devices(40, "reboot"), devices(3, "reboot", Kind.KEY_4G))
    assert served["exemple-kits-ccas"].served == 3


def test_ceded_computers_reach_only_students_and_families_of_their_territories():
    served = outcomes(
        devices(9, "annexe-amp-2021", Kind.MINI), devices(9, "annexe-amp-2021", Kind.SCREEN)
    )
    assert {name for name, one in served.items() if one.served} == {
        "exemple-familles-aix",
        "exemple-etudiants-martigues",
    }


def test_the_smartphones_of_la_poste_leave_while_the_experiment_lasts():
    phones = devices(20, "poste-2021", Kind.SMARTPHONE)
    served = outcomes(phones, now=POST)
    assert served["exemple-poste-structure"].served == 10
    assert served["exemple-poste-bron-0001"].served == 1
    late = outcomes(phones)["exemple-poste-bron-0001"]
    assert late.served == 0
    assert late.reasons[0].misses[0].condition is Condition.PROGRAMME_CLOSED


@pytest.mark.parametrize(
    "text", ["rules = 1", TEXT.replace('regime = "cg3p"', 'regime = "nobody"'), "]["]
)
def test_data_that_does_not_fit_is_refused_with_a_sentence(text):
    with pytest.raises(BadRules) as refusal:
        read_demonstration(text)
    assert refusal.value.sentence.fr
