"""Drives that a controller keeps from the system: a fact that blocks, for they stay unerased."""

import re
from collections.abc import Sequence

from rebond_agent.machine import Machine
from rebond_agent.probes import lsblk, pci, smartctl, tool_json
from rebond_agent.probes.answer import Answer, measured, unknown
from rebond_agent.probes.lsblk import Listed
from rebond_agent.probes.pci import PciDevice
from rebond_schemas.facts import Facts

DMESG = ("dmesg", "--level=emerg,alert,crit,err,warn")

_REMAPPED = re.compile(r"Found (\d+) remapped NVMe", re.IGNORECASE)  # Linux drivers/ata/ahci.c
_LEAST_DETACHED = 10**9  # bytes
_RAID = "0104"
_STORAGE = "01"
_FLOPPY = "0102"
_RAID_DRIVERS = (
    "megaraid_sas",
    "megaraid",
    "hpsa",
    "smartpqi",
    "cciss",
    "aacraid",
    "arcmsr",
    "3w-9xxx",
    "3w-sas",
    "mpi3mr",
    "ips",
)


def parse_hidden(
    devices: Sequence[PciDevice], kernel_log: str | None
) -> tuple[bool | None, str | None]:
    """Return whether drives are hidden, and why; None when lspci or the kernel's log is silent."""
    remapped = _REMAPPED.search(kernel_log or "")
    if remapped and int(remapped[1][:4]) > 0:
        return True, (
            f"Intel RST hides {int(remapped[1][:4])} NVMe drive(s): "
            "set the SATA mode to AHCI in the BIOS setup"
        )
    if not devices:
        return None, "lspci did not answer: controllers are not known"
    for device in devices:
        reason = _reason(device)
        if reason:
            return True, reason
    raid_ahci = any(one.code == _RAID and one.driver == "ahci" for one in devices)
    if raid_ahci and kernel_log is None:
        return None, "RAID mode, and the kernel's log can't be read: NVMe drives may be hidden"
    return False, None


def probe(machine: Machine) -> Answer:
    """Ask lspci for the controllers, the kernel's log for remapped drives, NVMe for its namespaces."""
    log = machine.run(DMESG)
    hidden, reason = parse_hidden(pci.ask_pci(machine), log.text if log.output else None)
    source = unknown("lspci") if hidden is None else measured("lspci, dmesg")
    if not hidden and (detached := _detached(machine)):
        hidden, reason, source = True, detached, measured("smartctl")
    facts = Facts(drives_hidden=hidden, drives_hidden_reason=reason)
    sources = {"drives_hidden": source}
    if reason is not None:  # why it is not known is itself known
        sources["drives_hidden_reason"] = measured("lspci, dmesg")
    return Answer(facts=facts, sources=sources)


def detached_bytes(report: object, attached: Sequence[int | None]) -> int | None:
    """Return bytes of an NVMe drive that lie in namespaces which are not attached, None: none, or not told.

    `attached` are the sizes of the namespaces the kernel shows. What is allocated (TNVMCAP less
    UNVMCAP, NVMe 2.0 figure 275) counts protection information too: a twentieth is let pass.
    """
    total = tool_json.whole(report, "nvme_total_capacity")
    free = tool_json.whole(report, "nvme_unallocated_capacity")
    seen = sum(size or 0 for size in attached)
    if not total or free is None or not all(attached):
        return None
    more = total - free - seen
    return more if more > max(_LEAST_DETACHED, (total - free) // 20) else None


def _detached(machine: Machine) -> str | None:
    """Return the reason when any NVMe drive holds more than its namespaces show."""
    drives: dict[str, list[Listed]] = {}
    for one in lsblk.ask_drives(machine):
        if found := re.match(r"(nvme\d+)n\d+$", one.name):
            drives.setdefault(found[1], []).append(one)
    for name, shown in drives.items():
        report = smartctl.ask_smartctl(machine, shown[0].path)
        more = detached_bytes(report, [one.size_bytes for one in shown])
        if more is not None:
            return f"{name} holds {more // 10**9} GB in namespaces that are not attached"
    return None


def _reason(device: PciDevice) -> str | None:
    if not device.code.startswith(_STORAGE) or device.code == _FLOPPY:
        return None
    name = device.name or f"{device.vendor_id}:{device.device_id}"
    if device.driver is None:
        hint = " (Intel VMD: switch it off in the BIOS setup)" if _is_vmd(device) else ""
        return f"no driver for the storage controller {name}{hint}"
    if device.driver in _RAID_DRIVERS:
        return f"the RAID controller {name} shows volumes in place of drives"
    return None


def _is_vmd(device: PciDevice) -> bool:
    return device.code == _RAID and "Volume Management Device" in (device.name or "")
