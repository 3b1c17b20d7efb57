"""Every functional test by its name; the server's rules of grading use the same names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from rebond_agent.checks import (
    battery,
    camera,
    drives,
    keyboard,
    memory,
    network,
    pointing,
    ports,
    processor,
    screen,
    sound,
)
from rebond_agent.checks.step import Finding, Running
from rebond_agent.checks.tools import Tools
from rebond_agent.errors import CheckUnknown
from rebond_agent.language import Language
from rebond_schemas.inspection import Check
from rebond_schemas.text import clean

CHECKS: Mapping[str, Callable[[Tools], Running]] = MappingProxyType(
    {
        "keyboard": keyboard.check,
        "touchpad": pointing.check,
        "screen": screen.check,
        "sound": sound.check_speakers,
        "microphone": sound.check_microphone,
        "camera": camera.check,
        "ports": ports.check,
        "network": network.check,
        "bluetooth": network.check_bluetooth,
        "battery": battery.check,
        "drives": drives.check,
        "memory": memory.check,
        "processor": processor.check,
    }
)
"""In the order in which a person goes through them; the long ones last."""


def named(names: Sequence[str]) -> tuple[str, ...]:
    """Return the tests of these names, all when there are none, or raise CheckUnknown."""
    for name in names:
        if name not in CHECKS:
            raise CheckUnknown(name=name, known=", ".join(CHECKS))
    return tuple(dict.fromkeys(names)) or tuple(CHECKS)


def kept(name: str, finding: Finding, *, by: str | None, at: datetime, language: Language) -> Check:
    """Return the line of the inspection that a finding becomes."""
    note = finding.why.told(language) if finding.why else None
    return Check(name=name, result=finding.result, by=clean(by), at=at, note=clean(note))
