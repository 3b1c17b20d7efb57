"""Reports of drives that failed, as their owners published them, and healthy ones spoiled by hand.

Only the numbers that mattered are kept, written down by hand. A verdict must alarm (FAIL or REVIEW);
and what makes other tools cry wolf must not.
"""

import pytest
from drive_reports import (
    COUNTS,
    counters,
    errors,
    hdd,
    nvme,
    row,
    sas,
    selftests,
    silent,
    ssd,
    statistic,
)
from hypothesis import given
from hypothesis import strategies as st

from rebond_agent.probes.drives import build_drive
from rebond_agent.probes.lsblk import Listed
from rebond_server.domain.health import Health, drive_health
from rebond_server.rules.load import health_rules

ALARMS = {Health.FAIL, Health.REVIEW}


def judged(report):
    drive = build_drive(Listed(name="sda", path="/dev/sda"), report)
    found = drive_health(drive, health_rules())
    return found.health, {one.rule for one in found.spoken}


PAST = {"value": 133, "worst": 133, "thresh": 140, "when_failed": "now"}
FAILED = {
    # A WD Scorpio Blue of 320 GB behind a USB bridge, exit status 216.
    "past its threshold": (hdd(row(5, 535, **PAST), smart_status={"passed": False}), "D1"),
    "kind of attribute not told": (hdd(row(5, 12, **PAST)), "D2"),
    "written in capitals": (hdd(row(5, 12, **PAST | {"when_failed": "FAILING_NOW"})), "D2"),
    "only the exit status says so": (hdd(smartctl={"exit_status": 8}, smart_status={}), "D1"),
    "one pending sector, Scrutiny has no range": (hdd(row(197, 1)), "D6"),
    "67 pending, still PASSED": (hdd(row(5, 1), row(197, 67)), "D6"),
    "a raw value without its text": (hdd(row(5, {"value": 1203})), "D7"),
    "reported errors beside packed time-outs": (hdd(row(187, 17), row(188, 4295032833)), "D9"),
    "hundreds of time-outs": (hdd(row(188, {"string": "412 415 430"})), "D11f"),
    "hundreds, packed": (hdd(row(188, {"string": str((7 << 32) + (9 << 16) + 412)})), "D11f"),
    "spindle": (hdd(row(10, 1)), "D10"),
    "only the log knows": (hdd(ata_smart_error_log=errors(19_990, 19_995)), "D11g"),
    "the extended log knows more": (
        hdd(ata_smart_error_log=errors(1) | errors(19_999, log="extended")),
        "D11g",
    ),
    "a log that counts hours anew": (
        hdd(ata_smart_error_log=errors(460), power_on_time={"hours": 66_000}),
        "D11g",
    ),
    "a short test after the failed long one": (
        hdd(ata_smart_self_test_log=selftests((1, True), (2, False))),
        "D20",
    ),
    "a test that ended in the status only": (
        hdd(ata_smart_data={"self_test": {"status": {"value": 121, "passed": False}}}),
        "D20",
    ),
    "statistics where no attribute counts": (
        hdd(
            row(5, 0, name="Any"),
            ata_device_statistics=statistic("Number of Reallocated Logical Sectors", 40),
        ),
        "D7",
    ),
    "a list of pending defects": (
        hdd(row(197, 0, name="Any"), ata_pending_defects_log={"size": 64, "count": 3}),
        "D6",
    ),
    # A Crucial MX200: failed by its own word, "No failed Attributes found".
    "an SSD of its own word": (ssd(smart_status={"passed": False}), "D1"),
    "an SSD at its end": (
        ssd({"id": 202, "name": "Percent_Lifetime_Remain", "value": 4, "raw": {"string": "96"}}),
        "D14",
    ),
    "an SSD with uncorrectable errors": (ssd(row(187, 3)), "D9d"),
    "an NVMe gone read-only": (nvme(critical_warning=8), "D3"),
    "an NVMe of degraded reliability": (nvme(critical_warning=4, percentage_used=100), "D3"),
    "an NVMe at 134 %, still PASSED": (nvme(percentage_used=134), "D14"),
    "an NVMe with media errors": (nvme(media_errors=512), "D17"),
    # A Seagate ST3400755SS: 9 grown defects, 8 uncorrected writes, PASSED.
    "a SAS drive that cannot write": (
        sas(scsi_grown_defect_list=9, scsi_error_counter_log=counters(read=0, write=8)),
        "D11i",
    ),
    "a SAS drive full of defects": (sas(scsi_grown_defect_list=260), "D11c"),
    "errors instead of answers": (
        silent("Read Device Identity failed: Input/output error"),
        "D21b",
    ),
}


@pytest.mark.parametrize(("report", "rule"), FAILED.values(), ids=FAILED)
def test_a_drive_that_failed_raises_an_alarm(report, rule):
    health, rules = judged(report)
    assert health in ALARMS
    assert rule in rules


SOUND = {
    "hard disk": hdd(),
    "SSD": ssd(),
    "NVMe": nvme(),
    "SAS": sas(),
    "Seagate's packed rates": hdd(row(1, 199781349), row(7, 3275107577), row(195, 223577061)),
    "Seagate's packed time-outs": hdd(row(188, 51540393996)),
    "Fujitsu's packed reallocations": hdd(row(5, {"value": 8589934592000, "string": "0 (2000 0)"})),
    "the same without its text": hdd(row(5, {"value": 8589934592000})),
    "a bad cable": hdd(row(199, 500), ata_smart_error_log=errors(19_999, register=0x84)),
    "commands refused": hdd(ata_smart_error_log=errors(19_999, register=0x04)),
    "errors of long ago": hdd(ata_smart_error_log=errors(9_000, 9_001)),
    "a failed test outdated by a long one": hdd(
        ata_smart_self_test_log=selftests((1, True), (2, True), (2, False))
    ),
    "a test that was stopped": hdd(ata_smart_self_test_log=selftests((2, None), (1, True))),
    "a statistic that is not valid": hdd(
        ata_device_statistics=statistic("Number of Reported Uncorrectable Errors", 9, valid=False)
    ),
    "hot once": hdd(row(190, 45, when_failed="past", thresh=45)),
    "NVMe with refused commands": nvme(num_err_log_entries=2000),
}


@pytest.mark.parametrize("report", SOUND.values(), ids=SOUND)
def test_what_makes_others_cry_wolf_does_not(report):
    health, _ = judged(report)
    assert health is Health.OK


@pytest.mark.parametrize(
    "text",
    [
        "Smartctl open device: /dev/sda failed: Permission denied",
        "/dev/sda: Unknown USB bridge [0x152d:0x0583 (0x214)]",
        "Read SMART Data failed: scsi error badly formed scsi parameters",
    ],
)
def test_silence_is_not_an_alarm(text):
    health, rules = judged(silent(text))
    assert health is Health.UNKNOWN
    assert rules == {"D21"}


@given(
    st.dictionaries(st.sampled_from((10, 187, 197, 198)), st.integers(1, 10_000), min_size=1),
    st.dictionaries(st.sampled_from((1, 7, 189, 195)), st.integers(0, 2**48), max_size=4),
)
def test_any_sign_of_a_failing_surface_or_motor_alarms_whatever_stands_beside(signs, noise):
    rows = [row(number, raw) for number, raw in (noise | signs).items()]
    assert judged(hdd(*rows))[0] in ALARMS


@given(st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 3), min_size=1), st.data())
def test_a_drive_that_gets_worse_is_never_judged_better(counts, data):
    order = (Health.OK, Health.WATCH, Health.UNKNOWN, Health.REVIEW, Health.FAIL)
    worse = {n: c + data.draw(st.integers(0, 60)) for n, c in counts.items()}
    first, second = (
        judged(hdd(*(row(n, c) for n, c in many.items())))[0] for many in (counts, worse)
    )
    assert order.index(second) >= order.index(first)
