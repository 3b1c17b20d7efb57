"""The sheet is 80 columns wide, tells the unknown from the absent, and lets nothing harm a screen."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from rebond_agent.language import Language
from rebond_agent.sheet import sheet
from rebond_agent.sheet.erasure import erasure_text
from rebond_agent.sheet.rows import WIDTH
from rebond_agent.sheet.size import binary_size, decimal_size
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.facts import (
    Battery,
    Board,
    Bus,
    ChassisKind,
    Display,
    Drive,
    DriveIdentity,
    DriveKind,
    Equipment,
    Facts,
    Firmware,
    Graphics,
    Memory,
    MemoryModule,
    NetworkInterface,
    Processor,
    Source,
)
from rebond_schemas.smart import Smart
from rebond_schemas.statement import Agent, Clock, Erasure, Inventory, ProbeFailure

CLOCK = Clock(wall=datetime(2026, 11, 21, 8, 30, tzinfo=UTC), monotonic_ns=1, boot_id="b")
DISK = Drive(
    path="/dev/sda",
    identity=DriveIdentity(
        model="WDC WD5000LPVX-22V0TT0",
        serial="WD-WXA1A35JNPX4",
        wwn="0x50014ee60a2b3c4d",
        size_bytes=500_107_862_016,
        bus=Bus.ATA,
    ),
    kind=DriveKind.HDD,
    rotation_rpm=5400,
    smart=Smart(
        passed=False,
        power_on_hours=31_204,
        power_cycles=812,
        reallocated=1184,
        pending=8,
        uncorrectable=3,
        temperature_c=34,
    ),
)
FLASH = Drive(
    path="/dev/nvme0n1",
    identity=DriveIdentity(
        model="SAMSUNG MZVLB256HAHQ-000L7",
        serial="S41GNX0K812345",
        wwn="eui.0025388881b6f2aa",
        size_bytes=256_060_514_304,
        bus=Bus.NVME,
    ),
    kind=DriveKind.NVME,
    smart=Smart(passed=True, power_on_hours=3201, wear_used_percent=4, available_spare_percent=100),
)
LAPTOP = Facts(
    board=Board(
        maker="LENOVO",
        model="20L5CTO1WW",
        marketing_name="ThinkPad T480",
        serial="PF1ABCDE",
        chassis=ChassisKind.LAPTOP,
    ),
    firmware=Firmware(
        vendor="LENOVO",
        version="N24ET50W (1.25 )",
        date="2019-10-17",
        mode="uefi",
        secure_boot=True,
        tpm_version="2.0",
        windows_key=True,
    ),
    processor=Processor(
        name="Intel Core i5-8350U", cores=4, threads=8, x86_64_level=3, year=2017
    ),
    memory=Memory(
        installed_mib=8192,
        usable_mib=7712,
        slots=2,
        free_slots=1,
        modules=(
            MemoryModule(
                slot="ChannelA-DIMM0",
                size_mib=8192,
                kind="DDR4",
                form="SODIMM",
                speed_mts=2400,
                maker="Samsung",
                part="M471A1K43CB1-CRC",
            ),
        ),
    ),
    drives=(FLASH, DISK),
    drives_hidden=False,
    batteries=(
        Battery(
            maker="SMP",
            model="01AV489",
            chemistry="Li-poly",
            design_mwh=24_050,
            full_mwh=17_940,
            health_percent=74.6,
            cycles=412,
        ),
    ),
    network=(
        NetworkInterface(name="eth0", kind="ethernet", maker="Intel", model="I219-V", mac="02:00:00:00:00:01"),
        NetworkInterface(name="wlan0", kind="wifi", maker="Intel", model="8265", wifi_generation=5),
    ),
    displays=(Display(maker="AU Optronics", width_px=1920, height_px=1080, diagonal_inch=14.0),),
    graphics=(Graphics(maker="Intel", name="Intel UHD Graphics 620"),),
    equipment=(
        Equipment(kind="webcam", present=True),
        Equipment(kind="bluetooth", present=True),
        Equipment(kind="touchscreen", present=False),
        Equipment(kind="fingerprint_reader", present=None),
    ),
)  # fmt: skip


def inventory(facts, failures=()):
    return Inventory(
        format=1,
        id=uuid4(),
        run=uuid4(),
        site=uuid4(),
        stick=uuid4(),
        sequence=1,
        previous=None,
        made=CLOCK,
        agent=Agent(name="rebond-agent", version="0"),
        asset_tag="A-0042",
        facts=facts,
        failures=failures,
    )


def printed(facts, language=Language.FR, failures=()):
    return sheet(inventory(facts, failures), language, origin="clé « Clé 3 », Atelier d'essai")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("facts", [Facts(), LAPTOP])
def test_never_wider_than_80_columns(facts, language):
    long = ProbeFailure(probe="drives", reason="x" * 250)
    lines = printed(facts, language, (long,)).splitlines()
    assert max(len(line) for line in lines) <= WIDTH
    assert all(line == line.rstrip() for line in lines)


def test_tells_the_machine_in_french():
    text = printed(LAPTOP)
    for said in (
        "LENOVO 20L5CTO1WW · ThinkPad T480 · portable",
        "8 Go installés · 7,5 Go utilisables",
        "SSD NVMe · 256 Go",
        "SMART : se dit sain",
        "usé à 4 %",
        "SMART : SE DIT EN PANNE",
        "secteurs réalloués : 1184",
        "capacité restante 74,6 %",
        "Wi-Fi 5",
        "14 pouces",
        "absent : écran tactile",
    ):
        assert said in " ".join(text.split()), said


def test_unknown_is_said_and_never_counted_as_absent():
    text = printed(Facts())
    assert text.count("inconnu") >= 5
    assert "on ne sait pas si un contrôleur cache des disques" in text
    assert "None" not in text
    assert " 0 " not in text
    assert "aucune" not in text, "nothing that could tell said that there is none"


def test_hidden_drives_are_a_warning():
    facts = msgspec.structs.replace(LAPTOP, drives_hidden=True, drives_hidden_reason="RAID")
    assert "ATTENTION : un contrôleur cache des disques (RAID)" in printed(facts)


def test_a_machine_without_drives_says_so_only_where_somebody_looked():
    none = inventory(Facts(drives_hidden=False))
    seen = Source(status="measured", evidence="lsblk")
    looked = msgspec.structs.replace(none, sources={"drives": seen})

    assert "Disques         aucun disque vu\n" in sheet(looked, Language.FR, origin="")
    assert "Disques         inconnu\n" in sheet(none, Language.FR, origin="")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 o"), (999, "999 o"), (1_474_560, "1,47 Mo"), (10**12, "1 To"), (500_107_862_016, "500 Go")],
)  # fmt: skip
def test_drive_sizes(size, text):
    assert decimal_size(Language.FR, size) == text


@pytest.mark.parametrize(("mebibytes", "text"), [(512, "512 Mo"), (8192, "8 Go"), (6144, "6 Go")])
def test_memory_sizes(mebibytes, text):
    assert binary_size(Language.FR, mebibytes) == text


def erasure(ending, reason=None):
    return Erasure(
        format=1,
        id=uuid4(),
        run=uuid4(),
        site=uuid4(),
        stick=uuid4(),
        sequence=1,
        previous=None,
        made=CLOCK,
        agent=Agent(name="rebond-agent", version="0"),
        drive=DISK.identity,
        path="/dev/sda",
        method=Method.OVERWRITE_ZERO,
        ending=ending,
        reason=reason,
        started=CLOCK,
        ended=CLOCK,
        seconds=1.0,
    )


def test_completed_erasure_claims_no_verdict():
    text = erasure_text(erasure(Ending.COMPLETED), Language.FR)
    assert "mené à son terme" in text
    assert "verdict est rendu par le serveur" in text
    assert "effacé" not in text


def test_reason_of_an_erasure_is_a_sentence():
    text = erasure_text(erasure(Ending.REFUSED, "held: /home"), Language.FR)
    assert "NON EFFACÉ" in text
    assert "libérez ce qui le tient, puis relancez. (/home)" in " ".join(text.split())
    assert "something new" in erasure_text(erasure(Ending.FAILED, "something new"), Language.EN)
