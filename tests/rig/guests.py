"""The QEMU machines of the rig: what each is made of, and what the agent must find in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import smbios_tables

MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One virtual machine; `expected` holds the facts it must show, and no others."""

    name: str
    machine: str
    cpu: str
    smbios: tuple[str, ...]
    devices: tuple[str, ...]
    disks: dict[str, int] = field(default_factory=dict)
    labelled: frozenset[str] = frozenset()
    tables: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    uefi: bool = False
    selftest: tuple[str, ...] = ()
    """Drives that run a short self-test, and must pass it."""
    cores: int = 2
    expected: dict[str, Any] = field(default_factory=dict)

    def arguments(self, folder: Path) -> list[str]:
        """Return QEMU's arguments for this guest; disks and tables lie in the folder."""
        words = ["-machine", self.machine, "-cpu", self.cpu, "-smp", f"{self.cores}"]
        for one in self.smbios:
            words += ["-smbios", one]
        for name in self.tables:
            words += ["-smbios", f"file={folder / name}.smbios"]
        for name in self.disks:
            words += ["-drive", f"if=none,id={name},format=raw,file={folder / name}.img"]
        for one in self.devices:
            words += ["-device", one]
        return words


def _cpu(name: str, family: int, model: int, stepping: int, vendor: str = "GenuineIntel") -> str:
    return (
        f"qemu64,vendor={vendor},family={family},model={model},stepping={stepping},model-id={name}"
    )


DELL = Guest(
    name="dell-latitude-e7450-sata",
    machine="q35",
    cpu=_cpu("Intel(R) Core(TM) i5-5300U CPU @ 2.30GHz", 6, 61, 4),
    smbios=(
        "type=0,vendor=Dell Inc.,version=A18,date=06/11/2018",
        (
            "type=1,manufacturer=Dell Inc.,product=Latitude E7450,version=01,serial=7GH2K42,"
            "uuid=4c4c4544-0047-4810-8032-b7c04f4b3432,sku=062D,family=Latitude"
        ),
        "type=2,manufacturer=Dell Inc.,product=06HN6G,version=A00,serial=/7GH2K42/CN1296353K0123/",
        (
            "type=17,loc_pfx=DIMM ,bank=BANK 0,manufacturer=SK Hynix,serial=1A2B3C4D,"
            "part=HMT41GS6BFR8A-PB,speed=1600"
        ),
    ),
    tables={
        "chassis": lambda: smbios_tables.chassis(9, "Dell Inc.", "7GH2K42", "PARC-00217"),
        "battery": lambda: smbios_tables.portable_battery("DELL G95J", "SMP", "0A1B", 51000),
        "security": lambda: smbios_tables.hardware_security(0b00_00_01_00),
    },
    disks={"system": 64 * MIB, "second": 32 * MIB},
    selftest=("/dev/sda", "/dev/sdb"),
    devices=(
        (
            "ide-hd,drive=system,bus=ide.0,serial=W62ABCDE,model=ST500LM021-1KJ152,"
            "wwn=0x5000c500a1b2c3d4,rotation_rate=7200,ver=0002LIM1"
        ),
        (
            "ide-hd,drive=second,bus=ide.1,serial=S2HSNX0H123456,model=SAMSUNG MZNLN256,"
            "wwn=0x5002538d40a1b2c3,rotation_rate=1,ver=MAV21D3Q"
        ),
        "ide-cd,bus=ide.2",
        "e1000e,mac=52:54:00:12:34:56",
        "qemu-xhci,id=usb",
        "usb-kbd,bus=usb.0",
    ),
    expected={
        "board": {
            "maker": "Dell",
            "model": "Latitude E7450",
            "serial": "7GH2K42",
            "uuid": "4c4c4544-0047-4810-8032-b7c04f4b3432",
            "asset_tag": "PARC-00217",
            "chassis": "laptop",
            "sku": "062D",
            "family": "Latitude",
            "board_model": "06HN6G",
        },
        "firmware": {
            "vendor": "Dell Inc.",
            "version": "A18",
            "date": "2018-06-11",
            "mode": "bios",
            "setup_password": True,
            "tpm_version": None,
        },
        "processor": {
            "name": "Intel Core i5-5300U",
            "maker": "Intel",
            "generation": "gen 5",
            "generation_number": 5,
            "cores": 2,
        },
        "memory": {
            "installed_mib": 1024,
            "modules": [
                {
                    "size_mib": 1024,
                    "maker": "SK Hynix",
                    "part": "HMT41GS6BFR8A-PB",
                    "speed_mts": 1600,
                    "serial": "1A2B3C4D",
                }
            ],
        },
        "batteries": [{"name": "DELL G95J", "design_mwh": 51000}],
        "drives_hidden": False,
        "drives": [
            {
                "identity": {
                    "model": "ST500LM021-1KJ152",
                    "serial": "W62ABCDE",
                    "wwn": "0x5000c500a1b2c3d4",
                    "size_bytes": 64 * MIB,
                    "bus": "ata",
                },
                "kind": "hdd",
                "rotation_rpm": 7200,
                "firmware": "0002LIM1",
                "boot_medium": False,
                "smart": {"passed": True, "protocol": "ATA", "reallocated": 0},
            },
            {
                "identity": {
                    "model": "SAMSUNG MZNLN256",
                    "serial": "S2HSNX0H123456",
                    "size_bytes": 32 * MIB,
                    "bus": "ata",
                },
                "kind": "ssd",
                "rotation_rpm": 0,
            },
            {"kind": "optical"},
        ],
        "network": [{"kind": "ethernet", "mac": "52:54:00:12:34:56", "driver": "e1000e"}],
    },
)

LENOVO = Guest(
    name="lenovo-thinkpad-x270-nvme",
    machine="q35",
    cpu=_cpu("Intel(R) Core(TM) i5-7200U CPU @ 2.50GHz", 6, 142, 9),
    smbios=(
        "type=0,vendor=LENOVO,version=R0IET61W (1.39 ),date=05/13/2020",
        (
            "type=1,manufacturer=LENOVO,product=20HMS0AB00,version=ThinkPad X270,serial=PC0ABCDE,"
            "uuid=8c1d5a4c-2f4b-11b2-a85c-fa3b1c2d3e4f,sku=LENOVO_MT_20HM_BU_Think_FM_ThinkPad X270,"
            "family=ThinkPad X270"
        ),
        "type=2,manufacturer=LENOVO,product=20HMS0AB00,version=SDK0J40697 WIN,serial=L1HF72E00AB",
        (
            "type=17,loc_pfx=ChannelA-DIMM,bank=BANK 0,manufacturer=Samsung,serial=12345ABC,"
            "part=M471A1K43CB1-CRC,speed=2400"
        ),
    ),
    tables={
        "chassis": lambda: smbios_tables.chassis(10, "LENOVO", "PC0ABCDE", "No Asset Information"),
    },
    disks={"one": 48 * MIB, "two": 16 * MIB, "stick": 24 * MIB},
    labelled=frozenset({"stick"}),
    devices=(
        "nvme,id=nvme0,serial=S3TYNX0J601234",
        "nvme-ns,drive=one,bus=nvme0,nsid=1",
        "nvme-ns,drive=two,bus=nvme0,nsid=2",
        "qemu-xhci,id=usb",
        "usb-storage,drive=stick,bus=usb.0,removable=on,serial=4C530001250101",
        "virtio-net-pci,mac=54:ee:75:ab:cd:ef",
        "VGA",
    ),
    expected={
        "board": {
            "maker": "Lenovo",
            "model": "20HMS0AB00",
            "marketing_name": "ThinkPad X270",
            "serial": "PC0ABCDE",
            "asset_tag": None,
            "chassis": "laptop",
        },
        "firmware": {"vendor": "LENOVO", "date": "2020-05-13", "mode": "bios"},
        "processor": {"name": "Intel Core i5-7200U", "generation_number": 7},
        "memory": {"installed_mib": 1024},
        "drives": [
            {
                "identity": {
                    "serial": "S3TYNX0J601234",
                    "namespace": 1,
                    "size_bytes": 48 * MIB,
                    "bus": "nvme",
                },
                "kind": "nvme",
                "boot_medium": False,
                "smart": {"protocol": "NVMe", "critical_warning": 0, "media_errors": 0},
            },
            {
                "identity": {
                    "serial": "S3TYNX0J601234",
                    "namespace": 2,
                    "size_bytes": 16 * MIB,
                    "bus": "nvme",
                },
                "kind": "nvme",
            },
            {
                "identity": {"size_bytes": 24 * MIB, "bus": "usb"},
                "kind": "usb",
                "removable": True,
                "boot_medium": True,
                "bridge": "QEMU",
            },
        ],
        "network": [{"kind": "ethernet", "mac": "54:ee:75:ab:cd:ef"}],
    },
)

HP = Guest(
    name="hp-elitebook-840-g3-scsi",
    machine="pc",
    cpu=_cpu("Intel(R) Core(TM) i7-6600U CPU @ 2.60GHz", 6, 78, 3),
    smbios=(
        "type=0,vendor=HP,version=N75 Ver. 01.44,date=04/20/2020",
        (
            "type=1,manufacturer=HP,product=HP EliteBook 840 G3,serial=5CG7123ABC,"
            "uuid=3f7c1d52-8a41-11e7-9c43-bc00000e0000,sku=T9X21EA#ABF,"
            "family=103C_5336AN HP EliteBook"
        ),
        "type=2,manufacturer=HP,product=8079,version=KBC Version 85.79,serial=PFKZU00WB7A0XY",
        (
            "type=17,loc_pfx=Bottom-Slot ,bank=BANK 0,manufacturer=Micron,serial=00000000,"
            "part=8ATF1G64HZ-2G3B1,speed=2133"
        ),
    ),
    tables={"chassis": lambda: smbios_tables.chassis(10, "HP", "5CG7123ABC", "5CG7123ABC")},
    disks={"ide": 40 * MIB, "scsi": 56 * MIB, "sas": 20 * MIB},
    devices=(
        (
            "ide-hd,drive=ide,bus=ide.0,unit=0,serial=WD-WXA1E12345,model=WDC WD5000LPLX-60ZNTT1,"
            "rotation_rate=7200"
        ),
        "virtio-scsi-pci,id=scsi0",
        (
            "scsi-hd,drive=scsi,bus=scsi0.0,serial=SN0SCSI42,vendor=SEAGATE,product=ST9500,"
            "wwn=0x5000c500deadbeef,rotation_rate=10000,ver=0004"
        ),
        (
            "scsi-hd,drive=sas,bus=scsi0.0,serial=SN1SCSI43,vendor=TOSHIBA,product=PX05,"
            "rotation_rate=1"
        ),
        "virtio-net-pci,mac=3c:52:82:01:02:03",
    ),
    expected={
        "board": {
            "maker": "HP",
            "model": "HP EliteBook 840 G3",
            "serial": "5CG7123ABC",
            "chassis": "laptop",
            "sku": "T9X21EA#ABF",
        },
        "firmware": {"version": "N75 Ver. 01.44", "date": "2020-04-20"},
        "processor": {"name": "Intel Core i7-6600U", "generation_number": 6},
        "memory": {"installed_mib": 1024, "modules": [{"serial": None, "maker": "Micron"}]},
        "drives": [
            {
                "identity": {
                    "model": "WDC WD5000LPLX-60ZNTT1",
                    "serial": "WD-WXA1E12345",
                    "size_bytes": 40 * MIB,
                    "bus": "ata",
                },
                "kind": "hdd",
            },
            {
                "identity": {
                    "model": "SEAGATE ST9500",
                    "serial": "SN0SCSI42",
                    "wwn": "0x5000c500deadbeef",
                    "size_bytes": 56 * MIB,
                },
                "kind": "hdd",
                "rotation_rpm": 10000,
            },
            {
                "identity": {"serial": "SN1SCSI43", "size_bytes": 20 * MIB},
                "kind": "ssd",
            },
        ],
    },
)

ASSEMBLED = Guest(
    name="assembled-desktop-virtio-uas",
    machine="q35",
    cpu=_cpu("AMD Ryzen 5 3400G with Radeon Vega Graphics    ", 23, 24, 1, "AuthenticAMD"),
    smbios=(
        "type=0,vendor=American Megatrends Inc.,version=P3.30,date=11/04/2019",
        (
            "type=1,manufacturer=To Be Filled By O.E.M.,product=To Be Filled By O.E.M.,"
            "version=To Be Filled By O.E.M.,serial=To Be Filled By O.E.M.,"
            "uuid=03000200-0400-0500-0006-000700080009,sku=To Be Filled By O.E.M.,"
            "family=To Be Filled By O.E.M."
        ),
        "type=2,manufacturer=ASRock,product=B450M Pro4,serial=M80-ABCD0123456",
    ),
    tables={
        "chassis": lambda: smbios_tables.chassis(
            3, "To Be Filled By O.E.M.", "To Be Filled By O.E.M.", "To Be Filled By O.E.M."
        ),
    },
    disks={"virtio": 32 * MIB, "uas": 24 * MIB},
    devices=(
        "virtio-blk-pci,drive=virtio,serial=VIRTIO0001",
        "qemu-xhci,id=usb",
        "usb-uas,id=uas0,bus=usb.0",
        "scsi-hd,drive=uas,bus=uas0.0,serial=UAS0000042",
        "usb-tablet,bus=usb.0",
        "e1000,mac=70:85:c2:0a:0b:0c",
        "intel-hda",
        "hda-duplex,audiodev=silence",
    ),
    expected={
        "board": {
            "maker": "ASRock",
            "model": "B450M Pro4",
            "serial": None,
            "uuid": None,
            "asset_tag": None,
            "board_serial": "M80-ABCD0123456",
            "chassis": "desktop",
        },
        "processor": {"maker": "AMD", "generation": "Zen+", "family": 23, "model": 24},
        "drives": [
            {
                "identity": {"serial": "UAS0000042", "size_bytes": 24 * MIB, "bus": "usb"},
                "kind": "usb",
            },
            {
                "identity": {"serial": "VIRTIO0001", "size_bytes": 32 * MIB, "bus": "virtio"},
                "kind": "virtual",
            },
        ],
    },
)

FUJITSU = Guest(
    name="fujitsu-esprimo-uefi",
    machine="q35",
    cpu=_cpu("Intel(R) Pentium(R) CPU G3250 @ 3.20GHz", 6, 60, 3),
    cores=1,
    uefi=True,
    smbios=(
        (
            "type=0,vendor=FUJITSU // American Megatrends Inc.,version=V4.6.5.4 R1.41.0 for D3230-A1x,"
            "date=09/28/2017"
        ),
        (
            "type=1,manufacturer=FUJITSU,product=ESPRIMO E420,serial=YLPS012345,"
            "uuid=d5b8b6f4-9c3e-11e4-8000-901b0e112233"
        ),
        "type=2,manufacturer=FUJITSU,product=D3230-A1,version=S26361-D3230-A1,serial=44012345",
    ),
    tables={"chassis": lambda: smbios_tables.chassis(6, "FUJITSU", "YLPS012345", "")},
    disks={"system": 64 * MIB},
    devices=(
        (
            "ide-hd,drive=system,bus=ide.0,serial=Z4Y0ABCD,model=ST500DM002-1BD142,"
            "wwn=0x5000c50012345678"
        ),
        "e1000e,mac=90:1b:0e:11:22:33",
    ),
    expected={
        "board": {
            "maker": "Fujitsu",
            "model": "ESPRIMO E420",
            "serial": "YLPS012345",
            "chassis": "desktop",
        },
        "firmware": {"mode": "uefi", "secure_boot": False, "date": "2017-09-28"},
        "processor": {"name": "Intel Pentium G3250", "generation_number": 4, "cores": 1},
        "drives": [
            {
                "identity": {"serial": "Z4Y0ABCD", "wwn": "0x5000c50012345678", "bus": "ata"},
                # QEMU tells no rotation rate: nothing else in its answers makes it a hard disk
                # but the attributes, which have no Spin_Up_Time of a real drive's kind.
                "rotation_rpm": None,
            }
        ],
    },
)

BENCH = Guest(
    name="bench-three-drives",
    machine="q35",
    cpu=_cpu("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 6, 142, 10),
    smbios=DELL.smbios,
    tables=DELL.tables,
    disks={"system": 64 * MIB, "second": 32 * MIB, "third": 48 * MIB},
    devices=(
        (
            "ide-hd,drive=system,bus=ide.0,serial=W62ABCDE,model=ST500LM021-1KJ152,"
            "wwn=0x5000c500a1b2c3d4,rotation_rate=7200,ver=0002LIM1"
        ),
        "nvme,serial=S3TYNX0J601234,drive=second",
        "virtio-scsi-pci,id=scsi0",
        "scsi-hd,drive=third,bus=scsi0.0,serial=SN0SCSI42,vendor=SEAGATE,product=ST9500",
        "e1000e,mac=52:54:00:12:34:56",
        "qemu-xhci,id=usb",
        "usb-kbd,bus=usb.0",
        "VGA",
    ),
)
"""Where the inventory is timed: three drives on three buses, and what every laptop has beside."""

GUESTS = (DELL, LENOVO, HP, ASSEMBLED, FUJITSU)
