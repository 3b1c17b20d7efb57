"""What udev knows: devices by subsystem, each with its properties."""

from collections.abc import Mapping
from dataclasses import dataclass

from rebond_agent.probes import tool_json


@dataclass(frozen=True, kw_only=True)
class UdevDevice:
    """One device as udev knows it."""

    subsystem: str
    name: str
    properties: Mapping[str, str]


def parse_udev(answer: object) -> tuple[UdevDevice, ...]:
    """Return the devices in pyudev's answer; none when it has no such shape."""
    devices = []
    for row in answer if isinstance(answer, list) else ():
        properties = tool_json.at(row, "properties")
        devices.append(
            UdevDevice(
                subsystem=tool_json.word(row, "subsystem") or "",
                name=tool_json.word(row, "name") or "",
                properties={
                    key: value
                    for key, value in (
                        properties.items() if isinstance(properties, Mapping) else ()
                    )
                    if isinstance(key, str) and isinstance(value, str)
                },
            )
        )
    return tuple(devices)
