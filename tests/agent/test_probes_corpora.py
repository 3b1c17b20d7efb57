"""The parsers on 1,000 real outputs of real computers, whose file names tell maker and model."""

import json
import os
import re
from pathlib import Path

import pytest

from rebond_agent.machine.placeholders import known
from rebond_agent.probes import board, edid, memory, processor, smart, smartctl, smbios, tool_json
from rebond_agent.probes.makers import maker_name

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
KINDS = {
    "All_In_One": "all_in_one",
    "Convertible": "convertible",
    "Desktop": "desktop",
    "Mini_Pc": "mini",
    "Notebook": "laptop",
    "Server": "server",
    "Tablet": "tablet",
}


def _files(folder: str, pattern: str) -> list[Path]:
    found = sorted((CORPORA / folder).glob(pattern))
    if not found:
        if os.environ.get("REBOND_CORPORA") == "required":
            pytest.fail(f"{CORPORA / folder} is required and not there")
        pytest.skip(f"NOT TESTED: the corpus {CORPORA / folder} is not on this computer")
    return found


def _folded(text: str | None) -> str:
    return re.sub(r"[^a-z0-9]", "", (text or "").lower())


def _share(good: int, wrong: list[str]) -> float:
    print(f"{good} right, {len(wrong)} not:", *wrong, sep="\n  ")  # noqa: T201 - shown on failure
    return good / (good + len(wrong))


def _parsed_dmi():
    for path in _files("dmi", "*.txt"):
        kind, maker, _, model, _ = path.stem.split("__")
        structures = smbios.parse_smbios(path.read_text("utf-8", "replace"))
        assert structures, path.name
        yield path.name, kind, maker.replace("_", " "), model, structures


def test_dmi_maker_and_model():
    wrong, good = [], 0
    for name, _, maker, model, structures in _parsed_dmi():
        found = board.parse_board(structures)
        full = _folded(f"{found.marketing_name or ''} {found.model or ''}")
        nameless = maker == "Others" and found.maker is None and found.model is None
        same_maker = _folded(maker_name(maker)) in _folded(found.maker)
        if nameless or (same_maker and _folded(model) in full):
            good += 1
        else:
            wrong.append(f"{name}: {found.maker} | {found.marketing_name} | {found.model}")
    assert _share(good, wrong) >= 0.97


def test_dmi_chassis():
    wrong, good = [], 0
    for name, kind, _, _, structures in _parsed_dmi():
        found = board.parse_board(structures).chassis
        if found == KINDS[kind]:
            good += 1
        else:
            wrong.append(f"{name}: {found}")
    assert _share(good, wrong) >= 0.97


def test_dmi_memory_is_never_nought_and_never_counts_flash():
    for name, _, _, _, structures in _parsed_dmi():
        found = memory.parse_memory(structures)
        assert found.installed_mib != 0, name
        sizes = [module.size_mib for module in found.modules]
        assert all(size is None or size >= 128 for size in sizes), (name, sizes)
        if any(sizes):
            assert found.installed_mib == sum(size or 0 for size in sizes), name
            assert found.installed_mib % 128 == 0, (name, found.installed_mib)
        rows = smbios.of_kind(structures, 17)
        flash = [row for row in rows if row.get("Type") in ("Flash", "ROM")]
        assert found.slots is None or found.slots <= len(rows) - len(flash), name


def test_dmi_placeholders_never_become_an_identity():
    for name, _, _, _, structures in _parsed_dmi():
        found = board.parse_board(structures)
        for value in (found.serial, found.asset_tag, found.board_serial, found.chassis_serial):
            assert value is None or known(value) is not None, (name, value)


def test_lscpu_model_and_generation():
    wrong, good = [], 0
    for path in _files("lscpu", "*.txt"):
        maker, _, model, *cpuid = path.stem.split("__")
        found = processor.parse_lscpu(path.read_text("utf-8", "replace"))
        told = (found.family, found.model, found.stepping)
        same = cpuid[0].strip("_") == "-".join(str(number) for number in told)
        named = re.match(r"Core_i[3579][-_](?:[A-Z]_)?(\d+)", model)
        if named:
            digits = named[1]
            generation = 1 if len(digits) == 3 else int(digits[: 2 if digits[0] == "1" else 1])
            right = found.generation_number == generation
        else:
            right = found.generation is not None
        if same and right and maker == found.maker and _folded(model) in _folded(found.name):
            good += 1
        else:
            wrong.append(f"{path.name}: {found.name} | {found.generation} | {told}")
    assert _share(good, wrong) >= 0.98


@pytest.mark.parametrize("form", ["bytes", "text"])
def test_edid_maker_and_resolution(form):
    wrong, good = [], 0
    for path in _files("edid", "*.txt"):
        _, _, code, _ = path.stem.split("__")
        text = path.read_text("utf-8", "replace")
        timing = re.search(r"DTD 1:\s*(\d+)x(\d+)", text)
        if form == "text":  # without the dump, only edid-decode's words are left
            text = re.sub(r"^(?:[0-9a-f]{2} ){15}[0-9a-f]{2}\s*$", "", text, flags=re.MULTILINE)
        found = edid.parse_edid_decode(text)
        size = (int(timing[1]), int(timing[2])) if timing else (None, None)
        if found and found.product == code and (found.width_px, found.height_px) == size:
            good += 1
        else:
            wrong.append(f"{path.name}: {found}")
    assert _share(good, wrong) >= 0.98


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
        found = smartctl.parse_identity(json.loads(path.read_bytes()))
        assert found.model, path.name
        assert found.serial, path.name
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
