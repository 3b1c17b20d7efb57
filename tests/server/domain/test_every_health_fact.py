"""Every counter that a drive-health rule reads, each of its values and none, on every kind of drive.

As a grade sees it: FAIL and WATCH are what they are, OK is the best, REVIEW and UNKNOWN leave all open.
A worse value never helps, and what nobody read never helps either, but for what many drives do not
keep at all: those are named here, each with its reason, and no other may be.
"""

import itertools

import pytest
from devices import SSD
from erasures import CLEAN, HDD, good_erasure
from msgspec.structs import replace

from rebond_schemas.facts import DriveKind
from rebond_schemas.smart import Smart, SmartAttribute
from rebond_server.domain.health import Effect, Health, drive_health
from rebond_server.domain.verdict import judge
from rebond_server.rules.load import health_rules

RULES = health_rules()
SPAN = {
    Health.FAIL: (0, 0),
    Health.WATCH: (1, 1),
    Health.OK: (2, 2),
    Health.REVIEW: (0, 2),
    Health.UNKNOWN: (0, 2),
}
"""Worst and best that the drive may turn out to be."""


def row(number, raw, name, failed=None, *, prefailure=True):
    return SmartAttribute(id=number, raw=raw, name=name, failed=failed, prefailure=prefailure)


TABLE = tuple(
    row(n, 0, name)
    for n, name in {5: "Reallocated_Sector_Ct", 197: "Current_Pending_Sector"}.items()
)
LOGS = {"read_errors": 0, "self_test_failed": False, "command_timeouts": 0, "crc_errors": 0}
ATA = replace(CLEAN, protocol="ATA", exit_status=0, power_on_hours=9000, **LOGS)
READ = replace(ATA, attributes=TABLE)
NVME = Smart(
    passed=True, protocol="NVMe", exit_status=0, critical_warning=0, available_spare_percent=100.0,
    spare_threshold_percent=10.0, wear_used_percent=3.0, media_errors=0, self_test_failed=False,
)  # fmt: skip
SAS = Smart(
    passed=True, protocol="SCSI", exit_status=0, grown_defects=0, uncorrected_errors=0,
    self_test_failed=False,
)  # fmt: skip
WD = replace(HDD.identity, model="WDC WD5000LPVX")
DRIVES = {
    "Seagate": replace(HDD, smart=READ),
    "other maker": replace(HDD, smart=replace(READ, reported_uncorrectable=None), identity=WD),
    "old record": replace(HDD, smart=replace(CLEAN, exit_status=0), identity=WD),
    "SAS": replace(HDD, smart=SAS),
    "SSD": replace(SSD, smart=replace(READ, spin_retries=None, wear_used_percent=4.0)),
    "old record of an SSD": replace(SSD, smart=replace(CLEAN, wear_used_percent=4.0)),
    "NVMe": replace(SSD, kind=DriveKind.NVME, smart=NVME),
    "eMMC": replace(
        SSD, kind=DriveKind.EMMC, smart=Smart(protocol="MMC", emmc_life_used=2, emmc_pre_eol=1)
    ),
}
COUNTS = (0, 1, 2, 3, 4, 5, 11, 12, 16, 17, 49, 50, 99, 100, 5000)
WORSE = {
    **dict.fromkeys(
        (
            "reallocated", "pending", "uncorrectable", "reported_uncorrectable", "spin_retries",
            "command_timeouts", "crc_errors", "media_errors", "grown_defects", "uncorrected_errors",
            "read_errors",
        ),
        COUNTS,
    ),
    "passed": (True, False),
    "self_test_failed": (False, True),
    "critical_warning": (0, 2, 16, 1, 4, 8),
    "available_spare_percent": (100.0, 11.0, 10.0, 9.0),
    "wear_used_percent": (0.0, 49.0, 50.0, 69.5, 70.0, 89.5, 90.0, 134.0),
    "power_on_hours": (0, 37_000, 37_001, 90_000),
    "emmc_life_used": (1, 9, 10, 11),
    "emmc_pre_eol": (1, 2, 3),
    "last_read_error_hours": (1, 8_999),
    "broken_answer": (False, True),
    "exit_status": (0, 2),
    "attributes": (
        TABLE,
        (*TABLE, row(184, 1, "End-to-End_Error")),
        (*TABLE, row(184, 1, "End-to-End_Error"), row(196, 12, "Reallocated_Event_Count")),
        (*TABLE, row(1, 0, "Raw_Read_Error_Rate", "past")),
        (*TABLE, row(7, 0, "Any", "now", prefailure=False)),
        (*TABLE, row(5, 0, "Any", "now")),
    ),
}  # fmt: skip
"""Every field that a rule reads through some fact: best first. Heat and cycles are read by none."""
ATA_DISKS = {"Seagate", "other maker", "SSD"}
MAY_LACK = {
    # attributes 5, 187, 197 and 198: some SSDs have no row for one or several of them
    "reallocated": {"SSD"},
    "reported_uncorrectable": {"SSD"},
    "pending": {"SSD"},
    "uncorrectable": {"SSD"},
    # attribute 188: most makers keep none
    "command_timeouts": ATA_DISKS - {"SSD"},
    # the error log is an option of ATA
    "read_errors": ATA_DISKS,
    # most donated drives never ran a self-test
    "self_test_failed": {*ATA_DISKS, "SAS", "NVMe"},
    # reports that were cut down by hand or by another program often leave it out
    "exit_status": {*ATA_DISKS, "SAS", "NVMe", "old record"},
}
"""What silence may raise, and on which drives: there a missing counter is one that is not kept."""


def span(drive, **known):
    return SPAN[drive_health(drive, RULES, **known).health]


def fields_of(drive):
    told = drive.smart
    return [f for f in WORSE if getattr(told, f) not in (None, ()) or f == "last_read_error_hours"]


CASES = [(name, field) for name, drive in DRIVES.items() for field in fields_of(drive)]


@pytest.mark.parametrize("name", DRIVES)
def test_the_grounds_are_sound_drives(name):
    assert drive_health(DRIVES[name], RULES).health is Health.OK


@pytest.mark.parametrize(("name", "field"), CASES)
def test_a_worse_counter_never_helps(name, field):
    drive = DRIVES[name]
    base = replace(drive.smart, read_errors=3) if field == "last_read_error_hours" else drive.smart
    found = [span(drive, before=replace(base, **{field: value})) for value in WORSE[field]]
    order = {(2, 2): 3, (1, 1): 2, (0, 2): 1, (0, 0): 0}
    ranks = [order[one] for one in found]
    assert ranks == sorted(ranks, reverse=True), list(zip(WORSE[field], found, strict=True))


@pytest.mark.parametrize(("name", "field"), CASES)
def test_a_counter_that_nobody_read_never_helps(name, field):
    drive = DRIVES[name]
    nothing = () if field == "attributes" else None
    without = span(drive, before=replace(drive.smart, **{field: nothing}))
    raised = [
        value
        for value in WORSE[field]
        if without[0] > span(drive, before=replace(drive.smart, **{field: value}))[0]
    ]
    assert without != (0, 0)
    assert bool(raised) == (name in MAY_LACK.get(field, ())), raised


MUST = {
    "Seagate": {"passed", "reallocated", "pending", "uncorrectable", "reported_uncorrectable",
                "spin_retries", "attributes"},
    "NVMe": {"passed", "critical_warning", "available_spare_percent", "wear_used_percent",
             "media_errors"},
    "eMMC": {"emmc_life_used", "emmc_pre_eol"},
}  # fmt: skip


@pytest.mark.parametrize("name", MUST)
def test_what_every_drive_of_its_kind_keeps_is_unknown_when_it_is_not_told(name):
    for field in MUST[name]:
        nothing = () if field == "attributes" else None
        without = replace(DRIVES[name], smart=replace(DRIVES[name].smart, **{field: nothing}))
        assert drive_health(without, RULES).health is Health.UNKNOWN, field


def test_no_growth_is_told_where_one_side_was_not_read():
    """A counter read only after the wipe says nothing of what the wipe did to it."""
    before, after = replace(READ, reallocated=None), replace(READ, reallocated=1)
    assert drive_health(HDD, RULES, before=before, after=after).health is Health.UNKNOWN
    assert drive_health(HDD, RULES, before=READ, after=after).health is Health.FAIL
    gone = replace(READ, pending=None)
    assert drive_health(HDD, RULES, before=READ, after=gone).health is Health.UNKNOWN


def everything():
    """Yield the verdict on every value of every counter of every drive, before and after a wipe."""
    for name, field in CASES:
        drive = DRIVES[name]
        nothing = () if field == "attributes" else None
        states = [replace(drive.smart, **{field: v}) for v in (*WORSE[field], nothing)]
        states += [replace(s, read_errors=3) for s in states if field == "last_read_error_hours"]
        for one in states:
            yield drive_health(drive, RULES, before=one)
            yield drive_health(drive, RULES, before=drive.smart, after=one)
    errors = good_erasure()
    bad = replace(errors, passes=(errors.passes[0], replace(errors.passes[1], mismatch_count=3)))
    for drive in (*DRIVES.values(), replace(HDD, kind=DriveKind.IMAGE, smart=None)):
        for erasure in (errors, bad):
            yield drive_health(drive, RULES, judgement=judge(erasure, drive))
        yield drive_health(drive, RULES)
    yield drive_health(replace(HDD, smart=None), RULES)
    yield drive_health(replace(HDD, smart=Smart(exit_status=4, broken_answer=True)), RULES)
    yield drive_health(
        replace(DRIVES["NVMe"], smart=replace(NVME, passed=False, critical_warning=None)), RULES
    )


def test_every_rule_speaks_somewhere_and_is_silent_somewhere(capsys):
    found = list(everything())
    spoken = {one.rule for verdict in found for one in verdict.spoken}
    silent = set.union(*({r.id for r in RULES.rules} - {s.rule for s in v.spoken} for v in found))
    rules = {rule.id for rule in RULES.rules}
    assert rules <= spoken, f"never spoke: {sorted(rules - spoken)}"
    assert rules <= silent
    facts = sorted({rule.fact for rule in RULES.rules})
    with capsys.disabled():
        print(f"\n{RULES.edition.name}: {len(rules)} rules, {len(facts)} facts: {', '.join(facts)}")  # noqa: T201 - the coverage


def test_the_order_of_rules_and_attributes_does_not_matter():
    spoiled = (*TABLE, row(196, 12, "Reallocated_Event_Count"), row(5, 0, "Any", "now"))
    for attributes in itertools.permutations(spoiled):
        for rules in (RULES, replace(RULES, rules=RULES.rules[::-1])):
            found = drive_health(HDD, rules, before=replace(READ, pending=2, attributes=attributes))
            assert found.health is Health.FAIL
            assert {one.rule for one in found.spoken} == {"D2", "D6", "D6b", "D11b"}


def test_effects_weigh_as_documented():
    assert [effect.value for effect in Effect] == ["note", "watch", "unknown", "review", "fail"]
