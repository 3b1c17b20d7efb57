"""The parsers on 1,000 real outputs of real computers, whose file names tell maker and model."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from rebond_agent.machine.placeholders import known
from rebond_agent.probes import board, edid, smart, smartctl, smbios, tool_json

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

import corpus_accuracy  # noqa: E402 - the rig is no package

CORPORA = ROOT.parent / "shared" / "corpora"
FIGURES = {
    "dmi parsed": ("dmi", 300),
    "dmi maker and model": ("dmi", 290),
    "dmi chassis kind": ("dmi", 290),
    "dmi memory never 0, no flash": ("dmi", 300),
    "lscpu maker and model": ("lscpu", 300),
    "lscpu generation": ("lscpu", 300),
    "edid maker and product": ("edid", 150),
    "edid resolution": ("edid", 150),
    "smartctl reports decoded": ("smartctl-exporter", 180),
}


def _files(folder: str, pattern: str) -> list[Path]:
    found = sorted((CORPORA / folder).glob(pattern))
    if not found:
        if os.environ.get("REBOND_CORPORA") == "required":
            pytest.fail(f"{CORPORA / folder} is required and not there")
        pytest.skip(f"NOT TESTED: the corpus {CORPORA / folder} is not on this computer")
    return found


@pytest.fixture(scope="module")
def figures():
    return {figure.name: figure for figure in corpus_accuracy.measure(CORPORA)}


@pytest.mark.parametrize("name", FIGURES)
def test_promise(name, figures):
    folder, least = FIGURES[name]
    _files(folder, "*")

    assert figures[name].judged >= least, "few judged: the promise would prove nothing"
    assert figures[name].kept, figures[name].wrong


def test_dmi_placeholders_never_become_an_identity():
    for path in _files("dmi", "*.txt"):
        found = board.parse_board(smbios.parse_smbios(path.read_text("utf-8", "replace")))
        for value in (found.serial, found.asset_tag, found.board_serial, found.chassis_serial):
            assert value is None or known(value) is not None, (path.name, value)


def test_edid_words_alone_say_the_same_as_the_bytes():
    for path in _files("edid", "*.txt"):
        text = path.read_text("utf-8", "replace")
        told = edid.parse_edid_decode(re.sub(r"(?m)^(?:[0-9a-f]{2} ){15}[0-9a-f]{2}\s*$", "", text))
        read = edid.parse_edid_decode(text)
        assert (told.product, told.width_px, told.height_px) == (
            read.product,
            read.width_px,
            read.height_px,
        ), path.name


def _reports():
    for folder in ("smartctl-exporter", "scrutiny"):
        for path in _files(folder, "*.json"):
            yield path.name, tool_json.load(path.read_bytes())


def test_every_smartctl_report_decodes():
    for name, report in _reports():
        found = smart.parse_smart(report)
        assert found is not None, name
        assert found.power_on_hours is None or found.power_on_hours <= smart.HOURS_LIMIT, name
        status = tool_json.at(report, "smart_status", "passed")
        assert found.passed is None or found.passed == status, name
        if status is None:
            assert found.passed is None, name


def test_drives_in_service_have_an_identity():
    for path in _files("smartctl-exporter", "*.json"):
        told = json.loads(path.read_bytes())
        found = smartctl.parse_identity(told)
        assert found.model, path.name
        # whoever gave the report took the number out: that is none
        assert found.serial or told["serial_number"] == "REDACTED", path.name
        assert found.size_bytes, path.name


def test_healthy_drives_show_few_bad_sectors():
    """Raw values misread made 17 of 168 look ill; cleaned, seven show any at all."""
    ill = []
    for path in _files("smartctl-exporter", "*.json"):
        found = smart.parse_smart(json.loads(path.read_bytes()))
        counters = (found.reallocated, found.pending, found.uncorrectable, found.spin_retries)
        if any(counters):
            ill.append(path.name)
    assert len(ill) <= 7, ill
