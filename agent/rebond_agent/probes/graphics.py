"""Graphics processors, from lspci."""

from collections.abc import Sequence

from rebond_agent.machine import Machine
from rebond_agent.probes import pci
from rebond_agent.probes.answer import Answer, measured, unknown
from rebond_agent.probes.pci import PciDevice
from rebond_schemas.facts import Facts, Graphics

_MOST = 16


def parse_graphics(devices: Sequence[PciDevice]) -> tuple[Graphics, ...]:
    """Return every display controller (PCI base class 03)."""
    return tuple(
        Graphics(name=one.name, maker=one.vendor, driver=one.driver)
        for one in devices
        if one.code.startswith("03")
    )[:_MOST]


def probe(machine: Machine) -> Answer:
    """Ask lspci."""
    devices = pci.ask_pci(machine)
    source = measured("lspci") if devices else unknown("lspci")
    return Answer(
        facts=Facts(graphics=parse_graphics(devices)),
        sources={"graphics": source},
    )
