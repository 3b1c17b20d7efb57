"""The bench of drive health: Scrutiny's rules as documented, and the promises on real drives."""

import pathlib
import runpy

import pytest

from rebond_schemas.facts import Drive, DriveIdentity, DriveKind
from rebond_schemas.smart import Smart

ROOT = pathlib.Path(__file__).parents[2]
BENCH = runpy.run_path(str(ROOT / "scripts" / "benches" / "accuracy_health.py"))
CORPORA = ROOT.parent / "shared" / "corpora"
NVME = Drive(path="/dev/nvme0n1", identity=DriveIdentity(), kind=DriveKind.NVME, smart=Smart())
PASSED = {"smart_status": {"passed": True}}


def ata(number, raw, value=100, string=None):
    raw = {"value": raw, "string": string or str(raw)}
    table = [{"id": number, "value": value, "raw": raw}]
    return PASSED | {"ata_smart_attributes": {"table": table}}


CASES = {
    "clean": (ata(5, 0), False),
    "16 reallocated": (ata(5, 16), False),
    "17 reallocated": (ata(5, 17), True),
    "one reported": (ata(187, 1), True),
    "one pending has no range": (ata(197, 1), False),
    "two pending": (ata(197, 2), True),
    "one uncorrectable": (ata(198, 1), True),
    "Seagate's three time-outs": (ata(188, 51540393996, string="2 2 12"), False),
    "packed time-outs": (ata(188, 17180131332), True),
    "ECC recovered": (ata(195, 9, value=20), True),
    "no status": ({}, True),
    "failed status": ({"smart_status": {"passed": False}}, True),
}


@pytest.mark.parametrize(("report", "failed"), CASES.values(), ids=CASES)
def test_scrutiny_as_documented(report, failed):
    drive = Drive(path="/dev/sda", identity=DriveIdentity(), kind=DriveKind.HDD)
    assert BENCH["scrutiny_fails"](drive, report) is failed


@pytest.mark.parametrize(
    ("smart", "failed"),
    [
        (Smart(), False),
        (Smart(media_errors=1), True),
        (Smart(critical_warning=2), True),
        (Smart(wear_used_percent=100.0), False),
        (Smart(wear_used_percent=101.0), True),
        (Smart(available_spare_percent=9.0, spare_threshold_percent=10.0), True),
        (Smart(available_spare_percent=10.0, spare_threshold_percent=10.0), False),
    ],
)
def test_scrutiny_on_nvme(smart, failed):
    drive = Drive(path=NVME.path, identity=NVME.identity, kind=NVME.kind, smart=smart)
    assert BENCH["scrutiny_fails"](drive, PASSED) is failed


@pytest.mark.skipif(
    not (CORPORA / "smartctl-exporter").is_dir(),
    reason="the corpora are not beside the checkout: no real drive read",
)
def test_the_promises_hold_on_real_drives():
    found = BENCH["measure"](CORPORA)
    assert found["promises_kept"], BENCH["text"](found)
    assert found["judges"]["rebond"]["in_service"] >= 160
    assert found["judges"]["scrutiny"]["false_alarms"] >= 10
