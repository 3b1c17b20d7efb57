"""Network interfaces that have a device behind them, from /sys/class/net."""

import re
from typing import Literal

from rebond_agent.machine import Machine
from rebond_agent.probes import pci, sysfs
from rebond_agent.probes.answer import Answer, measured, reported, unknown
from rebond_agent.probes.pci import PciDevice
from rebond_schemas.facts import Facts, NetworkInterface

FOLDER = "/sys/class/net"
WIFI = ("iw", "phy")

_ETHERNET = 1  # ARPHRD_ETHER, linux/if_arp.h
_MOST = 64
_MOST_MBPS = 1_000_000

# What a radio says it can do, newest first (iw 5.19: section titles of `iw phy`).
_RADIO = ((7, "EHT "), (6, "HE Iftypes"), (5, "VHT Capabilities"), (4, "HT20"))
# What a chip's name says, for a stick without iw.
_CHIPS = (
    (7, r"Wi-?Fi 7|\bBE\d{3}|802\.11be"),
    (6, r"Wi-?Fi 6|\bAX\d{3,4}|802\.11ax|\bMT792\d|\bRTL8852|\bQCNFA765"),
    (5, r"802\.11ac|Wireless-AC|\bAC ?\d{4}|\b(?:3165|3168|7260|7265|8260|8265|9260|9560|9462)\b"),
    (4, r"802\.11n|802\.11b/g/n|Centrino (?:Advanced|Ultimate|Wireless)-N|\b[26]\d{3}AGN"),
)


# A card without a cable tells no speed, its chip's name does: the first that fits.
_SPEEDS = (
    (10_000, r"10 ?Gigabit|10GBASE|10GbE|\bX5[245]0|\bAQC(?:107|113)"),
    (5_000, r"(?<!\.)\b5GbE|\bRTL8126|\bAQC111|\bAQC114"),
    (2_500, r"2\.5 ?G|\bI22[56]|\bRTL8125"),
    (1_000, r"Gigabit|1000|\bGbE|\bRTL8111|\bI21[0-9]|\bNetXtreme|\bNetLink BCM57"),
    (100, r"Fast Ethernet|10/100|\bRTL8139|\bRTL810[0-9]E"),
)


def chip_speed(chip: str) -> int | None:
    """Return the megabits a second that a wired chip's name tells; None when it tells none."""
    found = (speed for speed, pattern in _SPEEDS if re.search(pattern, chip, re.IGNORECASE))
    return next(found, None)


def wifi_generation(radio: str, chip: str) -> int | None:
    """Return the Wi-Fi generation from `iw phy`, else from the chip's name; None when neither tells."""
    for generation, title in _RADIO:
        if title in radio:
            return generation
    for generation, pattern in _CHIPS:
        if re.search(pattern, chip):
            return generation
    return None


def parse_mac(raw: str | None) -> str | None:
    """Return a MAC address in lower case; zeros, and none, say nothing."""
    text = (raw or "").lower()
    if not re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", text) or text == "00:00:00:00:00:00":
        return None
    return text


def probe(machine: Machine) -> Answer:
    """Read every interface that has a device, and name it by its PCI slot."""
    names = machine.names(FOLDER)
    slots = {one.slot.lower(): one for one in pci.ask_pci(machine)}
    found = [
        _interface(machine, name, slots)
        for name in names
        if machine.names(f"{FOLDER}/{name}/device")
    ]
    sources = {"network": measured(FOLDER) if names else unknown(FOLDER)}
    for at, card in enumerate(found):
        if card.speed_mbps and not sysfs.whole(machine, f"{FOLDER}/{card.name}/speed"):
            sources[f"network.{at}.speed_mbps"] = reported("lspci")
    return Answer(facts=Facts(network=tuple(found[:_MOST])), sources=sources)


def _interface(machine: Machine, name: str, slots: dict[str, PciDevice]) -> NetworkInterface:
    folder = f"{FOLDER}/{name}"
    device = sysfs.uevent(machine, f"{folder}/device")
    chip = _chip(device, slots)
    kind = _kind(machine, folder)
    speed = sysfs.whole(machine, f"{folder}/speed")
    named = chip_speed((chip.name if chip else "") or "") if kind == "ethernet" else None
    radio = machine.run(WIFI).text if kind == "wifi" else ""
    return NetworkInterface(
        name=sysfs.word(machine, f"{folder}/ifname") or name[:64],
        kind=kind,
        mac=parse_mac(sysfs.word(machine, f"{folder}/address")),
        maker=chip.vendor if chip else None,
        model=chip.name if chip else None,
        driver=device.get("DRIVER"),
        speed_mbps=speed if speed and speed <= _MOST_MBPS else named,
        wifi_generation=wifi_generation(radio, (chip.name if chip else "") or "")
        if kind == "wifi"
        else None,
    )


def _chip(device: dict[str, str], slots: dict[str, PciDevice]) -> PciDevice | None:
    """Return the PCI device; lspci leaves the domain out where there is only 0000."""
    slot = device.get("PCI_SLOT_NAME", "").lower()
    return slots.get(slot) or slots.get(slot.removeprefix("0000:"))


def _kind(machine: Machine, folder: str) -> Literal["ethernet", "wifi", "mobile", "other"]:
    kind = sysfs.uevent(machine, folder).get("DEVTYPE")
    if kind == "wlan" or machine.names(f"{folder}/phy80211"):
        return "wifi"
    if kind == "wwan":
        return "mobile"
    return "ethernet" if sysfs.whole(machine, f"{folder}/type") == _ETHERNET else "other"
