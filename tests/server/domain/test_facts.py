"""Facts are what the statements say: unknown stays unknown, and each value names its source."""

import pytest
from devices import LAPTOP, PASSED, SSD, inventory
from erasures import HDD
from msgspec.structs import replace

from rebond_schemas.facts import (
    Battery,
    Drive,
    DriveIdentity,
    DriveKind,
    Memory,
    Source,
)
from rebond_schemas.inspection import Check, Result
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import project, unknown_facts
from rebond_server.domain.health import Health


def of(facts, checks=PASSED, healths=(Health.OK,)):
    return project(inventory(facts), checks, healths)


def test_a_known_laptop():
    values = {name: fact.value for name, fact in of(LAPTOP).items()}
    assert values == {
        "kind": "laptop", "memory_installed": 8192, "processor_cores": 4, "processor_threads": 8,
        "processor_year": 2017, "x86_64_level": 3, "drive_medium": "ssd", "drive_size": 250.1,
        "drive_hours": 0, "drive_health": "ok", "battery_health": 85.4, "screen_width": None,
        "wifi": True, "webcam": True, "tpm_2": True, "setup_password": False, "anti_theft": False,
        "appearance": "a", "screen_diagonal": None, "secure_boot_able": None,
        "windows_11_processor": None, "machine_year": 2017, "processor_mark": None,
        "charger": None, "data_erased": None, "technical_delta": None, "appearance_delta": None,
        **{name: "pass" for name in values if name.startswith("check_")},
    }  # fmt: skip


def test_every_fact_is_in_the_registry_with_its_unit_and_scale():
    for facts in (of(LAPTOP), unknown_facts()):
        assert set(facts) == set(REGISTRY)
        for name, fact in facts.items():
            assert fact.unit == REGISTRY[name].unit
            assert (fact.status == "unknown") == (fact.value is None)
            if fact.value is not None:
                REGISTRY[name].rank(fact.value)


def test_nothing_is_known_of_nothing():
    assert all(fact.value is None for fact in unknown_facts().values())


def test_zero_is_no_memory_and_usable_is_not_installed():
    assert of(replace(LAPTOP, memory=Memory(installed_mib=0)))["memory_installed"].value is None
    assert of(replace(LAPTOP, memory=Memory(usable_mib=7800)))["memory_installed"].value is None


def battery(*packs):
    return of(replace(LAPTOP, batteries=packs))["battery_health"].value


@pytest.mark.parametrize(
    ("packs", "percent"),
    [
        ((), None),
        ((Battery(),), None),
        ((Battery(design_mwh=0, full_mwh=0),), None),
        ((Battery(design_mwh=50000, full_mwh=18000),), 36.0),
        ((Battery(design_mwh=50000, full_mwh=52000),), 104.0),
        ((Battery(design_mwh=100, full_mwh=52000),), None),
        ((Battery(health_percent=82.0),), 82.0),
        (
            (Battery(design_mwh=24000, full_mwh=12000), Battery(design_mwh=24000, full_mwh=24000)),
            75.0,
        ),
        ((Battery(design_mwh=24000, full_mwh=12000), Battery()), None),
    ],
)
def test_battery_health_needs_both_capacities_of_every_pack(packs, percent):
    assert battery(*packs) == percent


def drive(**changes):
    facts = of(replace(LAPTOP, **changes))
    return facts["drive_medium"].value, facts["drive_size"].value


def test_the_system_goes_on_the_best_inner_drive():
    stick = replace(SSD, kind=DriveKind.USB)
    assert drive(drives=(HDD, SSD, stick)) == ("ssd", 250.1)
    assert drive(drives=()) == ("none", 0.0)
    assert drive(drives=(), drives_hidden=None) == (None, None)
    unknown = Drive(path="/dev/vda", identity=DriveIdentity(size_bytes=10**11))
    assert drive(drives=(unknown,)) == (None, None)


def hours(*drives):
    return of(replace(LAPTOP, drives=drives))["drive_hours"].value


def test_the_hours_are_those_of_the_oldest_hard_disk():
    young = replace(HDD, smart=replace(HDD.smart, power_on_hours=900))
    old = replace(HDD, smart=replace(HDD.smart, power_on_hours=41000))
    misread = replace(HDD, smart=replace(HDD.smart, power_on_hours=4661094))
    assert hours(SSD, young, old) == 41000
    assert hours(SSD) == 0
    assert hours(young, misread) is None
    assert hours(young, HDD) is None


@pytest.mark.parametrize("health", [Health.REVIEW, Health.UNKNOWN])
def test_a_doubtful_drive_is_not_known(health):
    assert of(LAPTOP, healths=(Health.OK, health))["drive_health"].value is None


def test_a_skipped_test_is_not_a_passed_test_and_the_last_one_counts():
    def keyboard(*results):
        checks = tuple(Check(name="keyboard", result=result, by="Amina") for result in results)
        return of(LAPTOP, checks)["check_keyboard"]

    assert keyboard(Result.SKIPPED).value is None
    assert keyboard(Result.PASS, Result.FAIL).value == "fail"
    assert keyboard(Result.PASS).source == "inspection (Amina)"
    assert keyboard().status == "unknown"


def test_the_source_of_the_longest_path_is_kept():
    sources = {
        "memory": Source(status="reported", evidence="dmidecode"),
        "memory.installed_mib": Source(status="measured", evidence="decode-dimms"),
    }
    fact = project(inventory(sources=sources))["memory_installed"]
    assert (fact.status, fact.source) == ("measured", "memory.installed_mib (decode-dimms)")


def test_what_a_person_declares_wins():
    fact = project(inventory(), declared={"webcam": False})["webcam"]
    assert (fact.value, fact.status) == (False, "declared")
