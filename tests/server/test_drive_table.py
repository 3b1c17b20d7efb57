"""The table D1 to D22 of the research (health-grading, 2.5), row by row, at the numbers it quotes.

Each row is tried where it begins to speak and just before; before and after a wipe where it says so.
Reports are smartctl's JSON, read as the agent reads them.
"""

import re
from pathlib import Path

import pytest
from devices import SSD
from drive_reports import counters, emmc, hdd, nvme, row, sas, selftests, silent, ssd
from erasures import HDD, good_erasure
from msgspec.structs import replace

from rebond_agent.probes.drives import build_drive
from rebond_agent.probes.lsblk import Listed
from rebond_schemas.facts import DriveKind
from rebond_server.domain.health import Health, drive_health
from rebond_server.domain.verdict import judge
from rebond_server.rules.load import health_rules

OK, WATCH, REVIEW, FAIL, UNKNOWN = (
    Health.OK, Health.WATCH, Health.REVIEW, Health.FAIL, Health.UNKNOWN,
)  # fmt: skip
RULES = health_rules()


def drive_of(report):
    return build_drive(Listed(name="sda", path="/dev/sda"), report)


def judged(before, after=None, **known):
    drive = drive_of(before)
    then = None if after is None else drive_of(after).smart
    return drive_health(drive, RULES, before=drive.smart, after=then, **known).health


def worn(left):
    name = "Percent_Lifetime_Remain"
    return ssd({"id": 202, "name": name, "value": left, "raw": {"string": str(100 - left)}})


def at_threshold(number, prefailure, failed):
    flags = {"prefailure": prefailure}
    return row(number, 0, value=1, thresh=1, when_failed=failed, flags=flags)


# (row of the table, report before the wipe, report after it or None, verdict)
TABLE = [
    ("D1", hdd(smart_status={"passed": False}), None, FAIL),
    ("D1", sas(smart_status={"passed": False}), None, FAIL),
    ("D1", hdd(smartctl={"exit_status": 8}, smart_status={}), None, FAIL),
    ("D1", hdd(smartctl={"exit_status": 64}), None, OK),
    ("D2", hdd(at_threshold(5, True, "now")), None, FAIL),
    ("D2", hdd(at_threshold(5, True, "past")), None, REVIEW),
    ("D2", hdd(at_threshold(194, False, "now")), None, OK),
    *[("D3", nvme(critical_warning=1 << bit), None, FAIL) for bit in (0, 2, 3)],
    *[("D4", nvme(critical_warning=1 << bit), None, REVIEW) for bit in (1, 4)],
    ("D4", nvme(critical_warning=0), None, OK),
    ("D5", hdd(row(197, 1)), hdd(row(197, 1)), FAIL),
    ("D5", hdd(), hdd(row(198, 1)), FAIL),
    ("D6", hdd(row(197, 1)), None, REVIEW),
    ("D6", hdd(row(197, 1)), hdd(), WATCH),
    ("D6", hdd(row(197, 1)), hdd(row(5, 1)), FAIL),
    ("D7", hdd(row(5, 17)), None, FAIL),
    ("D7", hdd(row(5, 17)), hdd(row(5, 17)), FAIL),
    ("D7", hdd(row(5, 3)), hdd(row(5, 4)), FAIL),
    ("D8", hdd(row(5, 1)), None, WATCH),
    ("D8", hdd(row(5, 16)), hdd(row(5, 16)), WATCH),
    ("D8", hdd(row(5, 0)), None, OK),
    # WEEE Open: more than 3 failed in 8 of 9: before a full write, a person waits for it
    ("D8", hdd(row(5, 4)), None, REVIEW),
    ("D9", hdd(row(187, 1)), hdd(row(187, 1)), WATCH),
    ("D9", hdd(row(187, 3)), hdd(row(187, 3)), WATCH),
    ("D9", hdd(row(187, 4)), None, FAIL),
    ("D10", hdd(row(10, 1)), None, FAIL),
    ("D10", hdd(row(10, 0)), None, OK),
    ("D11", hdd(row(188, 17180131332)), None, OK),
    ("D11", hdd(row(188, {"value": 1, "string": "2 2 2"})), None, OK),
    ("D11", ssd(row(188, 33)), None, OK),
    ("D12", hdd(row(199, 500)), hdd(row(199, 500)), OK),
    ("D12", hdd(row(199, 500)), hdd(row(199, 501)), OK),
    *[("D13", hdd(row(number, 2**40)), None, OK) for number in (1, 7, 189, 195)],
    ("D14", worn(10), None, FAIL),
    ("D14", nvme(percentage_used=90), None, FAIL),
    ("D14", nvme(percentage_used=134), None, FAIL),
    ("D15", worn(11), None, WATCH),
    ("D15", worn(30), None, WATCH),
    ("D15", worn(31), None, OK),
    ("D15", nvme(percentage_used=89), None, WATCH),
    ("D15", nvme(percentage_used=69), None, OK),
    ("D16", nvme(available_spare=10, available_spare_threshold=10), None, FAIL),
    ("D16", nvme(available_spare=11, available_spare_threshold=10), None, OK),
    ("D17", nvme(media_errors=1), None, REVIEW),
    ("D17", nvme(media_errors=1), nvme(media_errors=1), REVIEW),
    ("D17", nvme(media_errors=1), nvme(media_errors=2), FAIL),
    ("D18", nvme(num_err_log_entries=100_000), None, OK),
    ("D19", hdd(power_on_time={"hours": 37_001}), None, OK),
    ("D20", hdd(ata_smart_self_test_log=selftests((1, False))), None, FAIL),
    ("D20", hdd(ata_smart_self_test_log=selftests((1, True))), None, OK),
    ("D20", sas(scsi_self_test_0={"result": {"value": 5}}), None, FAIL),
    ("D20", nvme() | {"nvme_self_test_log": {"table": [{"self_test_result": {"value": 7}}]}},
     None, FAIL),
    ("D21", silent("/dev/sda: Unknown USB bridge [0x152d:0x0583 (0x214)]"), None, UNKNOWN),
    ("D21", hdd(smart_status={}), None, UNKNOWN),
    *[("D21", hdd(smartctl={"exit_status": bit}), None, UNKNOWN) for bit in (1, 2)],
    # What the SCSI logs say stands beside the table, for disks of servers.
    ("SAS", sas(scsi_grown_defect_list=1), None, WATCH),
    ("SAS", sas(scsi_grown_defect_list=50), None, REVIEW),
    ("SAS", sas(scsi_grown_defect_list=3), sas(scsi_grown_defect_list=4), FAIL),
    ("SAS", sas(scsi_error_counter_log=counters(read=1)), None, REVIEW),
    ("SAS", sas(), sas(scsi_error_counter_log=counters(read=0, write=1)), FAIL),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "before", "after", "verdict"),
    TABLE,
    ids=[f"{n}-{one[0]}-{one[3].value}" for n, one in enumerate(TABLE)],
)
def test_each_row_at_the_numbers_that_the_research_quotes(name, before, after, verdict):
    assert judged(before, after) is verdict, name


@pytest.mark.parametrize(
    ("life", "pre_eol", "verdict"),
    [(0x09, 1, OK), (0x0A, 1, FAIL), (0x0B, 1, FAIL), (1, 2, FAIL), (1, 3, FAIL)],
)
def test_d22_the_soldered_memory(life, pre_eol, verdict):
    drive = replace(SSD, kind=DriveKind.EMMC, smart=emmc(life, pre_eol))
    assert drive_health(drive, RULES).health is verdict


def test_d20_a_wipe_that_met_errors():
    passes = good_erasure().passes
    bad = good_erasure(passes=(passes[0], replace(passes[1], mismatch_count=1)))
    assert judged(hdd(), judgement=judge(good_erasure(), HDD)) is OK
    assert judged(hdd(), judgement=judge(bad, HDD)) is FAIL


def test_d19_an_old_disk_stops_at_b():
    grading = (Path(__file__).parents[2] / "server/rebond_server/rules").glob(
        "grading-rebond*.toml"
    )
    text = next(grading).read_text("utf-8")
    assert re.search(
        r'fact = "drive_hours"\nneeds = "<="\nvalue = 37000\n(?:.*\n){2}otherwise = "B"', text
    )


def test_every_row_of_the_table_has_its_rules_and_its_cases():
    """D11, D13 and D18 say what must not decide: they have cases, and no rule of that number needs to be."""
    tried = {name for name, *_ in TABLE} | {"D22"}
    rules = {re.match(r"D\d+", rule.id)[0] for rule in RULES.rules}
    table = {f"D{number}" for number in range(1, 23)}
    assert table <= tried
    assert table - {"D13", "D18"} <= rules
