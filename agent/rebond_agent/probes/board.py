"""Maker, model and kind of the machine (SMBIOS types 1, 2, 3, 21, 22)."""

import re
from collections.abc import Sequence

import msgspec

from rebond_agent.machine import Machine
from rebond_agent.machine.placeholders import known, known_serial, known_uuid
from rebond_agent.probes import smbios, sysfs
from rebond_agent.probes.answer import Answer, declared, unknown
from rebond_agent.probes.makers import maker_name
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import Board, ChassisKind, Facts
from rebond_schemas.text import clean

SYSFS = "/sys/class/dmi/id"
LSCPU = ("lscpu",)

# DSP0134 3.7, table 17: number, dmidecode's word, what stands on the bench.
CHASSIS: tuple[tuple[int, str, ChassisKind | None], ...] = (
    (1, "Other", None),
    (2, "Unknown", None),
    (3, "Desktop", ChassisKind.DESKTOP),
    (4, "Low Profile Desktop", ChassisKind.DESKTOP),
    (5, "Pizza Box", ChassisKind.DESKTOP),
    (6, "Mini Tower", ChassisKind.DESKTOP),
    (7, "Tower", ChassisKind.DESKTOP),
    (8, "Portable", ChassisKind.LAPTOP),
    (9, "Laptop", ChassisKind.LAPTOP),
    (10, "Notebook", ChassisKind.LAPTOP),
    (11, "Hand Held", ChassisKind.TABLET),
    (12, "Docking Station", None),  # left by laptops that were built beside a dock
    (13, "All In One", ChassisKind.ALL_IN_ONE),
    (14, "Sub Notebook", ChassisKind.LAPTOP),
    (15, "Space-saving", ChassisKind.DESKTOP),
    (16, "Lunch Box", ChassisKind.DESKTOP),
    (17, "Main Server Chassis", ChassisKind.SERVER),
    (18, "Expansion Chassis", ChassisKind.OTHER),
    (19, "Sub Chassis", ChassisKind.OTHER),
    (20, "Bus Expansion Chassis", ChassisKind.OTHER),
    (21, "Peripheral Chassis", ChassisKind.OTHER),
    (22, "RAID Chassis", ChassisKind.OTHER),
    (23, "Rack Mount Chassis", ChassisKind.SERVER),
    (24, "Sealed-case PC", ChassisKind.DESKTOP),
    (25, "Multi-system", ChassisKind.SERVER),
    (26, "CompactPCI", ChassisKind.OTHER),
    (27, "AdvancedTCA", ChassisKind.OTHER),
    (28, "Blade", ChassisKind.SERVER),
    (29, "Blade Enclosing", ChassisKind.SERVER),
    (30, "Tablet", ChassisKind.TABLET),
    (31, "Convertible", ChassisKind.CONVERTIBLE),
    (32, "Detachable", ChassisKind.TABLET),  # a tablet whose keyboard comes off
    (33, "IoT Gateway", ChassisKind.OTHER),
    (34, "Embedded PC", ChassisKind.MINI),
    (35, "Mini PC", ChassisKind.MINI),
    (36, "Stick PC", ChassisKind.MINI),
)
_BY_WORD = {word.lower(): kind for _, word, kind in CHASSIS}
_BY_NUMBER = {number: kind for number, _, kind in CHASSIS}

_HYPERVISORS = (
    ("qemu", "QEMU"),
    ("bochs", "QEMU"),
    ("virtualbox", "VirtualBox"),
    ("innotek", "VirtualBox"),
    ("vmware", "VMware"),
    ("virtual machine", "Hyper-V"),
    ("parallels", "Parallels"),
    ("xen", "Xen"),
    ("kvm", "KVM"),
    ("bhyve", "bhyve"),
)
_PART_NUMBER = re.compile(r"(?=.*\d)[0-9A-Z]{4,12}")


def parse_board(structures: Sequence[Structure]) -> Board:
    """Return maker and model; a machine without its own name is named by its board."""
    system, base, case = (smbios.first(structures, kind) for kind in (1, 2, 3))
    maker, model = known(system.get("Manufacturer")), known(system.get("Product Name"))
    board_maker, board_model = known(base.get("Manufacturer")), known(base.get("Product Name"))
    if model is None:  # assembled from parts: linuxhw, GLPI and people name it by the board
        maker, model = board_maker or maker, board_model
    return Board(
        maker=maker_name(maker or board_maker),
        model=model,
        marketing_name=marketing_name(maker, model, system),
        family=known(system.get("Family")),
        sku=known(system.get("SKU Number")),
        serial=known_serial(system.get("Serial Number")),
        uuid=known_uuid(system.get("UUID")),
        asset_tag=known_serial(case.get("Asset Tag")),
        board_maker=maker_name(board_maker),
        board_model=board_model,
        board_serial=known_serial(base.get("Serial Number")),
        chassis=chassis_kind(case.get("Type"), structures),
        chassis_serial=known_serial(case.get("Serial Number")),
        hypervisor=hypervisor(system.get("Manufacturer"), system.get("Product Name")),
    )


def marketing_name(maker: str | None, model: str | None, system: Structure) -> str | None:
    """Return the name on the lid where SMBIOS keeps it apart: Lenovo writes it in Version."""
    if maker_name(maker) != "Lenovo" or model is None:
        return None
    for key in ("Version", "Family"):
        name = known(system.get(key))
        if name and name != model and " " in name and not _PART_NUMBER.fullmatch(name):
            return name
    return None


def chassis_kind(word: str | None, structures: Sequence[Structure] = ()) -> ChassisKind | None:
    """Return the kind for dmidecode's word or the sysfs number; a battery tells a mute laptop."""
    raw = (clean(word) or "").lower()
    kind = _BY_NUMBER.get(int(raw)) if re.fullmatch(r"\d{1,3}", raw) else _BY_WORD.get(raw)
    if kind is None and _portable(structures):
        return ChassisKind.LAPTOP
    return ChassisKind.OTHER if kind is None and raw == "other" else kind


def hypervisor(*names: str | None) -> str | None:
    """Return the virtual machine's maker when a name gives it away, else None."""
    joined = " ".join(name for name in names if name).lower()
    return next((name for word, name in _HYPERVISORS if word in joined), None)


def probe(machine: Machine) -> Answer:
    """Ask dmidecode, or sysfs where dmidecode is missing or may not read."""
    structures = smbios.ask_smbios(machine)
    if structures:
        board, source = parse_board(structures), declared("dmidecode")
    else:
        board = parse_board(_from_sysfs(machine))
        source = declared(SYSFS) if board != Board() else unknown("dmidecode")
    vendor = re.search(
        r"^[ \t]*Hypervisor vendor:[ \t]*(\S.*)$", machine.run(LSCPU).text, re.MULTILINE
    )
    if vendor and board.hypervisor is None:  # some virtual machines have no SMBIOS at all
        name = hypervisor(vendor[1]) or clean(vendor[1])
        board = msgspec.structs.replace(board, hypervisor=name)
    return Answer(facts=Facts(board=board), sources={"board": source})


def _portable(structures: Sequence[Structure]) -> bool:
    """Type 22 is a portable battery; type 21 with a touch pad is built into the case."""
    pointers = {one.get("Type") for one in smbios.of_kind(structures, 21)}
    return bool(smbios.of_kind(structures, 22)) or bool(pointers & {"Touch Pad", "Track Point"})


def _from_sysfs(machine: Machine) -> tuple[Structure, ...]:
    """Return types 1, 2 and 3 as the kernel publishes them (serial numbers need root)."""
    layout = {
        1: (
            ("Manufacturer", "sys_vendor"),
            ("Product Name", "product_name"),
            ("Version", "product_version"),
            ("Family", "product_family"),
            ("SKU Number", "product_sku"),
            ("Serial Number", "product_serial"),
            ("UUID", "product_uuid"),
        ),
        2: (
            ("Manufacturer", "board_vendor"),
            ("Product Name", "board_name"),
            ("Serial Number", "board_serial"),
        ),
        3: (
            ("Type", "chassis_type"),
            ("Serial Number", "chassis_serial"),
            ("Asset Tag", "chassis_asset_tag"),
        ),
    }
    return tuple(
        Structure(
            handle="",
            kind=kind,
            values={key: sysfs.word(machine, f"{SYSFS}/{name}") or "" for key, name in names},
        )
        for kind, names in layout.items()
    )
