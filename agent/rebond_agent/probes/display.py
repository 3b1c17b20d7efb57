"""Screens that are plugged in, from the EDID bytes the kernel keeps for each connector."""

import msgspec

from rebond_agent.machine import Machine
from rebond_agent.probes import edid
from rebond_agent.probes.answer import Answer, reported, unknown
from rebond_schemas.facts import Display, Facts

FOLDER = "/sys/class/drm"

_BUILT_IN = ("eDP", "LVDS", "DSI")
_MOST = 16
_TEXT = 64 * 1024  # bytes of edid-decode's text, for a folder written by hand


def parse_display(connector: str, raw: bytes) -> Display | None:
    """Return one screen; raw EDID bytes, or the text edid-decode made of them."""
    display = edid.parse_edid(raw) or edid.parse_edid_decode(raw[:_TEXT].decode("utf-8", "replace"))
    if display is None:
        return None
    kind = connector.partition("-")[2]
    return msgspec.structs.replace(display, internal=kind.startswith(_BUILT_IN))


def probe(machine: Machine) -> Answer:
    """Read the EDID of every connector."""
    found = []
    connectors = [name for name in machine.names(FOLDER) if "-" in name]
    for connector in connectors:
        raw = machine.read(f"{FOLDER}/{connector}/edid")
        display = parse_display(connector, raw) if raw else None
        if display is not None:
            found.append(display)
    source = reported(FOLDER) if connectors else unknown(FOLDER)
    return Answer(facts=Facts(displays=tuple(found[:_MOST])), sources={"displays": source})
