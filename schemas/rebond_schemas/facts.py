"""The facts about one machine. Unknown is always None, never 0 and never an empty text."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from rebond_schemas.fact import Bytes, Count, Fact, Percent
from rebond_schemas.smart import Smart
from rebond_schemas.text import Name, Text


class ChassisKind(StrEnum):
    """What stands on the bench."""

    LAPTOP = "laptop"
    DESKTOP = "desktop"
    ALL_IN_ONE = "all_in_one"
    MINI = "mini"
    TABLET = "tablet"
    CONVERTIBLE = "convertible"
    SERVER = "server"
    OTHER = "other"


class DriveKind(StrEnum):
    """What a storage unit is made of, as far as the machine tells."""

    HDD = "hdd"
    SSD = "ssd"
    NVME = "nvme"
    EMMC = "emmc"
    USB = "usb"
    OPTICAL = "optical"
    CARD_READER = "card_reader"
    VIRTUAL = "virtual"
    IMAGE = "image"
    UNKNOWN = "unknown"


class Bus(StrEnum):
    """How a drive is attached."""

    ATA = "ata"
    NVME = "nvme"
    SCSI = "scsi"
    SAS = "sas"
    USB = "usb"
    MMC = "mmc"
    VIRTIO = "virtio"
    RAID = "raid"
    FILE = "file"
    UNKNOWN = "unknown"


class Source(Fact, frozen=True, kw_only=True):
    """Where a group of facts came from, and how far to trust it."""

    status: Literal["measured", "reported", "declared", "unknown"]
    evidence: Text


class Board(Fact, frozen=True, kw_only=True):
    """Maker and model of the machine and of its board (SMBIOS types 1, 2, 3)."""

    maker: Text | None = None
    model: Text | None = None
    marketing_name: Text | None = None
    family: Text | None = None
    sku: Text | None = None
    serial: Text | None = None
    uuid: Text | None = None
    asset_tag: Text | None = None
    board_maker: Text | None = None
    version: Text | None = None
    board_model: Text | None = None
    board_version: Text | None = None
    board_serial: Text | None = None
    chassis: ChassisKind | None = None
    chassis_serial: Text | None = None
    hypervisor: Text | None = None


class Firmware(Fact, frozen=True, kw_only=True):
    """BIOS or UEFI (SMBIOS type 0, EFI variables, TPM class)."""

    vendor: Text | None = None
    version: Text | None = None
    date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    mode: Literal["bios", "uefi"] | None = None
    secure_boot: bool | None = None
    tpm_version: Text | None = None
    setup_password: bool | None = None
    anti_theft: tuple[Text, ...] = ()
    windows_key: bool | None = None
    revision: Text | None = None
    controller_revision: Annotated[
        Text | None, Meta(description="of the embedded controller's own program")
    ] = None


class Processor(Fact, frozen=True, kw_only=True):
    """One machine's processor model."""

    name: Text | None = None
    maker: Text | None = None
    family: Count | None = None
    model: Count | None = None
    stepping: Count | None = None
    generation: Text | None = None
    generation_number: (
        Annotated[int, Meta(ge=1, le=99, description="counts Intel Core generations only")] | None
    ) = None
    design: Text | None = None
    year: Annotated[int, Meta(ge=1990, le=2100)] | None = None
    sockets: Count | None = None
    cores: Count | None = None
    threads: Count | None = None
    x86_64_level: Annotated[int, Meta(ge=0, le=4)] | None = None
    max_mhz: Count | None = None
    min_mhz: Count | None = None
    l1_data_kib: Count | None = None
    l1_code_kib: Count | None = None
    l2_kib: Count | None = None
    l3_kib: Count | None = None
    address_bits: Count | None = None
    microcode: Text | None = None
    virtualisation: bool | None = None
    features: tuple[Name, ...] = ()


class MemoryModule(Fact, frozen=True, kw_only=True):
    """One memory module in a slot (SMBIOS type 17)."""

    slot: Text | None = None
    size_mib: Count | None = None
    kind: Text | None = None
    form: Text | None = None
    speed_mts: Count | None = None
    running_mts: Count | None = None
    millivolts: Count | None = None
    ranks: Count | None = None
    maker: Text | None = None
    part: Text | None = None
    serial: Text | None = None
    soldered: bool | None = None


class Memory(Fact, frozen=True, kw_only=True):
    """Installed memory is what a person paid for; usable memory is what is left for the system."""

    installed_mib: Count | None = None
    usable_mib: Count | None = None
    slots: Count | None = None
    free_slots: Count | None = None
    maximum_mib: Annotated[int, Meta(ge=0, description="a hint: often wrong")] | None = None
    error_correction: bool | None = None
    modules: tuple[MemoryModule, ...] = ()


class DriveIdentity(Fact, frozen=True, kw_only=True):
    """What makes a drive that drive: never its /dev name."""

    model: Text | None = None
    serial: Text | None = None
    wwn: Text | None = None
    size_bytes: Bytes | None = None
    bus: Bus = Bus.UNKNOWN
    namespace: Count | None = None


class Drive(Fact, frozen=True, kw_only=True):
    """One storage unit as this boot saw it."""

    path: Text
    identity: DriveIdentity
    kind: DriveKind = DriveKind.UNKNOWN
    firmware: Text | None = None
    rotation_rpm: Annotated[int, Meta(ge=0, description="0 says solid state")] | None = None
    form_factor: Text | None = None
    logical_block_bytes: Count | None = None
    physical_block_bytes: Count | None = None
    link_mbps: Count | None = None
    link_max_mbps: Count | None = None
    native_size_bytes: Bytes | None = None
    removable: bool | None = None
    read_only: bool | None = None
    boot_medium: bool | None = None
    bridge: Text | None = None
    security: tuple[Name, ...] | None = None
    capabilities: tuple[Name, ...] | None = None
    boot_partitions: tuple[Text, ...] = ()
    partitions: Count | None = None
    filesystems: tuple[Text, ...] = ()
    holders: tuple[Text, ...] = ()
    smart: Smart | None = None


class Battery(Fact, frozen=True, kw_only=True):
    """One battery; capacity in milliwatt-hours, health against design capacity."""

    name: Text | None = None
    maker: Text | None = None
    model: Text | None = None
    serial: Text | None = None
    chemistry: Text | None = None
    design_mwh: Count | None = None
    full_mwh: Count | None = None
    health_percent: Percent | None = None
    cycles: Count | None = None


class NetworkInterface(Fact, frozen=True, kw_only=True):
    """One network interface with a device behind it."""

    name: Text
    kind: Literal["ethernet", "wifi", "mobile", "other"] = "other"
    mac: Text | None = None
    maker: Text | None = None
    model: Text | None = None
    driver: Text | None = None
    speed_mbps: Count | None = None
    wifi_generation: Annotated[int, Meta(ge=1, le=9)] | None = None


class Display(Fact, frozen=True, kw_only=True):
    """One screen, from its raw EDID."""

    maker: Text | None = None
    model: Text | None = None
    product: Text | None = None
    serial: Text | None = None
    width_px: Count | None = None
    height_px: Count | None = None
    diagonal_inch: Annotated[float, Meta(ge=0, le=200)] | None = None
    internal: bool | None = None
    year: Count | None = None


class Graphics(Fact, frozen=True, kw_only=True):
    """One graphics processor."""

    name: Text | None = None
    maker: Text | None = None
    driver: Text | None = None


class Equipment(Fact, frozen=True, kw_only=True):
    """One thing that is there or not: webcam, Bluetooth, sound, touch, fingerprint reader."""

    kind: Name
    present: bool | None = None
    name: Text | None = None


class Device(Fact, frozen=True, kw_only=True):
    """One function on the PCI bus, or one device on the USB, whatever it is for."""

    bus: Literal["pci", "usb"]
    place: Text
    kind: Text | None = None
    code: Annotated[Text | None, Meta(description="class, in hexadecimal")] = None
    maker: Text | None = None
    name: Text | None = None
    vendor_id: Text | None = None
    device_id: Text | None = None
    subsystem_maker: Text | None = None
    subsystem_name: Text | None = None
    revision: Text | None = None
    driver: Text | None = None


class Facts(Fact, frozen=True, kw_only=True):
    """Everything known about one machine in one run."""

    board: Board = Board()
    firmware: Firmware = Firmware()
    processor: Processor = Processor()
    memory: Memory = Memory()
    drives: Annotated[tuple[Drive, ...], Meta(max_length=256)] = ()
    drives_hidden: Annotated[
        bool | None,
        Meta(description="true: a controller hides drives (RAID mode, VMD); None: not known"),
    ] = None
    drives_hidden_reason: Text | None = None
    batteries: Annotated[tuple[Battery, ...], Meta(max_length=16)] = ()
    network: Annotated[tuple[NetworkInterface, ...], Meta(max_length=64)] = ()
    displays: Annotated[tuple[Display, ...], Meta(max_length=16)] = ()
    graphics: Annotated[tuple[Graphics, ...], Meta(max_length=16)] = ()
    equipment: Annotated[tuple[Equipment, ...], Meta(max_length=64)] = ()
    keyboard_layout: Annotated[
        Name | None,
        Meta(description="as the maker's number tells: azerty_fr, qwertz_de, qwerty_us"),
    ] = None
    devices: Annotated[tuple[Device, ...], Meta(max_length=256)] = ()
    kernel: Annotated[Text | None, Meta(description="under which all this was seen")] = None
