"""Which drives the kernel shows: lsblk, then /sys/block, then the names in /dev."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rebond_agent.machine import Machine
from rebond_agent.machine.placeholders import known_serial
from rebond_agent.machine.virtio import VIRTIO_MODEL
from rebond_agent.probes import mmc, sysfs, tool_json
from rebond_agent.wipe.holders import STEP
from rebond_schemas.facts import Bus
from rebond_schemas.text import clean

COLUMNS = (
    "NAME,PATH,TYPE,SIZE,VENDOR,MODEL,SERIAL,WWN,REV,TRAN,ROTA,RM,RO,HOTPLUG,LOG-SEC,PHY-SEC,"
    "FSTYPE,LABEL,PARTLABEL,MOUNTPOINT"
)
COMMAND = ("lsblk", "--json", "--bytes", "--output", COLUMNS)

BOOT_MARK = "REBOND"
"""A partition whose file system or entry is named like this belongs to the workshop's own stick."""

ORIGIN = "/run/rebond/origin"
"""Where the stick's first stage writes the partition that it booted from (agent/image/initramfs)."""

FROM_NETWORK = "network"

_BUILT_IN = frozenset({Bus.ATA, Bus.NVME, Bus.SAS, Bus.SCSI, Bus.VIRTIO})
_MOST_STEPS = 16  # volumes on volumes; nothing real is so deep
_VPD_HEAD = 4  # bytes in front of the serial number
_DRIVE = re.compile(r"^(?:[shv]d[a-z]{1,2}|xvd[a-z]|nvme\d+(?:n\d+)?|mmcblk\d+|sr\d+)$")
_BOOT_PARTITION = re.compile(r"^(mmcblk\d+)boot\d+$")
_NOT_A_DRIVE = re.compile(r"^(?:loop|ram|zram|dm-|md|nbd|fd|drbd|mtdblock|nullb)\d*")
_TRANSPORTS = {
    "sata": Bus.ATA,
    "ata": Bus.ATA,
    "nvme": Bus.NVME,
    "usb": Bus.USB,
    "sas": Bus.SAS,
    "fc": Bus.SCSI,
    "spi": Bus.SCSI,
    "iscsi": Bus.SCSI,
    "mmc": Bus.MMC,
    "virtio": Bus.VIRTIO,
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One drive as the kernel lists it; size in bytes, 0 for a reader without a medium."""

    name: str
    path: str
    bus: Bus = Bus.UNKNOWN
    optical: bool = False
    memory_card: bool = False
    size_bytes: int | None = None
    block_bytes: int | None = None
    physical_block_bytes: int | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    wwn: str | None = None
    firmware: str | None = None
    rotational: bool | None = None
    removable: bool | None = None
    read_only: bool | None = None
    boot_medium: bool | None = None
    boot_partitions: tuple[str, ...] = ()
    partitions: int | None = None
    filesystems: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


def parse_lsblk(raw: bytes | str) -> tuple[Listed, ...]:
    """Return the drives in lsblk's JSON: disks and optical drives, eMMC boot parts folded in."""
    rows = tool_json.rows(tool_json.load(raw), "blockdevices")
    boots: dict[str, list[str]] = {}
    drives = []
    for row in rows:
        name = tool_json.word(row, "name") or ""
        boot = _BOOT_PARTITION.match(name)
        if boot:
            boots.setdefault(boot[1], []).append(f"/dev/{name}")
        elif tool_json.word(row, "type") in ("disk", "rom", None) and _is_drive(name):
            drives.append(_listed(name, row))
    return tuple(
        replace(one, boot_partitions=tuple(sorted(boots.get(one.name, ())))) for one in drives
    )


def ask_drives(machine: Machine) -> tuple[Listed, ...]:
    """Return the drives, sorted by name; where lsblk is absent, names alone from /sys or /dev."""
    drives = parse_lsblk(machine.run(COMMAND).output)
    if not drives:
        names = machine.names("/sys/block") or machine.names("/dev")
        drives = tuple(
            Listed(name=name, path=f"/dev/{name}", bus=_bus_of_name(name), optical=name[:2] == "sr")
            for name in names
            if _DRIVE.match(name) and not _is_controller(name, names)
        )
    known = sorted((_identified(machine, one) for one in drives), key=lambda one: one.name)
    return beside_boot_medium(machine.read(ORIGIN), tuple(known))


def beside_boot_medium(origin: bytes | None, drives: tuple[Listed, ...]) -> tuple[Listed, ...]:
    """Let built-in drives that no tool can read be none of ours, where that is known for certain.

    Certain is: the stick's first stage told which partition it booted from (or that it came from the
    network), the tool that reads labels is seen to work on this very boot, and the drive is built in.
    What can be pulled out may be another stick of ours: there a person has to look.
    """
    came = (clean(origin) or "").strip()
    if came == FROM_NETWORK:
        certain = any(one.filesystems for one in drives)
    else:
        certain = any(one.boot_medium is True and _is_part(came, one.name) for one in drives)
    if not certain:
        return drives
    return tuple(
        replace(one, boot_medium=False)
        if one.boot_medium is None and one.removable is False and one.bus in _BUILT_IN
        else one
        for one in drives
    )


def _is_part(partition: str, drive: str) -> bool:
    return partition == drive or bool(re.fullmatch(rf"{re.escape(drive)}p?\d+", partition))


def answered(machine: Machine) -> bool:
    """Say whether lsblk listed what there is: without drives, that is a machine without drives."""
    return isinstance(
        tool_json.at(tool_json.load(machine.run(COMMAND).output), "blockdevices"), list
    )


def _identified(machine: Machine, listed: Listed) -> Listed:
    """Return the drive with the identity the kernel publishes where lsblk tells none."""
    if listed.bus is not Bus.MMC:
        if listed.optical or (listed.serial is not None and listed.bus is not Bus.USB):
            return listed
        # A USB case's own number comes first in udev's database; the drive's is worth more.
        return replace(listed, serial=_kernel_serial(machine, listed.name) or listed.serial)
    return replace(
        listed,
        model=mmc.read(machine, listed.name, "name") or listed.model,
        serial=known_serial(mmc.read(machine, listed.name, "serial")) or listed.serial,
        firmware=mmc.read(machine, listed.name, "fwrev") or listed.firmware,
        memory_card=mmc.read(machine, listed.name, "type") == "SD",
    )


def _kernel_serial(machine: Machine, name: str) -> str | None:
    """Return virtio's serial, NVMe's, or the SCSI unit serial number page (SPC-5, VPD page 80h)."""
    for place in ("serial", "device/serial"):
        serial = known_serial(sysfs.word(machine, f"/sys/block/{name}/{place}"))
        if serial:
            return serial
    page = machine.read(f"/sys/block/{name}/device/vpd_pg80") or b""
    length = int.from_bytes(page[2:4], "big")
    return known_serial(page[_VPD_HEAD : _VPD_HEAD + length])


def _listed(name: str, row: object) -> Listed:
    children = _children(row)
    size = _whole(row, "size")
    rotational, removable = _flag(row, "rota"), _flag(row, "rm")
    hotplug = _flag(row, "hotplug")
    return Listed(
        name=name,
        path=tool_json.word(row, "path") or f"/dev/{name}",
        bus=_TRANSPORTS.get(tool_json.word(row, "tran") or "", _bus_of_name(name)),
        optical=tool_json.word(row, "type") == "rom" or name.startswith("sr"),
        size_bytes=size,
        block_bytes=_whole(row, "log-sec"),
        physical_block_bytes=_whole(row, "phy-sec"),
        vendor=tool_json.word(row, "vendor"),
        model=_model(row) or (VIRTIO_MODEL if name.startswith("vd") else None),
        serial=known_serial(tool_json.word(row, "serial")),
        wwn=tool_json.word(row, "wwn"),
        firmware=tool_json.word(row, "rev"),
        rotational=rotational,
        removable=removable or hotplug if removable is not None else hotplug,
        read_only=_flag(row, "ro"),
        boot_medium=_carries_mark(row, children),
        partitions=sum(tool_json.word(one, "type") == "part" for one in children),
        filesystems=_filesystems((row, *children)),
        holders=_holders(row),
    )


def _is_drive(name: str) -> bool:
    return bool(name) and not _NOT_A_DRIVE.match(name)


def _is_controller(name: str, names: Sequence[str]) -> bool:
    """/dev/nvme0 is the controller of /dev/nvme0n1; alone, it is all that is known of the drive."""
    return bool(re.fullmatch(r"nvme\d+", name)) and any(one.startswith(f"{name}n") for one in names)


def _bus_of_name(name: str) -> Bus:
    """Return the bus that the name tells where lsblk tells no transport."""
    if name.startswith("nvme"):
        return Bus.NVME
    if name.startswith("mmcblk"):
        return Bus.MMC
    if name.startswith(("vd", "xvd")):
        return Bus.VIRTIO
    return Bus.UNKNOWN


def _model(row: object) -> str | None:
    """Return the model as the drive spells it: udev writes underscores for spaces."""
    model = tool_json.word(row, "model")
    return clean(model.replace("_", " ")) if model else None


def _children(row: object) -> tuple[object, ...]:
    found: list[object] = []
    waiting = list(tool_json.rows(row, "children"))
    while waiting and len(found) < 1024:  # noqa: PLR2004 - no real drive has so many partitions
        child = waiting.pop(0)
        found.append(child)
        waiting.extend(tool_json.rows(child, "children"))
    return tuple(found)


def _holders(row: object) -> tuple[str, ...]:
    """Return each way from the drive to what uses it now: `sda2 > crypt home > mounted on /home`.

    A signature alone (LVM2_member, linux_raid_member, crypto_LUKS) is nobody's use: what was found
    on a donated drive is there to be erased.
    """
    return tuple(STEP.join(way) for way in _ways(row, ()))[:32]


def _ways(row: object, below: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    kind, name = tool_json.word(row, "type"), tool_json.word(row, "name") or ""
    built = kind not in (None, "disk", "part", "rom")
    whole = kind in ("disk", "rom") and not below
    here = below if whole else (*below, f"{kind} {name}".strip() if built else name)
    points = (tool_json.word(point) for point in tool_json.rows(row, "mountpoints"))
    mounts = [tool_json.word(row, "mountpoint"), *points]
    told = [(*here, f"mounted on {mount}") for mount in dict.fromkeys(filter(None, mounts))]
    if len(here) < _MOST_STEPS:
        told += [way for child in tool_json.rows(row, "children") for way in _ways(child, here)]
    yield from told or ([here] if built else [])


def _filesystems(rows: Sequence[object]) -> tuple[str, ...]:
    """Return what lies on the drive by kind, BitLocker and LUKS among it; never a label or a name."""
    found = {tool_json.word(one, "fstype") for one in rows}
    return tuple(sorted(kind for kind in found if kind))[:16]


def _carries_mark(row: object, children: Sequence[object]) -> bool | None:
    """Return whether a label says REBOND; None when lsblk could not read what the parts hold."""
    rows = (row, *children)
    labels = [tool_json.word(one, key) for one in rows for key in ("label", "partlabel")]
    if any((label or "").upper().startswith(BOOT_MARK) for label in labels):
        return True
    readable = any(labels) or any(tool_json.word(one, "fstype") for one in rows)
    return False if readable or not children else None


def _whole(row: object, key: str) -> int | None:
    """Return a number; before 2.33 lsblk prints it as a text."""
    number = tool_json.whole(row, key)
    text = tool_json.word(row, key)
    return int(text) if number is None and text and re.fullmatch(r"\d{1,18}", text) else number


def _flag(row: object, key: str) -> bool | None:
    """Return a flag; before 2.33 lsblk prints it as "0" or "1"."""
    text = tool_json.word(row, key)
    return text == "1" if text in ("0", "1") else tool_json.truth(row, key)
