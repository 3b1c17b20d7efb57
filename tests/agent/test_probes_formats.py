"""Formats that the corpora may not hold: older tools, rare makers, new processors. Written by hand."""

import msgspec
import pytest

from rebond_agent.checks.fake import ScriptedMachine
from rebond_agent.machine import Completed
from rebond_agent.probes import (
    board,
    devices,
    edid,
    hidden,
    lsblk,
    memory,
    network,
    ports,
    processor,
    smbios,
)
from rebond_agent.probes.drives import build_drive
from rebond_agent.probes.module_maker import module_maker, part_number
from rebond_agent.probes.pci import parse_lspci
from rebond_agent.probes.udev import parse_udev

SYSTEM = """# dmidecode 2.9
SMBIOS 2.4 present.

Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: {maker}
\tProduct Name: {model}
\tVersion: {version}

Handle 0x0002, DMI type 2, 8 bytes
Base Board Information
\tManufacturer: {board_maker}
\tProduct Name: {board}

Handle 0x0003, DMI type 3, 13 bytes
Chassis Information
\tType: {chassis}

Handle 0x0004, DMI type 4, 35 bytes
Processor Information
\tUpgrade: {socket}
"""
DEFAULT = {
    "version": "Not Specified",
    "board_maker": "To Be Filled By O.E.M.",
    "board": "To Be Filled By O.E.M.",
    "chassis": "Unknown",
    "socket": "<OUT OF SPEC>",
}


def found(**said):
    return board.parse_board(smbios.parse_smbios(SYSTEM.format(**DEFAULT | said)))


NAMES = {
    "old HP": (
        {"maker": "Hewlett-Packard", "model": "HP Compaq 8200 Elite SFF PC", "chassis": "Desktop"},
        ("HP", None, "HP Compaq 8200 Elite SFF PC", "desktop"),
    ),
    "new HP": (
        {"maker": "HP", "model": "HP EliteBook 840 G8 Notebook PC", "chassis": "Notebook"},
        ("HP", None, "HP EliteBook 840 G8 Notebook PC", "laptop"),
    ),
    "Lenovo with a type number": (
        {
            "maker": "LENOVO",
            "model": "20HES1BX00",
            "version": "ThinkPad T470",
            "chassis": "Notebook",
        },
        ("Lenovo", "ThinkPad T470", "20HES1BX00", "laptop"),
    ),
    "Lenovo whose name is one word": (
        {"maker": "LENOVO", "model": "80TL", "version": "V110-15ISK", "chassis": "Notebook"},
        ("Lenovo", "V110-15ISK", "80TL", "laptop"),
    ),
    "Lenovo with nothing but a version": (
        {"maker": "LENOVO", "model": "INVALID", "version": "Lenovo G50-70", "chassis": "Notebook"},
        ("Lenovo", "Lenovo G50-70", "Lenovo G50-70", "laptop"),
    ),
    "Lenovo's version is no name": (
        {"maker": "LENOVO", "model": "IdeaPad Y570", "version": "Lenovo Product"},
        ("Lenovo", None, "IdeaPad Y570", None),
    ),
    "IBM": (
        {
            "maker": "IBM",
            "model": "2373CWG",
            "version": "ThinkPad T42",
            "chassis": "Docking Station",
        },
        ("IBM", "ThinkPad T42", "2373CWG", "laptop"),
    ),
    "assembled": (
        {
            "maker": "System manufacturer",
            "model": "System Product Name",
            "board_maker": "ASUSTeK Computer INC.",
            "board": "P5Q-E",
            "socket": "Socket LGA775",
        },
        ("ASUS", None, "P5Q-E", "desktop"),
    ),
    "Apple laptop that declares nothing": (
        {"maker": "Apple Inc.", "model": "MacBookPro9,2", "chassis": "Other"},
        ("Apple", None, "MacBookPro9,2", "laptop"),
    ),
    "Mac mini": (
        {"maker": "Apple Inc.", "model": "Macmini6,1", "chassis": "Desktop"},
        ("Apple", None, "Macmini6,1", "mini"),
    ),
    "iMac": (
        {"maker": "Apple Computer, Inc.", "model": "iMac7,1", "chassis": "Unknown"},
        ("Apple", None, "iMac7,1", "all_in_one"),
    ),
    "Surface": (
        {"maker": "Microsoft Corporation", "model": "Surface Pro 4", "chassis": "Laptop"},
        ("Microsoft", None, "Surface Pro 4", "tablet"),
    ),
    "Surface Laptop": (
        {"maker": "Microsoft Corporation", "model": "Surface Laptop 3", "chassis": "Laptop"},
        ("Microsoft", None, "Surface Laptop 3", "laptop"),
    ),
    "Chromebook on coreboot": (
        {"maker": "Acer", "model": "Chromebook 14", "chassis": "Desktop"},
        ("Acer", None, "Chromebook 14", "laptop"),
    ),
    "NUC": (
        {
            "maker": "Intel(R) Client Systems",
            "model": "NUC10i3FNK",
            "chassis": "Desktop",
        },
        ("Intel", None, "NUC10i3FNK", "mini"),
    ),
    "all in one that says desktop": (
        {"maker": "ASUSTeK COMPUTER INC.", "model": "Vivo AiO V222UA", "chassis": "Desktop"},
        ("ASUS", None, "Vivo AiO V222UA", "all_in_one"),
    ),
    "a word no computer is": (
        {"maker": "ECS", "model": "G41T-M", "chassis": "Bus Expansion Chassis"},
        ("ECS", None, "G41T-M", "other"),
    ),
    "tower": (
        {"maker": "FUJITSU SIEMENS", "model": "ESPRIMO P2560", "chassis": "Other"},
        ("Fujitsu", None, "ESPRIMO P2560", "desktop"),
    ),
    "iMac that says it is portable": (
        {"maker": "Apple Inc.", "model": "iMac18,3", "chassis": "Laptop"},
        ("Apple", None, "iMac18,3", "all_in_one"),
    ),
    "Chromebook by its board's name": (
        {"maker": "Google", "model": "Drobit", "chassis": "Desktop"},
        ("Google", None, "Drobit", "laptop"),
    ),
    "Chromebox by its board's name": (
        {"maker": "Google", "model": "Panther", "chassis": "Desktop"},
        ("Google", None, "Panther", "mini"),
    ),
    "MSI laptop that says desktop": (
        {
            "maker": "Micro-Star International Co., Ltd.",
            "model": "GE70 2QE",
            "chassis": "Desktop",
        },
        ("MSI", None, "GE70 2QE", "laptop"),
    ),
    "MSI board": (
        {"maker": "MSI", "model": "MS-7A38", "chassis": "Desktop"},
        ("MSI", None, "MS-7A38", "desktop"),
    ),
    "maker by its address": (
        {"maker": "http://www.abit.com.tw/", "model": "IC7-G", "chassis": "Desktop"},
        ("ABIT", None, "IC7-G", "desktop"),
    ),
    "nothing": ({"maker": "O.E.M.", "model": "Product"}, (None, None, None, None)),
}


@pytest.mark.parametrize(("said", "expected"), NAMES.values(), ids=NAMES)
def test_names_and_kind(said, expected):
    one = found(**said)

    assert (one.maker, one.marketing_name, one.model, one.chassis) == expected


LSCPU = """Architecture:        x86_64
CPU(s):              4
Vendor ID:           {vendor}
CPU family:          {family}
Model:               {model}
Model name:          {name}
Stepping:            {stepping}
"""
PROCESSORS = {
    "i7 of the first generation": (
        ("GenuineIntel", 6, 30, 5, "Intel(R) Core(TM) i7 CPU       Q 720  @ 1.60GHz"),
        ("Intel Core i7 Q 720", "gen 1", 1),
    ),
    "Ice Lake": (
        ("GenuineIntel", 6, 126, 5, "Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz"),
        ("Intel Core i7-1065G7", "gen 10", 10),
    ),
    "Tiger Lake": (
        ("GenuineIntel", 6, 140, 1, "11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz"),
        ("11th Gen Intel Core i5-1135G7", "gen 11", 11),
    ),
    "five digits": (
        ("GenuineIntel", 6, 183, 1, "13th Gen Intel(R) Core(TM) i7-13700K"),
        ("13th Gen Intel Core i7-13700K", "gen 13", 13),
    ),
    "Core m of four digits": (
        ("GenuineIntel", 6, 142, 9, "Intel(R) Core(TM) m3-8100Y CPU @ 1.10GHz"),
        ("Intel Core m3-8100Y", "gen 8", 8),
    ),
    "Core m": (
        ("GenuineIntel", 6, 61, 4, "Intel(R) Core(TM) M-5Y71 CPU @ 1.20GHz"),
        ("Intel Core M-5Y71", "gen 5", 5),
    ),
    "Core Ultra": (
        ("GenuineIntel", 6, 170, 4, "Intel(R) Core(TM) Ultra 7 155H"),
        ("Intel Core Ultra 7 155H", "Core series 1", None),
    ),
    "Core 5": (
        ("GenuineIntel", 6, 186, 3, "Intel(R) Core(TM) 5 120U"),
        ("Intel Core 5 120U", "Core series 1", None),
    ),
    "N100": (
        ("GenuineIntel", 6, 190, 0, "Intel(R) N100"),
        ("Intel N100", "gen 12", 12),
    ),
    "i3-N305": (
        ("GenuineIntel", 6, 190, 0, "Intel(R) Core(TM) i3-N305"),
        ("Intel Core i3-N305", "gen 12", 12),
    ),
    "Xeon": (
        ("GenuineIntel", 6, 45, 7, "Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz"),
        ("Intel Xeon E5-2670 0", "gen 2", 2),
    ),
    "Core 2 without a surname": (
        ("GenuineIntel", 6, 15, 6, "Intel(R) Core(TM)2 CPU         T7400  @ 2.16GHz"),
        ("Intel Core2 T7400", "Merom", None),
    ),
    "engineering sample": (
        ("GenuineIntel", 6, 94, 3, "Genuine Intel(R) CPU 0000 @ 2.40GHz"),
        (None, "gen 6", 6),
    ),
    "a model its BIOS did not know": (
        ("AuthenticAMD", 16, 4, 3, "AMD Processor model unknown"),
        (None, "K10", None),
    ),
    "Core Ultra X": (
        ("GenuineIntel", 6, 204, 2, "Intel(R) Core(TM) Ultra X7 358H"),
        ("Intel Core Ultra X7 358H", "Core series 3", None),
    ),
    "Rembrandt": (
        ("AuthenticAMD", 25, 68, 1, "AMD Ryzen 7 6800U with Radeon Graphics"),
        ("AMD Ryzen 7 6800U with Radeon Graphics", "Zen 3+", None),
    ),
    "Ryzen AI": (
        ("AuthenticAMD", 26, 36, 0, "AMD Ryzen AI 9 HX 370 w/ Radeon 890M"),
        ("AMD Ryzen AI 9 HX 370 w/ Radeon 890M", "Zen 5", None),
    ),
    "Ryzen of the laptops": (
        ("AuthenticAMD", 23, 24, 1, "AMD Ryzen 5 PRO 3500U w/ Radeon Vega Mobile Gfx"),
        ("AMD Ryzen 5 PRO 3500U w/ Radeon Vega Mobile Gfx", "Zen+", None),
    ),
    "APU": (
        ("AuthenticAMD", 22, 48, 1, "AMD A6-6310 APU with AMD Radeon R4 Graphics"),
        ("AMD A6-6310 APU with AMD Radeon R4 Graphics", "Puma", None),
    ),
    "Hygon": (
        ("HygonGenuine", 24, 0, 2, "Hygon C86 3185  8-core Processor"),
        ("Hygon C86 3185 8-core", "Hygon Dhyana (Zen)", None),
    ),
    "a processor nobody knows yet": (
        ("GenuineIntel", 6, 254, 1, "Intel(R) Something New"),
        ("Intel Something New", None, None),
    ),
}


@pytest.mark.parametrize(("said", "expected"), PROCESSORS.values(), ids=PROCESSORS)
def test_processors(said, expected):
    names = ("vendor", "family", "model", "stepping", "name")
    one = processor.parse_lscpu(LSCPU.format(**dict(zip(names, said, strict=True))))

    assert (one.name, one.generation, one.generation_number) == expected


@pytest.mark.parametrize(
    ("vendor", "family", "model", "name", "year"),
    [
        ("AuthenticAMD", 23, 160, "AMD Ryzen 5 7520U with Radeon Graphics", 2022),
        ("AuthenticAMD", 23, 113, "AMD Ryzen 5 3600 6-Core Processor", 2019),
        ("AuthenticAMD", 25, 117, "AMD Ryzen 7 PRO 8840HS w/ Radeon 780M Graphics", 2024),
        ("AuthenticAMD", 25, 17, "AMD EPYC 9654 96-Core Processor", 2022),
        ("GenuineIntel", 6, 190, "Intel(R) Core(TM) i3-N305", 2023),
        ("GenuineIntel", 6, 142, "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 2017),
    ],
)
def test_a_processor_is_as_old_as_its_sale_not_as_its_design(vendor, family, model, name, year):
    text = LSCPU.format(vendor=vendor, family=family, model=model, stepping=1, name=name)

    assert processor.parse_lscpu(text).year == year


TOUCHED = """
Handle 0x0050, DMI type 21, 7 bytes
Built-in Pointing Device
\tType: {pointer}

Handle 0x0051, DMI type 22, 26 bytes
Portable Battery
\tDesign Capacity: {capacity}
"""


@pytest.mark.parametrize(
    ("pointer", "capacity", "kind"),
    [
        ("Touch Pad", "Unknown", "laptop"),
        ("Mouse", "47520 mWh", "laptop"),
        ("Mouse", "Unknown", "desktop"),
        ("Mouse", "0 mWh", "desktop"),
    ],
)
def test_a_touch_pad_or_a_real_battery_outweighs_a_declared_desktop(pointer, capacity, kind):
    said = DEFAULT | {"maker": "Medion", "model": "E6239", "chassis": "Desktop"}
    text = SYSTEM.format(**said) + TOUCHED.format(pointer=pointer, capacity=capacity)

    assert board.parse_board(smbios.parse_smbios(text)).chassis == kind


def test_a_bios_chip_of_unknown_type_is_no_memory():
    text = """
Handle 0x0010, DMI type 16, 15 bytes
Physical Memory Array
\tUse: System Memory

Handle 0x0011, DMI type 17, 27 bytes
Memory Device
\tArray Handle: 0x0010
\tSize: 8 GiB
\tLocator: DIMM1
\tType: DDR3

Handle 0x0012, DMI type 17, 27 bytes
Memory Device
\tArray Handle: 0x0010
\tSize: 4096 kB
\tLocator: SYSTEM ROM
\tType: Unknown
"""
    one = memory.parse_memory(smbios.parse_smbios(text))

    assert (one.installed_mib, one.slots, one.free_slots) == (8192, 1, 0)


def _block(timing_at=54, **changed):
    """Return an EDID base block of a Dell of 1280x1024, its timing in the descriptor given."""
    raw = bytearray(128)
    raw[:12] = bytes.fromhex("00ffffffffffff0010ac9a40")
    raw[16:18], raw[21:23] = bytes((10, 20)), bytes((38, 30))
    for at in (54, 72, 90, 108):
        raw[at : at + 4] = b"\0\0\0\x10"
    if timing_at:
        raw[timing_at : timing_at + 18] = bytes.fromhex("302a009851002a4030701300782d1100001e")
    for at, value in changed.items():
        raw[int(at.removeprefix("at_"))] = value
    raw[127] = -sum(raw[:127]) % 256
    return bytes(raw)


def test_edid_with_a_name_in_front_of_the_timing():
    one = edid.parse_edid(_block(timing_at=72))

    assert (one.product, one.width_px, one.height_px) == ("DEL409A", 1280, 1024)


def test_edid_whose_timing_is_in_the_extension():
    extension = bytearray(128)
    extension[:4] = bytes((2, 3, 4, 0))
    extension[4:22] = _block()[54:72]
    one = edid.parse_edid(_block(timing_at=None, at_126=1) + bytes(extension))

    assert (one.width_px, one.height_px) == (1280, 1024)


def test_analog_edid_without_a_timing_has_no_resolution():
    one = edid.parse_edid(_block(timing_at=None))

    assert one is not None
    assert (one.maker, one.model, one.width_px) == ("DEL", "DEL409A", None)


def test_words_of_an_old_edid_decode():
    text = """Extracted contents:
Manufacturer: BNQ Model 7f2b Serial Number 21573
Made week 19 of 2013
Maximum image size: 53 cm x 30 cm
Detailed mode: Clock 148.500 MHz, 531 mm x 298 mm
               1920 2008 2052 2200 hborder 0
               1080 1084 1089 1125 vborder 0
Monitor name: BenQ GL2460
"""
    one = edid.parse_edid_decode(text)

    assert (one.product, one.model) == ("BNQ7F2B", "BenQ GL2460")
    assert (one.width_px, one.height_px) == (1920, 1080)


PORT = """
Handle 0x00{number:02}, DMI type 8, 9 bytes
Port Connector Information
\tInternal Connector Type: None
\tExternal Reference Designator: {printed}
\tExternal Connector Type: {connector}
"""


@pytest.mark.parametrize("indent", ["\t", "    ", "        ", "  "])
def test_a_dump_whose_tabs_became_blanks_reads_alike(indent):
    text = SYSTEM.format(**DEFAULT | {"maker": "Dell Inc.", "model": "Latitude 7480"})
    text += "\nHandle 0x0009, DMI type 11, 5 bytes\nOEM Strings\n\tStrings:\n\t\tComputrace\n"
    structures = smbios.parse_smbios(text.replace("\t", indent))

    assert structures == smbios.parse_smbios(text)
    assert board.parse_board(structures).model == "Latitude 7480"
    assert structures[-1].lists["Strings"] == ("Computrace",)


MODULE = """
Handle 0x0010, DMI type 16, 23 bytes
Physical Memory Array
\tUse: System Memory
\tError Correction Type: {ecc}

Handle 0x0011, DMI type 17, 40 bytes
Memory Device
\tArray Handle: 0x0010
\tSize: 8 GB
\tForm Factor: SODIMM
\tLocator: DIMM A
\tType: DDR4
\tSpeed: 3200 MT/s
\tConfigured Memory Speed: 2667 MT/s
\tConfigured Voltage: 1.2 V
\tRank: 2
"""


@pytest.mark.parametrize(
    ("word", "corrects"),
    [("None", False), ("Multi-bit ECC", True), ("Single-bit ECC", True), ("Unknown", None)],
)
def test_a_module_rated_and_running(word, corrects):
    told = memory.parse_memory(smbios.parse_smbios(MODULE.format(ecc=word)))

    assert told.error_correction is corrects
    (one,) = told.modules
    assert (one.speed_mts, one.running_mts, one.millivolts, one.ranks) == (3200, 2667, 1200, 2)


@pytest.mark.parametrize(("usable_kib", "installed"), [(7_900_000, 8192), (16_300_000, None)])
def test_less_installed_than_there_is_to_use_is_a_wrong_table(usable_kib, installed):
    done = Completed(
        command=memory.smbios.COMMAND,
        outcome="ok",
        exit_status=0,
        output=MODULE.format(ecc="None").encode(),
    )
    machine = ScriptedMachine(
        programs={"dmidecode": [done]},
        files={"/proc/meminfo": [f"MemTotal:       {usable_kib} kB\n".encode()]},
    )

    assert memory.probe(machine).facts.memory.installed_mib == installed


@pytest.mark.parametrize(
    ("raw", "maker"),
    [
        ("802C0000802C", "Micron"),
        ("80AD", "SK Hynix"),
        ("0x80AD", "SK Hynix"),
        ("AD00000000000000", "SK Hynix"),
        ("00AD063200AD", "SK Hynix"),
        ("Hynix/Hyundai", "SK Hynix"),
        ("JEDEC ID:80 CE", "Samsung"),
        ("JEDEC ID:7F 98 00 00 00 00 00 00", "Kingston"),
        ("7F98000000000000", "Kingston"),
        ("0198", "Kingston"),
        ("9801", "Kingston"),
        ("01980000802C", "Kingston"),
        ("859B", "Crucial"),
        ("Unknown - [0x9B85]", "Crucial"),
        ("7F7F7F7F7F9B0000", "Crucial"),
        ("029E", "Corsair"),
        ("7F7F7F0B00000000", "Nanya"),
        ("830B", "Nanya"),
        ("7F7FFE0000000000", "Elpida"),
        ("04CB000080AD", "ADATA"),
        ("G Skill Intl", "G.Skill"),
        ("8ABA", "8ABA"),
        ("Mushkin", "Mushkin"),
        ("Manufacturer01", None),
        ("A1_Manufacturer0", None),
        ("Mfg 0", None),
        ("ABCD", None),
        ("0x0000", None),
        ("48spaces", None),
        ("0", None),
        ("", None),
    ],
)
def test_the_maker_of_a_module_by_name_or_by_its_number(raw, maker):
    assert module_maker(raw) == maker


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ("M471A1K43CB1-CRC", "M471A1K43CB1-CRC"),
        ("0x484D5434314753364246523841", "HMT41GS6BFR8A"),
        ("ModulePartNumber00", None),
        ("A1_PartNum0", None),
        ("123456789012345678", None),
        ("0x00000000", None),
        (None, None),
    ],
)
def test_part_numbers_in_letters_and_in_hexadecimal(raw, part):
    assert part_number(raw) == part


CACHES = """Architecture:        x86_64
Model name:          Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz
Address sizes:       39 bits physical, 48 bits virtual
CPU min MHz:         400.0000
L1d cache:           {first}
L2 cache:            {second}
L3 cache:            6 MiB (1 instance)
"""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("128 KiB (4 instances)", "1 MiB (4 instances)", (128, 1024)),
        ("32K", "256K", (32, 256)),
        ("192 KiB", "1.5 MiB", (192, 1536)),
        ("a lot", "", (None, None)),
    ],
)
def test_caches_of_old_and_new_lscpu(first, second, expected):
    one = processor.parse_lscpu(CACHES.format(first=first, second=second))

    assert (one.l1_data_kib, one.l2_kib) == expected
    assert (one.l3_kib, one.address_bits, one.min_mhz) == (6144, 39, 400)


def test_every_device_on_both_buses():
    text = (
        "Slot:\t00:02.0\nClass:\tVGA compatible controller [0300]\n"
        "Vendor:\tIntel Corporation [8086]\nDevice:\tUHD Graphics 620 [5917]\n"
        "SVendor:\tLenovo [17aa]\nSDevice:\tThinkPad T480 [225d]\nRev:\t07\nDriver:\ti915\n"
    )
    camera = {
        "DEVTYPE": "usb_device",
        "PRODUCT": "4f2/b604/27",
        "ID_VENDOR": "Chicony_Electronics",
        "ID_MODEL_FROM_DATABASE": "Integrated Camera",
        "DRIVER": "usb",
    }
    udev = [
        {"subsystem": "usb", "name": "1-8", "properties": camera},
        {"subsystem": "usb", "name": "1-8:1.0", "properties": {"DEVTYPE": "usb_interface"}},
    ]
    chip, plugged = devices.parse_devices(parse_lspci(text), parse_udev(udev))

    assert (chip.bus, chip.place, chip.kind, chip.code) == (
        "pci", "00:02.0", "VGA compatible controller", "0300",
    )  # fmt: skip
    assert (chip.subsystem_maker, chip.revision, chip.driver) == ("Lenovo", "07", "i915")
    assert (plugged.bus, plugged.place, plugged.vendor_id, plugged.device_id) == (
        "usb", "1-8", "04f2", "b604",
    )  # fmt: skip
    assert (plugged.maker, plugged.name) == ("Chicony Electronics", "Integrated Camera")


@pytest.mark.parametrize(
    ("total", "free", "attached", "more"),
    [
        (512 * 10**9, 0, [512 * 10**9], None),
        (512 * 10**9, 256 * 10**9, [256 * 10**9], None),
        (512 * 10**9, 0, [256 * 10**9], 256 * 10**9),
        (512 * 10**9, 0, [256 * 10**9, 256 * 10**9], None),
        (520 * 10**9, 0, [512 * 10**9], None),
        (0, 0, [512 * 10**9], None),
        (512 * 10**9, None, [256 * 10**9], None),
        (512 * 10**9, 0, [None], None),
        (512 * 10**9, 0, [], 512 * 10**9),
    ],
)
def test_namespaces_that_are_not_attached_are_hidden(total, free, attached, more):
    """Free space is none; a drive that does not tell, and protection information, hide nothing."""
    report = {"nvme_total_capacity": total, "nvme_unallocated_capacity": free}

    assert hidden.detached_bytes(report, attached) == more


@pytest.mark.parametrize(
    ("chip", "speed"),
    [
        ("Ethernet Connection (4) I219-LM", 1000),
        ("82574L Gigabit Network Connection", 1000),
        ("RTL8111/8168/8411 PCI Express Gigabit Ethernet Controller", 1000),
        ("RTL810xE PCI Express Fast Ethernet controller", 100),
        ("RTL8125 2.5GbE Controller", 2500),
        ("Ethernet Controller I225-V", 2500),
        ("Ethernet Controller 10-Gigabit X540-AT2", 10000),
        ("NetXtreme BCM5761 Gigabit Ethernet PCIe", 1000),
        ("Virtio network device", None),
        ("", None),
    ],
)
def test_a_wired_chip_without_a_cable_tells_its_speed_by_its_name(chip, speed):
    assert network.chip_speed(chip) == speed


def test_file_systems_are_told_by_kind_and_never_by_label():
    text = """{"blockdevices": [{"name": "sda", "type": "disk", "children": [
        {"name": "sda1", "type": "part", "fstype": "vfat", "label": "EFI"},
        {"name": "sda2", "type": "part", "fstype": "BitLocker", "label": "Marie Dupont"},
        {"name": "sda3", "type": "part", "fstype": "crypto_LUKS", "children": [
            {"name": "root", "type": "crypt", "fstype": "ext4", "label": "secret"}]}]},
        {"name": "sdb", "type": "disk"}]}"""
    first, second = lsblk.parse_lsblk(text)

    assert first.partitions == 3
    assert first.filesystems == ("BitLocker", "crypto_LUKS", "ext4", "vfat")
    assert (second.partitions, second.filesystems) == (0, ())
    drive = build_drive(first, None)
    assert b"Marie" not in msgspec.json.encode(drive)


def test_ports_are_counted_by_kind_and_inner_plugs_left_out():
    said = (
        ("USB 1", "Access Bus (USB)"),
        ("USB 2", "Access Bus (USB)"),
        ("Mini DisplayPort", "Other"),
        ("LAN", "RJ-45"),
        ("SATA 1", "None"),
        ("Not Specified", "Other"),
    )
    rows = [PORT.format(number=n, printed=p, connector=c) for n, (p, c) in enumerate(said)]
    found = ports.parse_ports(smbios.parse_smbios("".join(rows)), usb_c=1)

    assert [(one.kind, one.present, one.name) for one in found] == [
        ("port_displayport", True, "x 1"),
        ("port_ethernet", True, "x 1"),
        ("port_usb", True, "x 2"),
        ("port_usb_c", True, "x 1"),
    ]


def test_no_port_is_told_where_nothing_tells():
    assert ports.parse_ports(()) == ()
