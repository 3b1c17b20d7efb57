"""Small files of /sys: one value each, or KEY=value lines."""

import re

from rebond_agent.machine import Machine
from rebond_schemas.text import clean

_PAGE = 4096  # sysfs gives at most one page (Linux Documentation/filesystems/sysfs.rst)


def word(machine: Machine, path: str) -> str | None:
    """Return the cleaned text of a file, or None."""
    return clean((machine.read(path) or b"")[:_PAGE])


def whole(machine: Machine, path: str) -> int | None:
    """Return the non-negative whole number in a file, or None (-1 is the kernel's unknown)."""
    text = word(machine, path)
    return int(text) if text and re.fullmatch(r"\d{1,18}", text) else None


def uevent(machine: Machine, folder: str) -> dict[str, str]:
    """Return the KEY=value lines of a device's uevent file."""
    text = (machine.read(f"{folder}/uevent") or b"")[:_PAGE].decode("utf-8", "replace")
    pairs = (line.partition("=") for line in text.splitlines())
    return {key: value for key, equals, value in pairs if equals}
