"""What a device is fit for: programmes, systems, and the words that the law reserves."""

import pytest
from devices import LAPTOP, PASSED, inventory
from msgspec.structs import replace

from rebond_schemas.facts import ChassisKind, Display, Firmware, Memory, Processor
from rebond_schemas.inspection import Check, Result
from rebond_server.domain.defects import DEFECTS, appearance_of
from rebond_server.domain.errors import BadRules
from rebond_server.domain.facts import project, unknown_facts
from rebond_server.domain.health import Health
from rebond_server.domain.suitability import (
    PROGRAMMES,
    Answer,
    Purpose,
    fitness,
    read_suitability_rules,
)
from rebond_server.domain.windows_11 import processor_listed
from rebond_server.rules.load import SUITABILITY, rule_text, suitability_rules

RULES = suitability_rules()
I5_8250U = Processor(
    name="i5-8250U", maker="Intel", family=6, model=142, stepping=10,
    generation_number=8, cores=4, threads=8, year=2017, x86_64_level=3,
)  # fmt: skip
GOOD = replace(
    LAPTOP,
    processor=I5_8250U,
    firmware=Firmware(mode="uefi", secure_boot=False, tpm_version="2.0", setup_password=False),
    displays=(Display(internal=True, diagonal_inch=14.0, width_px=1920),),
)


def answer(purpose, machine=GOOD, checks=PASSED, healths=(Health.OK,), *, erased=True, **declared):
    facts = project(inventory(machine), checks, healths, declared, erased=erased)
    return fitness(facts, RULES, purpose)


def rules(found):
    return {one.need for one in found.unmet}


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.PRICE_DECREE])
def test_a_good_laptop_is_fit_for_everything(purpose):
    found = answer(purpose)
    assert found.answer is Answer.YES, found.unmet
    assert all(one.strength == "wished" for one in found.unmet)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_nothing_known_is_never_fit(purpose):
    assert fitness(unknown_facts(), RULES, purpose).answer is Answer.REVIEW


@pytest.mark.parametrize(
    ("gib", "fit"),
    [(2, set()), (4, {"family", "administration"}), (8, {p.value for p in PROGRAMMES})],
)
def test_programmes_ask_for_memory(gib, fit):
    machine = replace(GOOD, memory=Memory(installed_mib=gib * 1024))
    yes = {p.value for p in PROGRAMMES if answer(p, machine).answer is Answer.YES}
    assert yes == fit


def test_a_desktop_is_for_resin_and_not_for_a_pupil():
    desk = replace(GOOD, board=replace(GOOD.board, chassis=ChassisKind.DESKTOP), batteries=())
    assert answer(Purpose.RESIN, desk).answer is Answer.YES
    assert rules(answer(Purpose.COLLEGIEN, desk)) == {"K1"}


SEVENTH = {"family": 6, "model": 142, "stepping": 9, "maker": "Intel"}
CPUS = {
    "8th": (I5_8250U, True),
    "7th with the stepping of the 8th": (
        Processor(**SEVENTH, generation_number=7, year=2016),
        False,
    ),
    "10th with that stepping": (Processor(**SEVENTH, generation_number=10, year=2019), True),
    "6th": (Processor(maker="Intel", family=6, model=78, stepping=3, generation_number=6), False),
    "old Kaby Lake stepping": (replace(I5_8250U, model=158, stepping=9), False),
    "stepping unknown": (replace(I5_8250U, stepping=None), None),
    "Pentium of 2018": (Processor(maker="Intel", family=6, model=122, stepping=1, year=2017), True),
    "age unknown": (Processor(maker="Intel", family=6, model=122, stepping=1), None),
    "Zen": (Processor(maker="AMD", family=0x17, model=0x01, year=2017), False),
    "Raven Ridge": (Processor(maker="AMD", family=0x17, model=0x11, year=2018), False),
    "Zen+": (Processor(maker="AMD", family=0x17, model=0x08, year=2018), True),
    "Zen 3": (Processor(maker="AMD", family=0x19, model=0x50, year=2021), True),
    "Bulldozer": (Processor(maker="AMD", family=0x15, model=0x60, year=2015), False),
    "no CPUID": (Processor(maker="Intel", name="i5"), None),
    "another maker": (Processor(maker="VIA", family=6, model=15), None),
}


@pytest.mark.parametrize(("processor", "listed"), CPUS.values(), ids=CPUS)
def test_windows_11_asks_cpuid_and_generation(processor, listed):
    assert processor_listed(processor) is listed


def test_windows_11_gives_its_reasons():
    old = replace(GOOD, firmware=replace(GOOD.firmware, tpm_version="1.2"))
    assert answer(Purpose.WINDOWS_11, old).answer is Answer.NO
    assert rules(answer(Purpose.WINDOWS_11, old)) == {"W2"}
    bios = replace(GOOD, firmware=replace(GOOD.firmware, mode="bios", secure_boot=None))
    assert answer(Purpose.WINDOWS_11, bios).answer is Answer.REVIEW
    assert answer(Purpose.LINUX, old).answer is Answer.YES


def test_the_reserved_word_needs_every_test_and_every_proof():
    assert answer(Purpose.RECONDITIONNE, erased=False).answer is Answer.NO
    assert answer(Purpose.RECONDITIONNE, erased=None).answer is Answer.REVIEW
    for check in PASSED:
        if check.name == "appearance":
            continue
        rest = tuple(c for c in PASSED if c.name != check.name)
        assert answer(Purpose.RECONDITIONNE, checks=rest).answer is Answer.REVIEW, check.name
        failed = (*rest, Check(name=check.name, result=Result.FAIL))
        assert answer(Purpose.RECONDITIONNE, checks=failed).answer is Answer.NO, check.name
        skipped = (*rest, Check(name=check.name, result=Result.SKIPPED))
        assert answer(Purpose.RECONDITIONNE, checks=skipped).answer is Answer.REVIEW, check.name


def test_age_is_a_stand_in_that_a_person_confirms():
    old = replace(GOOD, processor=replace(I5_8250U, year=2014))
    assert answer(Purpose.UNDER_TEN_YEARS, old).answer is Answer.REVIEW
    no_year = replace(GOOD, processor=replace(I5_8250U, year=None))
    dated = replace(no_year, firmware=replace(GOOD.firmware, date="2012-05-01"))
    assert answer(Purpose.UNDER_TEN_YEARS, dated).answer is Answer.REVIEW
    assert answer(Purpose.UNDER_TEN_YEARS).answer is Answer.YES


def test_the_price_decree_wants_the_charger():
    assert answer(Purpose.PRICE_DECREE).answer is Answer.REVIEW
    assert answer(Purpose.PRICE_DECREE, charger=True).answer is Answer.YES
    assert answer(Purpose.PRICE_DECREE, charger=False).answer is Answer.NO


def test_every_need_has_its_source_and_both_languages():
    for need in RULES.needs:
        assert need.source
        assert need.fr
        assert need.en


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('fact = "kind"', 'fact = "sort"', "sort"),
        ('unit = "kind"', 'unit = "x"', "se compte"),
        ('"collegien", "student"]', '"pupil"]', "pupil"),
        ('needs = "in"', 'needs = ">="', "prend 1"),
        ('strength = "required"', 'strength = "hoped"', "hoped"),
    ],
)
def test_a_broken_file_is_refused(old, new, word):
    text = rule_text(SUITABILITY)
    with pytest.raises(BadRules, match=word):
        read_suitability_rules(text.replace(old, new, 1))


def test_the_worst_defect_speaks():
    assert appearance_of(["scratch", "traces"]) == "b"
    assert appearance_of("scratch, dent") == "c"
    assert appearance_of("unheard_of") is None
    assert appearance_of("") is None
    assert {d.leaves for d in DEFECTS.values()} == {"a", "b", "c", "d"}
    checks = (Check(name="appearance", result=Result.PASS, note="scratch crack"),)
    assert project(None, checks)["appearance"].value == "d"
