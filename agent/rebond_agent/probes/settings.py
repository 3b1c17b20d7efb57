"""Settings of the firmware that its own driver publishes: passwords that are set, anti-theft agents.

Linux Documentation/ABI/testing/sysfs-class-firmware-attributes: think-lmi, dell-wmi-sysman and
hp-bioscfg. What stands here is the machine's state now; SMBIOS was written at the factory.
"""

import re

from rebond_agent.machine import Machine
from rebond_agent.probes import sysfs

FOLDER = "/sys/class/firmware-attributes"

_LOCKING = re.compile(
    r"^(?:admin|system|setup|supervisor|sysadmin|power-?on|user|bios)", re.IGNORECASE
)
"""Passwords for the setup or for starting; a drive's password is told by the drive."""
_AGENT = re.compile(r"absolute|computrace|persistence", re.IGNORECASE)
_OFF = re.compile(
    r"^(?:disabled?|deactivated?|inactive|off|no|permanent(?:ly)? ?disabled?|not ?activated?|0)$",
    re.IGNORECASE,
)
_MOST = 512  # attributes of one driver; a ThinkPad has some 150


def ask_password(machine: Machine) -> bool | None:
    """Return whether a password locks setup or start; None where no driver tells."""
    told = [
        sysfs.word(machine, f"{folder}/authentication/{name}/is_enabled")
        for folder in _drivers(machine)
        for name in machine.names(f"{folder}/authentication")
        if _LOCKING.match(name)
    ]
    known = [one == "1" for one in told if one in ("0", "1")]
    return any(known) if known else None


def ask_agents(machine: Machine) -> tuple[str, ...] | None:
    """Return `NAME: VALUE` of each anti-theft setting that is not off; None where no driver tells."""
    settings = [
        (name, sysfs.word(machine, f"{folder}/attributes/{name}/current_value"))
        for folder in _drivers(machine)
        for name in machine.names(f"{folder}/attributes")[:_MOST]
        if _AGENT.search(name)
    ]
    known = [(name, value) for name, value in settings if value is not None]
    if not known:
        return None
    return tuple(f"{name}: {value}"[:200] for name, value in known if not _OFF.match(value))[:8]


def _drivers(machine: Machine) -> tuple[str, ...]:
    return tuple(f"{FOLDER}/{name}" for name in machine.names(FOLDER)[:8])
