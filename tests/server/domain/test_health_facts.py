"""Each health fact at its bounds: what is counted, what is left out, what a packed number means."""

import pytest
from erasures import CLEAN, HDD
from msgspec.structs import replace

from rebond_schemas.facts import DriveKind
from rebond_schemas.smart import Smart, SmartAttribute
from rebond_server.domain.health_facts import SCALES, Medium, answered, drive_facts, medium_of


def fact(name, **changes):
    return drive_facts(HDD, before=replace(CLEAN, **changes))[name]


def row(number, failed="now", name="Any", raw=0, *, prefailure=None):
    return SmartAttribute(id=number, name=name, raw=raw, failed=failed, prefailure=prefailure)


BOUNDS = [
    ("power_on_hours", {"power_on_hours": 150_000}, 150_000),
    ("power_on_hours", {"power_on_hours": 150_001}, None),
    ("command_timeouts", {"command_timeouts": 65_535}, 65_535),
    ("command_timeouts", {"command_timeouts": 65_536}, 0),
    ("command_timeouts", {"command_timeouts": (7 << 32) + 412}, 412),
    ("command_timeouts", {"command_timeouts": None}, None),
    ("read_errors_recent", {"read_errors": 2, "last_read_error_hours": 8_000, "power_on_hours": 9_000}, 2),
    ("read_errors_recent", {"read_errors": 2, "last_read_error_hours": 7_999, "power_on_hours": 9_000}, 0),
    ("read_errors_recent", {"read_errors": 2, "last_read_error_hours": None, "power_on_hours": 9_000}, 2),
    ("read_errors_recent", {"read_errors": 2, "last_read_error_hours": 1, "power_on_hours": None}, 2),
    ("read_errors_recent", {"read_errors": 0, "last_read_error_hours": 8_999, "power_on_hours": 9_000}, 0),
    ("read_errors_recent", {"read_errors": None}, None),
    # the log's hours begin again after 65,535; the first hour of the second round is 0
    ("read_errors_recent", {"read_errors": 1, "last_read_error_hours": 0, "power_on_hours": 65_536}, 1),
    ("read_errors_recent", {"read_errors": 1, "last_read_error_hours": 0, "power_on_hours": 65_535}, 0),
    ("read_errors_recent", {"read_errors": 1, "last_read_error_hours": 65_000, "power_on_hours": 65_600}, 1),
    ("read_errors_recent", {"read_errors": 1, "last_read_error_hours": 64_536, "power_on_hours": 65_537}, 0),
    ("end_to_end_errors", {"attributes": (row(184, None, "End-to-End_Error", 3),)}, 3),
    ("end_to_end_errors", {"attributes": (row(184, None, "IO_Error_Detect", 3),)}, None),
    ("end_to_end_errors", {"attributes": (row(185, None, "End-to-End_Error", 3),)}, None),
    ("end_to_end_errors", {"attributes": (row(184, None, "END-TO-END", -1),)}, None),
    ("end_to_end_errors", {"attributes": (row(184, None, "END-TO-END", 0),)}, 0),
    ("reallocation_events", {"attributes": (row(196, None, "Reallocated_Event_Count", 2),)}, 2),
    ("reallocation_events", {"attributes": (row(196, None, None, 2),)}, None),
    ("spare_above_threshold", {"available_spare_percent": 12.0, "spare_threshold_percent": 10.0}, 2.0),
    ("spare_above_threshold", {"available_spare_percent": 12.0}, None),
    ("spare_above_threshold", {"spare_threshold_percent": 10.0}, None),
    *[("warning_fatal", {"critical_warning": 1 << b}, b in {0, 2, 3}) for b in range(6)],
    *[("warning_passing", {"critical_warning": 1 << b}, b in {1, 4}) for b in range(6)],
    ("warning_fatal", {}, None),
    ("warning_passing", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "wanted"), BOUNDS)
def test_a_fact_at_its_bounds(name, changes, wanted):
    assert fact(name, **changes) == wanted


@pytest.mark.parametrize("number", range(256))
def test_which_attributes_count_use_and_which_warn_early(number):
    """Starts, hours, cycles, parking and heat fail nobody; a kind that is not told goes by the number."""
    use = number in {4, 9, 12, 190, 192, 193, 194}
    early = number in {1, 3, 5, 7, 8, 10, 184}
    assert fact("prefailure_now", attributes=(row(number),)) is early
    assert fact("old_age_now", attributes=(row(number),)) is (not early and not use)
    assert fact("prefailure_past", attributes=(row(number, "past"),)) is early
    for told in (True, False):
        rows = (row(number, prefailure=told),)
        assert fact("prefailure_now", attributes=rows) is (told and not use)
        assert fact("old_age_now", attributes=rows) is (not told and not use)


ANSWERS = [
    (None, False),
    (Smart(), False),
    (Smart(passed=True), True),
    (Smart(passed=False), True),
    (Smart(emmc_life_used=0), True),
    *[(Smart(passed=True, exit_status=bit), bit not in {1, 2, 4}) for bit in (1, 2, 4, 8, 16, 32)],
    *[
        (Smart(passed=True, exit_status=4, **{name: 0}), True)
        for name in ("reallocated", "pending", "critical_warning", "grown_defects")
    ],
    (Smart(passed=True, exit_status=6, reallocated=0), False),
]


@pytest.mark.parametrize(("smart", "wanted"), ANSWERS)
def test_what_is_an_answer(smart, wanted):
    assert answered(smart) is wanted


def test_errors_instead_of_answers():
    assert fact("answers_with_errors", broken_answer=True) is False  # the rest was read
    assert fact("answers_with_errors", broken_answer=True, passed=None) is True
    assert fact("answers_with_errors", broken_answer=False, passed=None) is False
    assert drive_facts(replace(HDD, smart=None))["answers_with_errors"] is None


MEDIA = {
    DriveKind.HDD: Medium.HDD, DriveKind.SSD: Medium.SSD, DriveKind.NVME: Medium.NVME,
    DriveKind.EMMC: Medium.EMMC, DriveKind.IMAGE: Medium.IMAGE, DriveKind.USB: Medium.OTHER,
    DriveKind.OPTICAL: Medium.OTHER, DriveKind.CARD_READER: Medium.OTHER,
    DriveKind.VIRTUAL: Medium.OTHER, DriveKind.UNKNOWN: Medium.OTHER,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "wanted"), MEDIA.items())
def test_the_medium_of_a_kind(kind, wanted):
    still = replace(HDD, kind=kind, smart=None)
    assert medium_of(still) is wanted
    turning = Medium.HDD if wanted is Medium.OTHER else wanted
    assert medium_of(still, None, CLEAN) is turning
    assert medium_of(replace(still, smart=CLEAN)) is turning


def test_the_newest_state_counts_and_growth_needs_both():
    after = replace(CLEAN, pending=2, reallocated=3, crc_errors=5)
    facts = drive_facts(HDD, before=replace(CLEAN, pending=1, crc_errors=4), after=after)
    assert (facts["pending"], facts["pending_before"], facts["pending_after"]) == (2, 1, 2)
    assert (facts["reallocated_grown"], facts["crc_errors_grown"]) == (3, 1)
    assert facts["reallocated_untested"] is None
    assert facts["reported_uncorrectable_untested"] is None
    alone = drive_facts(HDD)
    assert (alone["pending"], alone["pending_after"], alone["reallocated_grown"]) == (0, None, None)
    assert alone["reallocated_untested"] == 0
    assert set(alone) == set(SCALES)


def test_scales_hold_what_a_counter_can_be():
    for name, scale in SCALES.items():
        if scale.type == "number":
            assert scale.least is not None, name
            assert scale.most is not None, name
    assert SCALES["power_on_hours"].most == 150_000
    assert (SCALES["wear_used_percent"].least, SCALES["wear_used_percent"].most) == (0, 255)
    spare = SCALES["spare_above_threshold"]
    assert (spare.least, spare.most, spare.better) == (-255, 255, "more")
    assert (SCALES["emmc_life_used"].most, SCALES["emmc_pre_eol"].most) == (15, 3)
    assert SCALES["pending"].most == 2**48
    assert (SCALES["smart_passed"].better, SCALES["prefailure_now"].better) == ("more", "less")
