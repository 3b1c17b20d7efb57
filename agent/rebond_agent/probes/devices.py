"""Everything on the PCI bus and on the USB, with its driver: what has none does not work here."""

import re
from collections.abc import Sequence

from rebond_agent.machine import Library, Machine
from rebond_agent.probes import pci
from rebond_agent.probes.answer import Answer, measured, unknown
from rebond_agent.probes.pci import PciDevice
from rebond_agent.probes.udev import UdevDevice, parse_udev
from rebond_schemas.facts import Device, Facts
from rebond_schemas.text import clean

_MOST = 256
_USB_IDS = re.compile(r"^([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})$")


def parse_devices(
    functions: Sequence[PciDevice], devices: Sequence[UdevDevice]
) -> tuple[Device, ...]:
    """Return PCI functions by their slots, then USB devices by their ports."""
    usb = sorted((one for one in devices if _is_usb(one)), key=lambda one: one.name)
    found = (*(_of_pci(one) for one in functions), *(_of_usb(one) for one in usb))
    return tuple(one for one in found if one.place)[:_MOST]


def probe(machine: Machine) -> Answer:
    """Ask lspci and udev."""
    functions = pci.ask_pci(machine)
    devices = parse_udev(machine.ask(Library.UDEV))
    found = parse_devices(functions, devices)
    told = [name for name, answer in (("lspci", functions), ("udev", devices)) if answer]
    source = measured(", ".join(told)) if found else unknown("lspci")
    return Answer(facts=Facts(devices=found), sources={"devices": source})


def _of_pci(one: PciDevice) -> Device:
    return Device(
        bus="pci",
        place=clean(one.slot) or "",
        kind=one.kind,
        code=clean(one.code),
        maker=one.vendor,
        name=one.name,
        vendor_id=one.vendor_id,
        device_id=one.device_id,
        subsystem_maker=one.subsystem_vendor,
        subsystem_name=one.subsystem_name,
        revision=one.revision,
        driver=one.driver,
    )


def _is_usb(one: UdevDevice) -> bool:
    return one.subsystem == "usb" and one.properties.get("DEVTYPE") == "usb_device"


def _of_usb(one: UdevDevice) -> Device:
    """Return what udev's database of hardware and the device itself say; the database is better."""
    said = one.properties
    ids = _USB_IDS.match(said.get("PRODUCT", ""))
    return Device(
        bus="usb",
        place=clean(one.name) or "",
        code=clean(said.get("TYPE")),
        maker=clean(said.get("ID_VENDOR_FROM_DATABASE") or _spaced(said.get("ID_VENDOR"))),
        name=clean(said.get("ID_MODEL_FROM_DATABASE") or _spaced(said.get("ID_MODEL"))),
        vendor_id=ids[1].zfill(4) if ids else None,
        device_id=ids[2].zfill(4) if ids else None,
        revision=clean(said.get("ID_REVISION")),
        driver=clean(said.get("DRIVER")),
    )


def _spaced(text: str | None) -> str | None:
    """Udev writes underscores for the spaces of a device's own texts."""
    return text.replace("_", " ") if text else None
