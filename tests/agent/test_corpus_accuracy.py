"""The bench of accuracy judges what it can and survives whatever else lies in the folders."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from corpus_accuracy import measure
from corpus_labels import dmi_labels, edid_code, lscpu_labels

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "scripts" / "benches" / "accuracy.py"
DMI = """Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: Dell Inc.
\tProduct Name: Latitude 7480

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
\tType: Laptop
"""
LSCPU = """Vendor ID: GenuineIntel
Model name: Intel(R) Core(TM) i5-7200U CPU @ 2.50GHz
CPU family: 6
Model: 142
Stepping: 9
"""


@pytest.fixture
def folder(tmp_path):
    right = {
        "dmi/Notebook__Dell__Latitude__Latitude_7480__0F00FD09AED5.txt": DMI,
        "dmi/Notebook/Dell/Latitude/Latitude 7480/0F00FD09AED6": DMI,
        "lscpu/Intel__Core_i5__Core_i5-7200U__6-142-9__AB.txt": LSCPU,
        "lscpu/nobody-named-it.txt": LSCPU,
        "edid/Digital__Dell__DEL409A__AA.txt": "Manufacturer: DEL\nModel: 16538\n",
        "smartctl-exporter/one.json": json.dumps({"smartctl": {"exit_status": 0}}),
    }
    odd = {
        "dmi/README.md": "# not a dump",
        "smartctl-failed/list.json": "[1, 2]",
        "smartctl-failed/cut.json": '{"smartctl": {"exit',
        "smartctl-failed/deep.json": "[" * 100_000,
        "smartctl-failed/odd.json": json.dumps(
            {
                "smartctl": {"exit_status": "x"},
                "device": {"name": 3, "type": None, "protocol": 7},
                "ata_smart_attributes": {"table": [{"id": "5", "raw": 7}, None, 5]},
                "power_on_time": {"hours": -5},
                "nvme_smart_health_information_log": {"percentage_used": 1e308},
                "user_capacity": {"bytes": -1},
            }
        ),
    }
    for name, text in (right | odd).items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (tmp_path / "edid" / "noise.bin").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "edid" / "broken").symlink_to("/nonexistent")
    return tmp_path


def test_what_is_right_is_right_and_the_odd_raises_nothing(folder):
    figures = {one.name: one for one in measure(folder)}

    assert figures["dmi maker and model"].judged == 2, "also laid out as linuxhw does, in folders"
    assert figures["dmi maker and model"].wrong == ()
    assert figures["dmi chassis kind"].wrong == ()
    assert figures["lscpu maker and model"].judged == 1, (
        "a name that promises nothing judges nothing"
    )
    assert figures["lscpu generation"].wrong == ()
    assert figures["edid maker and product"].wrong == ()
    assert figures["smartctl reports decoded"].wrong == ()


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_the_bench_ends_with_figures_whatever_lies_there(folder, words):
    done = subprocess.run(
        [sys.executable, BENCH, "--corpora", folder, *words], check=False, capture_output=True
    )

    assert done.stderr == b""
    assert done.returncode in (0, 1)
    if words:
        assert {one["name"] for one in json.loads(done.stdout)["figures"]}


def test_no_folder_at_all_is_said(tmp_path):
    done = subprocess.run(
        [sys.executable, BENCH, "--corpora", tmp_path], check=False, capture_output=True
    )

    assert done.returncode == 2
    assert b"none of dmi" in done.stderr


@pytest.mark.parametrize("stem", ["", "__", "a", "____", "Notebook__", "x__y__z__w__v__u"])
def test_no_name_breaks_the_labels(stem):
    dmi_labels(stem)
    lscpu_labels(stem)
    assert edid_code(stem) is None
