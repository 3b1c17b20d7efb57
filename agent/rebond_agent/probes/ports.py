"""Sockets on the case: SMBIOS type 8 as the maker declares them, USB-C as the kernel drives them.

Only what is there is told: a BIOS that lists no port proves nothing.
"""

from collections import Counter
from collections.abc import Sequence

from rebond_agent.machine import Machine
from rebond_agent.probes import smbios
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import Equipment

TYPEC = "/sys/class/typec"
USB_C = "port_usb_c"

# The external connector, in dmidecode's words (DSP0134 3.7, table 41).
_CONNECTORS = {
    "Access Bus (USB)": "port_usb",
    "USB Type-C Receptacle": USB_C,
    "RJ-45": "port_ethernet",
    "RJ-11": "port_modem",
    "DB-15 female": "port_vga",
    "DB-9 male": "port_serial",
    "DB-25 female": "port_parallel",
    "IEEE 1394": "port_firewire",
    "Mini Jack (headphones)": "port_audio",
    "PS/2": "port_ps2",
}
# What is printed beside it, where the connector is "Other": the standard knows no HDMI.
_PRINTED = (
    ("hdmi", "port_hdmi"),
    ("displayport", "port_displayport"),
    ("dvi", "port_dvi"),
    ("usb-c", USB_C),
    ("type-c", USB_C),
    ("thunderbolt", "port_thunderbolt"),
    ("smart card", "smartcard"),
)


def parse_ports(structures: Sequence[Structure], usb_c: int = 0) -> tuple[Equipment, ...]:
    """Return one line a kind, its name how many there are; `usb_c` are the sockets the kernel drives."""
    kinds = (_kind(one) for one in smbios.of_kind(structures, 8))
    count = Counter(kind for kind in kinds if kind is not None)
    if usb_c:
        count[USB_C] = usb_c
    return tuple(
        Equipment(kind=kind, present=True, name=f"x {number}")
        for kind, number in sorted(count.items())
    )


def ask_usb_c(machine: Machine) -> int:
    """Return the USB-C sockets the kernel drives; partners and cables are listed beside them."""
    return sum(name.startswith("port") and "-" not in name for name in machine.names(TYPEC))


def _kind(port: Structure) -> str | None:
    connector = port.get("External Connector Type")
    if connector in (None, "None"):
        return None  # a plug inside the case
    printed = (port.get("External Reference Designator") or "").lower()
    return next((kind for word, kind in _PRINTED if word in printed), _CONNECTORS.get(connector))
