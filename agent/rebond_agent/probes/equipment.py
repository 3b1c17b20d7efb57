"""What else is there or not: camera, Bluetooth, sound, touch, fingerprint and card readers."""

import re
from collections.abc import Callable, Sequence

from rebond_agent.machine import Library, Machine
from rebond_agent.probes import pci, ports, smbios
from rebond_agent.probes.answer import Answer, declared, measured, unknown
from rebond_agent.probes.pci import PciDevice
from rebond_agent.probes.udev import UdevDevice, parse_udev
from rebond_schemas.facts import Equipment, Facts
from rebond_schemas.text import clean

# USB makers that build nothing but fingerprint readers (libfprint's supported devices).
_FINGERPRINT_MAKERS = frozenset(("138a", "06cb", "27c6", "08ff", "147e", "1c7a", "10a5", "2808"))
_FINGERPRINT = re.compile(r"fingerprint|biometric|goodix|validity|swipe sensor", re.IGNORECASE)
_CARD_READER = re.compile(r"card ?reader|RTS5\d|SD Host", re.IGNORECASE)
_SD_HOST = "0805"


def find_equipment(
    devices: Sequence[UdevDevice], bus: Sequence[PciDevice]
) -> tuple[Equipment, ...]:
    """Return one line a kind; absent only where udev answered, else unknown."""
    finders: tuple[tuple[str, Callable[[UdevDevice], bool]], ...] = (
        ("webcam", _is_camera),
        ("bluetooth", lambda one: one.subsystem == "bluetooth"),
        ("sound", lambda one: one.subsystem == "sound" and one.name.startswith("card")),
        ("touchscreen", lambda one: _is_input(one, "TOUCHSCREEN")),
        ("touchpad", lambda one: _is_input(one, "TOUCHPAD")),
        ("keyboard", lambda one: _is_input(one, "KEYBOARD")),
        ("fingerprint_reader", _is_fingerprint_reader),
    )
    found = [
        _line(kind, [one for one in devices if wanted(one)], devices) for kind, wanted in finders
    ]
    return (*found, _card_reader(devices, bus))


def probe(machine: Machine) -> Answer:
    """Ask udev, lspci for card readers on the PCI bus, and SMBIOS for the sockets on the case."""
    devices = parse_udev(machine.ask(Library.UDEV))
    found = find_equipment(devices, pci.ask_pci(machine))
    sockets = ports.parse_ports(smbios.ask_smbios(machine), ports.ask_usb_c(machine))
    sources = {"equipment": measured("udev") if devices else unknown("udev")}
    for at, one in enumerate(sockets, len(found)):
        driven = one.kind == ports.USB_C and machine.names(ports.TYPEC)
        sources[f"equipment.{at}"] = measured(ports.TYPEC) if driven else declared("dmidecode")
    return Answer(facts=Facts(equipment=(*found, *sockets)), sources=sources)


def _line(kind: str, found: Sequence[UdevDevice], devices: Sequence[UdevDevice]) -> Equipment:
    if found:
        return Equipment(kind=kind, present=True, name=_name(found[0]))
    return Equipment(kind=kind, present=False if devices else None)


def _name(device: UdevDevice) -> str | None:
    for key in ("ID_V4L_PRODUCT", "ID_MODEL_FROM_DATABASE", "NAME", "ID_MODEL"):
        name = clean(device.properties.get(key, "").strip('"'))
        if name:
            return name
    return None


def _is_camera(device: UdevDevice) -> bool:
    """Tell a camera from its second node, which carries metadata only."""
    if device.subsystem != "video4linux":
        return False
    capabilities = device.properties.get("ID_V4L_CAPABILITIES")
    return capabilities is None or ":capture:" in capabilities


def _is_input(device: UdevDevice, what: str) -> bool:
    return device.subsystem == "input" and device.properties.get(f"ID_INPUT_{what}") == "1"


def _is_fingerprint_reader(device: UdevDevice) -> bool:
    if device.subsystem != "usb":
        return False
    names = " ".join(
        device.properties.get(key, "") for key in ("ID_MODEL_FROM_DATABASE", "ID_MODEL")
    )
    return device.properties.get("ID_VENDOR_ID") in _FINGERPRINT_MAKERS or bool(
        _FINGERPRINT.search(names)
    )


def _card_reader(devices: Sequence[UdevDevice], bus: Sequence[PciDevice]) -> Equipment:
    for one in bus:
        if one.code == _SD_HOST or _CARD_READER.search(one.name or ""):
            return Equipment(kind="card_reader", present=True, name=one.name)
    for device in devices:
        name = _name(device) or ""
        if device.subsystem == "usb" and _CARD_READER.search(name):
            return Equipment(kind="card_reader", present=True, name=name)
    return Equipment(kind="card_reader", present=False if devices and bus else None)
