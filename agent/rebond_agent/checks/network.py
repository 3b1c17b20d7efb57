"""Wi-Fi by what it hears, a cable by its link, Bluetooth by its adapter."""

import re

from rebond_agent.checks.step import STOPPED, Finding, Running, found, said
from rebond_agent.checks.tools import (
    Tools,
    absent_or_unknown,
    has_equipment,
    unsuccessful,
    while_running,
)
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed
from rebond_agent.probes import sysfs
from rebond_schemas.facts import NetworkInterface
from rebond_schemas.inspection import Result

BLUETOOTH = "/sys/class/bluetooth"
_LIMIT = 20.0
_station = re.compile(r"^BSS [0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.MULTILINE | re.IGNORECASE)


def check(tools: Tools) -> Running:
    """Scan with the first Wi-Fi interface; without Wi-Fi look for a cable with a link."""
    cards = tools.facts.network
    wifi = next((card for card in cards if card.kind == "wifi"), None)
    if wifi is None:
        return cable(tools)
    tools.machine.run(("ip", "link", "set", "dev", wifi.name, "up"))
    command = ("iw", "dev", wifi.name, "scan")
    text = said(CheckPhrase.NETWORK_SCANNING)
    done = yield from while_running(tools, command, time_limit=_LIMIT, text=text)
    return STOPPED if done is None else finding(done)


def finding(scan: Completed) -> Finding:
    """Pass when at least one station was heard; a scan that could not be made is skipped."""
    if scan.outcome != "ok":
        return unsuccessful(scan)
    count = len(_station.findall(scan.text))
    if count == 0:
        return found(Result.FAIL, CheckPhrase.NETWORK_DEAF)
    return found(Result.PASS, CheckPhrase.NETWORK_HEARD, count=count)


def cable(tools: Tools) -> Finding:
    """Pass when an Ethernet interface has a link; no card at all is absent."""
    wired = [card for card in tools.facts.network if card.kind == "ethernet"]
    linked = next((card for card in wired if _has_link(tools, card)), None)
    if linked is not None:
        return found(Result.PASS, CheckPhrase.NETWORK_LINK, name=linked.name)
    if wired:
        return found(Result.SKIPPED, CheckPhrase.NETWORK_NO_CABLE)
    return absent_or_unknown(None)


def check_bluetooth(tools: Tools) -> Running:
    """Look for an adapter that the kernel brought up."""
    yield from ()
    adapters = [name for name in tools.machine.names(BLUETOOTH) if re.fullmatch(r"hci\d+", name)]
    if adapters:
        return found(Result.PASS, CheckPhrase.BLUETOOTH_SEEN, name=adapters[0])
    return absent_or_unknown(has_equipment(tools.facts, "bluetooth"))


def _has_link(tools: Tools, card: NetworkInterface) -> bool:
    return sysfs.whole(tools.machine, f"/sys/class/net/{card.name}/carrier") == 1
