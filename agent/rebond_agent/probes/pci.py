"""What sits on the PCI bus: `lspci -vmmnnk`."""

import re
from dataclasses import dataclass

from rebond_agent.machine import Machine
from rebond_schemas.text import clean

COMMAND = ("lspci", "-vmmnnk")

_numbered = re.compile(r"^(.*?)\s*\[([0-9a-fA-F]{4})\]$")


@dataclass(frozen=True, kw_only=True)
class PciDevice:
    """One PCI function; `code` is the class in hexadecimal (0300 is a VGA controller)."""

    slot: str
    code: str
    vendor: str | None = None
    vendor_id: str | None = None
    name: str | None = None
    device_id: str | None = None
    driver: str | None = None
    kind: str | None = None
    subsystem_vendor: str | None = None
    subsystem_name: str | None = None
    revision: str | None = None


def parse_lspci(text: str) -> tuple[PciDevice, ...]:
    """Return every device in the text of `lspci -vmmnnk`; none for any other text."""
    devices = []
    for block in re.split(r"\n\s*\n", text):
        said: dict[str, str] = {}
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if colon:
                said.setdefault(key.strip(), value.strip())
        if "Slot" in said and "Class" in said:
            devices.append(_device(said))
    return tuple(devices)


def ask_pci(machine: Machine) -> tuple[PciDevice, ...]:
    """Return the machine's PCI devices; none when lspci can't tell."""
    return parse_lspci(machine.run(COMMAND).text)


def _device(said: dict[str, str]) -> PciDevice:
    vendor, vendor_id = _split(said.get("Vendor"))
    name, device_id = _split(said.get("Device"))
    return PciDevice(
        slot=said["Slot"],
        code=_split(said["Class"])[1] or "",
        vendor=vendor,
        vendor_id=vendor_id,
        name=name,
        device_id=device_id,
        driver=clean(said.get("Driver")),
        kind=_split(said["Class"])[0],
        subsystem_vendor=_split(said.get("SVendor"))[0],
        subsystem_name=_split(said.get("SDevice"))[0],
        revision=clean(said.get("Rev")),
    )


def _split(raw: str | None) -> tuple[str | None, str | None]:
    """`Intel Corporation [8086]` is a name and a number; an unknown device is only `Device [1234]`."""
    found = _numbered.match(raw or "")
    if not found:
        return clean(raw), None
    name = clean(found[1])
    return (None if name in ("Device", "Vendor") else name), found[2].lower()
