"""Maker, model and kind of the machine (SMBIOS types 1, 2, 3, 21, 22)."""

import re
from collections.abc import Sequence

import msgspec

from rebond_agent.machine import Machine
from rebond_agent.machine.placeholders import known, known_serial, known_uuid
from rebond_agent.probes import smbios, sysfs
from rebond_agent.probes.answer import Answer, declared, measured, unknown
from rebond_agent.probes.chassis import chassis_kind
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import Board, Facts, Source
from rebond_schemas.maker_names import maker_name
from rebond_schemas.text import clean

SYSFS = "/sys/class/dmi/id"
LSCPU = ("lscpu",)

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
_PART_NUMBER = re.compile(r"\d[0-9A-Z]{3,11}")  # 20HE, 2349H86, 20HES1BX00
_REVISION = re.compile(
    r"(?:rev|ver|version)?[ .]*v?[\d.]+[A-Z]?|[PDE]VT\d?|(?:lenovo|ibm)(?: product)?",
    re.IGNORECASE,
)
_IBM_LINES = re.compile(r"\b(?:ThinkPad|ThinkCentre|NetVista|ThinkStation)\b", re.IGNORECASE)


def parse_board(structures: Sequence[Structure]) -> Board:
    """Return maker and model; a machine without its own name is named by its board."""
    system, base, case = (smbios.first(structures, kind) for kind in (1, 2, 3))
    maker, model = known(system.get("Manufacturer")), known(system.get("Product Name"))
    board_maker, board_model = known(base.get("Manufacturer")), known(base.get("Product Name"))
    name = marketing_name(maker, model, system)
    if model is None and name is not None:
        model = name
    elif model is None:  # assembled from parts: linuxhw, GLPI and people name it by the board
        maker, model = board_maker or maker, board_model
    return Board(
        maker=maker_name(maker or board_maker),
        model=model,
        marketing_name=name,
        family=known(system.get("Family")),
        sku=known(system.get("SKU Number")),
        serial=known_serial(system.get("Serial Number")),
        uuid=known_uuid(system.get("UUID")),
        asset_tag=known_serial(case.get("Asset Tag")),
        board_maker=maker_name(board_maker),
        version=known(system.get("Version")),
        board_model=board_model,
        board_version=known(base.get("Version")),
        board_serial=known_serial(base.get("Serial Number")),
        chassis=chassis_kind(
            case.get("Type"), structures, (name, model), f"{maker_name(maker)} {model}"
        ),
        chassis_serial=known_serial(case.get("Serial Number")),
        hypervisor=hypervisor(system.get("Manufacturer"), system.get("Product Name")),
    )


def marketing_name(maker: str | None, model: str | None, system: Structure) -> str | None:
    """Return the name on the lid where SMBIOS keeps it apart: Lenovo and IBM write it in Version."""
    version, family = known(system.get("Version")), known(system.get("Family"))
    if maker_name(maker) == "Lenovo":
        named = [version, family if family and " " in family else None]
    else:
        named = [version if version and _IBM_LINES.search(version) else None]
    return next((name for name in named if name and name != model and _is_name(name)), None)


def _is_name(text: str) -> bool:
    """Tell a name from a part number and from a board's revision."""
    return not _PART_NUMBER.fullmatch(text) and not _REVISION.fullmatch(text)


def hypervisor(*names: str | None) -> str | None:
    """Return the virtual machine's maker when a name gives it away, else None."""
    joined = " ".join(name for name in names if name).lower()
    return next((name for word, name in _HYPERVISORS if word in joined), None)


def ask_board(machine: Machine) -> tuple[Board, Source]:
    """Ask dmidecode, or sysfs where dmidecode is missing or may not read."""
    structures = smbios.ask_smbios(machine)
    if structures:
        return parse_board(structures), declared("dmidecode")
    board = parse_board(_from_sysfs(machine))
    return board, declared(SYSFS) if board != Board() else unknown("dmidecode")


def probe(machine: Machine) -> Answer:
    """Ask dmidecode, or sysfs; lscpu for the hypervisor of machines without SMBIOS."""
    board, source = ask_board(machine)
    sources = {"board": source}
    vendor = re.search(
        r"^[ \t]*Hypervisor vendor:[ \t]*(\S.*)$", machine.run(LSCPU).text, re.MULTILINE
    )
    if vendor and board.hypervisor is None:  # some virtual machines have no SMBIOS at all
        name = hypervisor(vendor[1]) or clean(vendor[1])
        board = msgspec.structs.replace(board, hypervisor=name)
        sources["board.hypervisor"] = measured("lscpu")
    return Answer(facts=Facts(board=board), sources=sources)


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
