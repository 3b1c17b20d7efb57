"""Who made a memory module: BIOSes write the name, or the maker's JEDEC number in a dozen ways.

JEP106 numbers makers by bank and byte. A BIOS writes the bank as a count (`0198`: bank 2, byte 98),
with its parity bit (`859B` is `059B`), as repeated `7F` bytes (`7F98`), swapped (`9801`), or not at
all for the first bank (`AD00`, `80AD`), and often the makers of other chips of the module behind it.
"""

import re

from rebond_agent.machine.placeholders import known

# Bank (0 is the first) and byte; each was checked against the part numbers beside it in 8,000 dumps
# of linuxhw/DMI. The last column: four digits that a BIOS made of the number in its own way.
_JEDEC = (
    (0, 0xAD, "SK Hynix", ()),
    (0, 0xCE, "Samsung", ()),
    (0, 0x2C, "Micron", ()),
    (1, 0x98, "Kingston", ("9801",)),
    (1, 0x94, "Smart Modular", ("0114",)),
    (1, 0x7A, "Apacer", ()),
    (1, 0x4F, "Transcend", ()),
    (1, 0xBA, "PNY", ()),
    (2, 0x9E, "Corsair", ("0215",)),
    (2, 0xFE, "Elpida", ()),
    (3, 0x0B, "Nanya", ("1311",)),
    (4, 0xCB, "ADATA", ()),
    (4, 0xCD, "G.Skill", ("0420",)),
    (4, 0x43, "Ramaxel", ("0467",)),
    (4, 0xEF, "Team Group", ()),
    (5, 0x51, "Qimonda", ()),
    (5, 0x9B, "Crucial", ("1315",)),
    (5, 0x02, "Patriot", ("1302",)),
    (6, 0xD3, "Silicon Power", ()),
)
_NAMES = (
    ("hynix", "SK Hynix"),
    ("skhynix", "SK Hynix"),
    ("hyundai", "SK Hynix"),
    ("samsung", "Samsung"),
    ("micron", "Micron"),
    ("crucial", "Crucial"),
    ("kingston", "Kingston"),
    ("kinston", "Kingston"),
    ("adata", "ADATA"),
    ("gskill", "G.Skill"),
    ("corsair", "Corsair"),
    ("ramaxel", "Ramaxel"),
    ("nanya", "Nanya"),
    ("elpida", "Elpida"),
    ("transcend", "Transcend"),
    ("teamgroup", "Team Group"),
    ("patriot", "Patriot"),
    ("apacer", "Apacer"),
    ("kingmax", "Kingmax"),
    ("qimonda", "Qimonda"),
    ("changxin", "ChangXin"),
    ("smartmodular", "Smart Modular"),
)
_NOBODY = re.compile(
    r"^(?:[a-z]\d?_?)?(?:manufacturer|mfg|module ?manufacturer)[ _]?\d*$|^abcd$|^\d{1,2}$|^.$|spaces$"
    r"|^unknown\b|^jedec id:(?:00 ?)+$|^0x(?:00)+$|^0x7f+$|^undefined",
    re.IGNORECASE,
)
_NO_PART = re.compile(
    r"^(?:[a-z]\d_?)?(?:module ?)?part ?num(?:ber)? ?\d*$|^0x(?:00|20)+$", re.IGNORECASE
)
_HEX = re.compile(r"^(?:jedec ?id: ?|unknown ?- ?\[?)?(?:0x)?([0-9a-f]{2,16})\]?$", re.IGNORECASE)
_PARITY, _CONTINUED = 0x80, 0x7F
_TEXT_AS_HEX = re.compile(r"^0x((?:[2-7][0-9A-Fa-f]){4,20})(?:00)*$")


def module_maker(raw: str | None) -> str | None:
    """Return the usual name, the text as it is when no table knows it, None when it names nobody."""
    text = known(raw)
    if text is None:
        return None
    bare = re.sub(r"[^a-z0-9]", "", text.lower())
    named = next((name for start, name in _NAMES if bare.startswith(start)), None)
    if named:
        return named
    digits = _HEX.match(text.replace(" ", "") if text.lower().startswith("jedec") else text)
    if digits and (coded := _of_number(digits[1].upper())):
        return coded
    return None if _NOBODY.search(text) else text


def part_number(raw: str | None) -> str | None:
    """Return a module's part number; some BIOSes write its letters as hexadecimal bytes."""
    text = (raw or "").strip()
    if found := _TEXT_AS_HEX.match(text):
        text = bytes.fromhex(found[1]).decode("ascii", "replace")
    named = known(text)
    return None if named is None or _NO_PART.match(named) else named


def _of_number(digits: str) -> str | None:
    data = bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")
    if len(data) < 2:  # noqa: PLR2004 - a bank and a byte
        return None
    bank = 0
    while bank < len(data) - 1 and data[bank] == _CONTINUED:
        bank += 1
    first = data[0] & ~_PARITY if data[0] != _CONTINUED else bank
    tries = {(bank, data[bank])} if bank else {(first, data[1]), (0, data[0])}
    if digits.startswith("00"):
        tries.add((0, data[1]))
    for place, number, name, ways in _JEDEC:
        if (place, number) in tries or digits[:4] in ways:
            return name
    swapped = (data[1] & ~_PARITY, data[0])
    return next((name for place, number, name, _ in _JEDEC if (place, number) == swapped), None)
