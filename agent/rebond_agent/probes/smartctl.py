"""A drive's identity and abilities from `smartctl --json=c -x`."""

import re
from dataclasses import dataclass

from rebond_agent.machine import Machine
from rebond_agent.machine.placeholders import known_serial
from rebond_agent.probes import tool_json
from rebond_schemas.facts import Bus
from rebond_schemas.text import clean

OPTIONS = ("smartctl", "--json=c", "-x")
ESSENTIALS = ("smartctl", "--json=c", "-i", "-H", "-A", "-g", "security")
"""Without the logs: a drive that wakes up first, or a slow PC, may need longer for them than we wait."""
WAKING_LIMIT = 20.0
"""Seconds for those, where the whole answer did not come in time: a hard disk turns again after 10 to 20."""

_BRIDGE = re.compile(r"^(?:usb|snt)")
_UNKNOWN_BRIDGE = re.compile(r"Unknown USB bridge|specify device type", re.IGNORECASE)
_LOCKED, _EXPIRED = 1 << 2, 1 << 4
_SUPPORTED, _ENABLED, _FROZEN, _ENHANCED = 1 << 0, 1 << 1, 1 << 3, 1 << 5


@dataclass(frozen=True, kw_only=True)
class Identified:
    """Who a drive says it is. Sizes in bytes, rotation in turns a minute (0: solid state)."""

    model: str | None = None
    serial: str | None = None
    wwn: str | None = None
    size_bytes: int | None = None
    firmware: str | None = None
    rotation_rpm: int | None = None
    form_factor: str | None = None
    block_bytes: int | None = None
    physical_block_bytes: int | None = None
    link_mbps: int | None = None
    link_max_mbps: int | None = None
    bus: Bus = Bus.UNKNOWN
    bridge: str | None = None
    optical: bool = False
    security: tuple[str, ...] | None = None
    capabilities: tuple[str, ...] | None = None


def ask_smartctl(machine: Machine, path: str) -> object:
    """Return smartctl's report.

    A drive that took too long is asked once more, for less; an unknown USB bridge is tried as SAT.
    """
    asked = machine.run((*OPTIONS, path))
    if asked.outcome == "timeout":
        waking = machine.run((*ESSENTIALS, path), time_limit=WAKING_LIMIT)
        return tool_json.load(waking.output)
    report = tool_json.load(asked.output)
    if _UNKNOWN_BRIDGE.search(_messages(report)):
        again = tool_json.load(machine.run((*OPTIONS, "-d", "sat", path)).output)
        if tool_json.word(again, "model_name"):
            return again
    return report


def command_of(report: object, path: str) -> tuple[str, ...]:
    """Return the question that this report answers."""
    words = tuple(tool_json.word(one) for one in tool_json.rows(report, "smartctl", "argv"))
    return (*(ESSENTIALS if words[:-1] == ESSENTIALS else OPTIONS), path)


def parse_identity(report: object, path: str = "") -> Identified:
    """Return what a smartctl report tells about the drive itself."""
    vendor = tool_json.word(report, "scsi_vendor") or tool_json.word(report, "vendor")
    product = tool_json.word(report, "scsi_product") or tool_json.word(report, "product")
    named = tool_json.word(report, "model_name") or tool_json.word(report, "scsi_model_name")
    return Identified(
        model=named or clean(f"{vendor or ''} {product or ''}"),
        serial=known_serial(tool_json.word(report, "serial_number")),
        wwn=_wwn(report, path),
        size_bytes=_size(report, path),
        firmware=tool_json.word(report, "firmware_version")
        or tool_json.word(report, "scsi_revision")
        or tool_json.word(report, "revision"),
        rotation_rpm=tool_json.whole(report, "rotation_rate"),
        form_factor=tool_json.word(report, "form_factor", "name"),
        block_bytes=tool_json.whole(report, "logical_block_size"),
        physical_block_bytes=tool_json.whole(report, "physical_block_size"),
        link_mbps=_link(report, "current"),
        link_max_mbps=_link(report, "max"),
        bus=_bus(report),
        bridge=_bridge(report),
        optical=(tool_json.word(report, "device_type", "name") or "").startswith("CD"),
        security=_security(report),
        capabilities=_capabilities(report),
    )


def namespace_of(path: str) -> int | None:
    """Return the namespace number in an NVMe path: 2 for /dev/nvme0n2."""
    found = re.search(r"nvme\d+n(\d{1,4})$", path)
    return int(found[1]) if found else None


def _messages(report: object) -> str:
    lines = tool_json.rows(report, "smartctl", "messages")
    return " ".join(tool_json.word(line, "string") or "" for line in lines)


def _size(report: object, path: str) -> int | None:
    """One namespace's own size, then the drive's; 0 means that the drive did not say."""
    number = namespace_of(path)
    for one in tool_json.rows(report, "nvme_namespaces"):
        if tool_json.whole(one, "id") == (number or 1):
            size = tool_json.whole(one, "size", "bytes") or tool_json.whole(
                one, "capacity", "bytes"
            )
            if size:
                return size
    return (
        tool_json.whole(report, "user_capacity", "bytes")
        or tool_json.whole(report, "nvme_total_capacity")
        or None
    )


def _link(report: object, which: str) -> int | None:
    """Megabits a second of the SATA link: 6000 for `6.0 Gb/s`."""
    units = tool_json.whole(report, "interface_speed", which, "units_per_second")
    bits = tool_json.whole(report, "interface_speed", which, "bits_per_unit")
    return units * bits // 10**6 or None if units and bits and units * bits < 10**15 else None


def _wwn(report: object, path: str) -> str | None:
    """Return the name in lsblk's spelling: `0x5000c500a1b2c3d4` or `eui.0025385b71b00001`."""
    naa, oui, own = (tool_json.whole(report, "wwn", key) for key in ("naa", "oui", "id"))
    if naa is not None and oui is not None and own is not None:
        return f"0x{naa:x}{oui:06x}{own:09x}"
    number = namespace_of(path) or 1
    for one in tool_json.rows(report, "nvme_namespaces"):
        oui, own = (tool_json.whole(one, "eui64", key) for key in ("oui", "ext_id"))
        if tool_json.whole(one, "id") == number and oui is not None and own:
            return f"eui.{oui:06x}{own:010x}"
    return tool_json.word(report, "logical_unit_id")


def _bus(report: object) -> Bus:
    kind = tool_json.word(report, "device", "type") or ""
    if "megaraid" in kind or kind.startswith(("cciss", "3ware", "areca", "aacraid")):
        return Bus.RAID
    if _BRIDGE.match(kind):
        return Bus.USB
    match tool_json.word(report, "device", "protocol"):
        case "ATA":
            return Bus.ATA
        case "NVMe":
            return Bus.NVME
        case "SCSI":
            transport = tool_json.word(report, "scsi_transport_protocol", "name") or ""
            return Bus.SAS if transport.startswith("SAS") else Bus.SCSI
        case _:
            return Bus.UNKNOWN


def _bridge(report: object) -> str | None:
    """Return smartctl's name for the USB bridge it speaks through."""
    kind = tool_json.word(report, "device", "type") or ""
    name = tool_json.word(report, "device", "info_name") or ""
    return name if _BRIDGE.match(kind) or "[USB" in name else None


def _security(report: object) -> tuple[str, ...] | None:
    """ATA security, IDENTIFY word 128: empty when the drive has none, None when not told."""
    state = tool_json.whole(report, "ata_security", "state")
    if state is None:
        return None
    bits = (
        (_SUPPORTED, "supported"),
        (_ENABLED, "enabled"),
        (_LOCKED, "locked"),
        (_FROZEN, "frozen"),
        (_EXPIRED, "expired"),
        (_ENHANCED, "enhanced_erase"),
    )
    return tuple(name for bit, name in bits if state & bit) if state & _SUPPORTED else ()


def _capabilities(report: object) -> tuple[str, ...] | None:
    """Return what the report says the drive can do; None when it says nothing of the kind."""
    trim = tool_json.truth(report, "trim", "supported")
    if trim is None:
        return None
    deterministic = tool_json.truth(report, "trim", "deterministic")
    zeroed = tool_json.truth(report, "trim", "zeroed")
    told = (("trim", trim), ("trim_deterministic", deterministic), ("trim_zeroed", zeroed))
    return tuple(name for name, has in told if has)
