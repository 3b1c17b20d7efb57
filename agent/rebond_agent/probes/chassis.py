"""What stands on the bench: SMBIOS's chassis type, mended where the model's own name knows better."""

import re
from collections.abc import Sequence

from rebond_agent.probes import smbios
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import ChassisKind
from rebond_schemas.text import clean

# DSP0134 3.7, table 17: number, dmidecode's word, what stands on the bench. None: no computer is
# one (a box that holds expansion cards, or drives), so the word is a BIOS left unfinished.
CHASSIS: tuple[tuple[int, str, ChassisKind | None], ...] = (
    (1, "Other", None),
    (2, "Unknown", None),
    (3, "Desktop", ChassisKind.DESKTOP),
    (4, "Low Profile Desktop", ChassisKind.DESKTOP),
    (5, "Pizza Box", ChassisKind.DESKTOP),
    (6, "Mini Tower", ChassisKind.DESKTOP),
    (7, "Tower", ChassisKind.DESKTOP),
    (8, "Portable", ChassisKind.LAPTOP),
    (9, "Laptop", ChassisKind.LAPTOP),
    (10, "Notebook", ChassisKind.LAPTOP),
    (11, "Hand Held", ChassisKind.TABLET),
    (12, "Docking Station", ChassisKind.LAPTOP),  # left by laptops that were built beside a dock
    (13, "All In One", ChassisKind.ALL_IN_ONE),
    (14, "Sub Notebook", ChassisKind.LAPTOP),
    (15, "Space-saving", ChassisKind.DESKTOP),
    (16, "Lunch Box", ChassisKind.DESKTOP),
    (17, "Main Server Chassis", ChassisKind.SERVER),
    (18, "Expansion Chassis", None),
    (19, "Sub Chassis", None),
    (20, "Bus Expansion Chassis", None),
    (21, "Peripheral Chassis", None),
    (22, "RAID Chassis", None),
    (23, "Rack Mount Chassis", ChassisKind.SERVER),
    (24, "Sealed-case PC", ChassisKind.DESKTOP),
    (25, "Multi-system", ChassisKind.SERVER),
    (26, "CompactPCI", ChassisKind.OTHER),
    (27, "AdvancedTCA", ChassisKind.OTHER),
    (28, "Blade", ChassisKind.SERVER),
    (29, "Blade Enclosing", ChassisKind.SERVER),
    (30, "Tablet", ChassisKind.TABLET),
    (31, "Convertible", ChassisKind.CONVERTIBLE),
    (32, "Detachable", ChassisKind.TABLET),  # a tablet whose keyboard comes off
    (33, "IoT Gateway", ChassisKind.OTHER),
    (34, "Embedded PC", ChassisKind.MINI),
    (35, "Mini PC", ChassisKind.MINI),
    (36, "Stick PC", ChassisKind.MINI),
)
_BY_WORD = {word.lower(): kind for _, word, kind in CHASSIS}
_BY_NUMBER = {number: kind for number, _, kind in CHASSIS}

_ANY = frozenset((None, *ChassisKind))
_UNCLEAR = frozenset((None, ChassisKind.OTHER))
_BOX = frozenset((None, ChassisKind.OTHER, ChassisKind.DESKTOP))
_FLAT = frozenset((None, ChassisKind.OTHER, ChassisKind.LAPTOP, ChassisKind.TABLET))

# What a name says by itself, where the declared kind is one of these: boards declare the case
# they were designed for, coreboot declares "Desktop" by default, Apple calls its later iMacs and
# Mac minis portable.
_Row = tuple[frozenset[ChassisKind | None], str, ChassisKind]
_NAMES: tuple[_Row, ...] = (
    (_FLAT | _BOX, r"\bSurface (?:Pro|Go|RT|[23])\b", ChassisKind.TABLET),
    (_FLAT | _BOX, r"\bSurface Laptop\b", ChassisKind.LAPTOP),
    (_ANY, r"^iMac\d", ChassisKind.ALL_IN_ONE),
    (_ANY, r"^Mac ?mini\d?", ChassisKind.MINI),
    (_FLAT, r"\bconvertible\b|\b2-in-1\b", ChassisKind.CONVERTIBLE),
    (_BOX, r"\ball[- ]in[- ]one\b|\bAiO\b", ChassisKind.ALL_IN_ONE),
    (
        _BOX,
        r"\bMini PC\b|\bDesktop Mini\b|\bThin (?:Client|Mini)\b|\bNUC\d|^ZBOX|^Chromebox|\bMeerkat\b",
        ChassisKind.MINI,
    ),
    (_UNCLEAR, r"^MacPro|^Mac Pro|^PowerMac", ChassisKind.DESKTOP),
    (_UNCLEAR, r"^Xserve|\bPowerEdge\b|\bProLiant\b|\bThinkServer\b", ChassisKind.SERVER),
    (
        _BOX,
        (
            r"MacBook|Chromebook|\bnotebook\b|\blaptop\b|\bThinkPad\b|\bLatitude\b"
            r"|\bEliteBook\b|\bProBook\b|\bZBook\b|\bLIFEBOOK\b|\bESPRIMO Mobile\b|\bSatellite\b"
            r"|\bTecra\b|\bPort[eé]g[eé]\b|\bTravelMate\b|\bVivoBook|\bZenBook|\bExtensa \d|\bMateBook"
        ),
        ChassisKind.LAPTOP,
    ),
    (
        _UNCLEAR,
        (
            r"\bOptiPlex\b|\bThinkCentre\b|\bThinkStation\b|\bProDesk\b|\bEliteDesk\b|\bVeriton\b"
            r"|\bESPRIMO\b|\bCELSIUS [MRW]\d|\bPrecision (?:Tower|WorkStation T)|\bWorkstation\b"
        ),
        ChassisKind.DESKTOP,
    ),
)
# The same, of names that tell only behind their maker's. Clevo calls itself "Notebook".
_BOARDS: tuple[_Row, ...] = (
    # Chromeboxes by the code names of their boards (MrChromebox's list of devices); any other board
    # of Google's is a laptop's.
    (_BOX, r"^Google (?:Buddy|Kalista|Karma|Dooly)\b", ChassisKind.ALL_IN_ONE),
    (
        _BOX,
        (
            r"^Google (?:Panther|Zako|Tricky|McCloud|Guado|Tidus|Rikku|Fizz|Teemo|Sion|Wukong|Kench|Jax"
            r"|Bleemo|Excelsior|Puff|Kaisa|Noibat|Wyvern|Duffy|Faffy|Ambassador|Genesis|Scout|Moonbuggy"
            r"|Brask|Kuldax|Lisbon|Gladios|Moli|Kinox|Aurash|Constitution|Dexi|Dita|Stumpy|Zaku)\b"
        ),
        ChassisKind.MINI,
    ),
    (_BOX, r"^Google (?!Compute)[A-Z][a-z]+", ChassisKind.LAPTOP),
    (_BOX, r"^Notebook ", ChassisKind.LAPTOP),
    (
        _BOX,
        (
            r"^MSI (?:G[EFLPSTV]|P[ELRS]|C[RX]|[EF]X|VR|U)\d{2,3}\b"
            r"|^ASUS (?:[AFGKNPRUX]\d{3}[A-Z]{1,3}|[A-Z]X\d{3}[A-Z]{1,3}|G[A-Z]\d{3}[A-Z]{1,3})(?:\b|_)"
        ),
        ChassisKind.LAPTOP,
    ),
)
_BUILT_IN = {"Touch Pad", "Track Point"}
_SOCKETED = re.compile(r"LGA|Socket (?:AM|FM|TR|478|754|939|940|A\b|LGA)", re.IGNORECASE)


def chassis_kind(
    word: str | None,
    structures: Sequence[Structure] = (),
    names: Sequence[str | None] = (),
    board: str = "",
) -> ChassisKind | None:
    """Return the kind for dmidecode's word or the sysfs number, and the names of the machine.

    `board` is maker and model in one text.

    Where neither tells, a battery or a touch pad makes a laptop, a desktop's socket or full-size
    memory modules a desktop. A touch pad, and a battery with a design capacity, outweigh a declared
    desktop: the word was left there by the board's designer.
    """
    raw = (clean(word) or "").lower()
    kind = _BY_NUMBER.get(int(raw)) if re.fullmatch(r"\d{1,3}", raw) else _BY_WORD.get(raw)
    kind = _by_name(_by_name(kind, names, _NAMES), [board], _BOARDS)
    if kind in _BOX and _portable(structures, boxed=kind is not None):
        return ChassisKind.LAPTOP
    if kind is None and _socketed(structures):
        return ChassisKind.DESKTOP
    return ChassisKind.OTHER if kind is None and raw in _BY_WORD and raw != "unknown" else kind


def _by_name(
    kind: ChassisKind | None, names: Sequence[str | None], rows: Sequence[_Row]
) -> ChassisKind | None:
    for name in filter(None, names):
        for declared, pattern, better in rows:
            if kind in declared and re.search(pattern, name, re.IGNORECASE):
                return better
    return kind


def _portable(structures: Sequence[Structure], *, boxed: bool) -> bool:
    """Type 22 is a portable battery; type 21 with a touch pad is built into the case.

    Empty battery rows stand in the BIOS of desktops too (20 of 2,397 in linuxhw's collection).
    """
    pointers = {one.get("Type") for one in smbios.of_kind(structures, 21)}
    batteries = smbios.of_kind(structures, 22)
    if boxed:
        told = (one.get("Design Capacity") or "" for one in batteries)
        capacities = tuple(one for one in told if re.match(r"[1-9]\d{3,} mWh", one))
        return bool(capacities) or bool(pointers & _BUILT_IN)
    return bool(batteries) or bool(pointers & _BUILT_IN)


def _socketed(structures: Sequence[Structure]) -> bool:
    """Type 4 names the socket, type 17 the memory's size: those of desktops fit no laptop."""
    sockets = [one.get("Upgrade") or "" for one in smbios.of_kind(structures, 4)]
    forms = {one.get("Form Factor") for one in smbios.of_kind(structures, 17)}
    return any(_SOCKETED.search(socket) for socket in sockets) or "DIMM" in forms
