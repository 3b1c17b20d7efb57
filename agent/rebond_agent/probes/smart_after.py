"""A drive's health once more, behind its erasure: sectors may have been taken out of use meanwhile."""

from rebond_agent.machine import Machine
from rebond_agent.probes import mmc, smart, smartctl
from rebond_schemas.facts import Bus, Drive
from rebond_schemas.smart import Smart


def health_after(machine: Machine, drive: Drive) -> Smart | None:
    """Return what this very drive says of itself now; None when it is another one, or says nothing."""
    if drive.identity.bus is Bus.MMC:
        return mmc.ask_health(machine, drive.path.removeprefix("/dev/"))
    if drive.smart is None:
        return None
    report = smartctl.ask_smartctl(machine, drive.path)
    told = smartctl.parse_identity(report, drive.path)
    if told.serial is not None and told.serial != drive.identity.serial:
        return None
    return smart.parse_smart(report)
