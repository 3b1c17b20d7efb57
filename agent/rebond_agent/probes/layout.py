"""Which keyboard the machine was sold with: what the maker's number says of the country.

No laptop's keyboard tells its own layout (its controller speaks in places, not in letters), but
HP and Lenovo write the country into the product number, and a Chromebook into its firmware.
"""

import re
from typing import NamedTuple

from rebond_agent.machine import Machine
from rebond_agent.probes import sysfs
from rebond_agent.probes.answer import Answer, declared, unknown
from rebond_agent.probes.board import ask_board
from rebond_schemas.facts import Board, Facts

REGION = "/sys/firmware/vpd/ro/region"
"""A Chromebook's vital product data (Linux drivers/firmware/google/vpd.c)."""


class Country(NamedTuple):
    """How one country is written in an HP number, a Lenovo number and a Chromebook's region."""

    layout: str
    hp: str = ""
    lenovo: str = ""
    region: str = ""


# HP: three letters behind # (localisation code); Lenovo: two letters at the end of the ten of a
# machine type model (ThinkPad hardware maintenance manuals, "Standard models"; two figures are a
# special bid and tell nothing).
COUNTRIES = (
    Country("azerty_fr", "ABF", "FR", "fr"),
    Country("azerty_be", "UUG", "", "be"),
    Country("qwertz_de", "ABD", "GE", "de"),
    Country("qwertz_ch", "UUZ", "", "ch"),
    Country("qwerty_us", "ABA", "US", "us"),
    Country("qwerty_gb", "ABU", "UK", "gb"),
    Country("qwerty_es", "ABE", "SP", "es"),
    Country("qwerty_it", "ABZ", "IX", "it"),
)

_hp_number = re.compile(r"^[A-Z0-9]{5,8}#([A-Z0-9]{3})\b")
_lenovo_number = re.compile(r"^[1-9][0-9A-Z]{7}([A-Z]{2})$")


def parse_layout(board: Board, region: str | None = None) -> str | None:
    """Return the layout of the country a machine was made for; None where no number tells it."""
    if region:
        first = re.split(r"[.\-_]", region.lower())[0]
        return next((one.layout for one in COUNTRIES if one.region == first), None)
    if found := _hp_number.match(board.sku or ""):
        return next((one.layout for one in COUNTRIES if one.hp == found[1]), None)
    if board.maker == "Lenovo" and (found := _lenovo_number.match(board.model or "")):
        return next((one.layout for one in COUNTRIES if one.lenovo == found[1]), None)
    return None


def probe(machine: Machine) -> Answer:
    """Ask the Chromebook's region, then the numbers in SMBIOS."""
    region = sysfs.word(machine, REGION)
    board, source = ask_board(machine)
    layout = parse_layout(board, region)
    if layout is None:
        source = unknown(source.evidence)
    elif region:
        source = declared(REGION)
    return Answer(facts=Facts(keyboard_layout=layout), sources={"keyboard_layout": source})
