"""One name for one maker: SMBIOS spells the same company in a dozen ways."""

import re

# (what the normalised raw name starts with, the name people use). Raw text stays in the evidence.
# Longer beginnings stand before the shorter ones that they hold.
_NAMES = (
    ("hewlettpackard", "HP"),
    ("hpinc", "HP"),
    ("hppavilion", "HP"),
    ("hpe", "HPE"),
    ("compaq", "Compaq"),
    ("dell", "Dell"),
    ("alienware", "Alienware"),
    ("lenovo", "Lenovo"),
    ("ibm", "IBM"),
    ("asus", "ASUS"),
    ("acer", "Acer"),
    ("gateway", "Gateway"),
    ("emachines", "eMachines"),
    ("apple", "Apple"),
    ("fujitsu", "Fujitsu"),
    ("toshiba", "Toshiba"),
    ("dynabook", "Dynabook"),
    ("samsung", "Samsung"),
    ("microstar", "MSI"),
    ("msi", "MSI"),
    ("gigabyte", "Gigabyte"),
    ("asrock", "ASRock"),
    ("intelbras", "Intelbras"),
    ("intel", "Intel"),
    ("supermicro", "Supermicro"),
    ("sony", "Sony"),
    ("vaio", "VAIO"),
    ("packardbell", "Packard Bell"),
    ("panasonic", "Panasonic"),
    ("matsushita", "Panasonic"),
    ("medion", "Medion"),
    ("microsoft", "Microsoft"),
    ("huawei", "Huawei"),
    ("honor", "Honor"),
    ("xiaomi", "Xiaomi"),
    ("timi", "Xiaomi"),
    ("terra", "Terra"),
    ("wortmann", "Terra"),
    ("biostar", "Biostar"),
    ("foxconn", "Foxconn"),
    ("honhai", "Foxconn"),
    ("elitegroup", "ECS"),
    ("pegatron", "Pegatron"),
    ("clevo", "Clevo"),
    ("compal", "Compal"),
    ("quanta", "Quanta"),
    ("wistron", "Wistron"),
    ("shuttle", "Shuttle"),
    ("zotac", "Zotac"),
    ("lgelectronics", "LG"),
    ("google", "Google"),
    ("neccomputers", "NEC"),
    ("necpersonal", "NEC"),
    ("neccorp", "NEC"),
    ("tuxedo", "TUXEDO"),
    ("schenker", "Schenker"),
    ("system76", "System76"),
    ("framework", "Framework"),
    ("razer", "Razer"),
    ("chuwi", "Chuwi"),
    ("azw", "Beelink"),
    ("beelink", "Beelink"),
    ("microcomputerhk", "Minisforum"),
    ("minisforum", "Minisforum"),
    ("positivo", "Positivo"),
    ("viatechnologies", "VIA"),
    ("advancedmicrodevices", "AMD"),
    ("nvidia", "NVIDIA"),
    ("sunmicrosystems", "Sun"),
    ("oracle", "Oracle"),
    ("qemu", "QEMU"),
    ("abit", "ABIT"),
    ("httpwwwabit", "ABIT"),
    ("pcspecialist", "PCSpecialist"),
    ("besstar", "BESSTAR Tech"),
    ("aopen", "AOpen"),
    ("epox", "EPoX"),
    ("huanan", "HUANANZHI"),
    ("irbis", "Irbis"),
    ("getac", "Getac"),
    ("teclast", "Teclast"),
    ("olivetti", "Olivetti"),
    ("slimbook", "SLIMBOOK"),
    ("dnscomputer", "DNS"),
    ("thomson", "Thomson"),
    ("archos", "Archos"),
    ("ldlc", "LDLC"),
    ("ordissimo", "Ordissimo"),
    ("unowhy", "UNOWHY"),
    ("essentielb", "Essentiel B"),
    ("wyse", "WYSE"),
    ("tyan", "TYAN"),
    ("vmware", "VMware"),
    ("innotek", "VirtualBox"),
    ("raspberry", "Raspberry Pi"),
)
# Too short to be a beginning.
_WHOLE = {"hp": "HP", "nec": "NEC", "lg": "LG", "lge": "LG", "ecs": "ECS", "via": "VIA"}


def known_maker(raw: str | None) -> str | None:
    """Return the usual name of a maker that the table knows, else None."""
    bare = re.sub(r"[^a-z0-9]", "", (raw or "").lower())
    if bare in _WHOLE:
        return _WHOLE[bare]
    return next((name for start, name in _NAMES if bare.startswith(start)), None)


def maker_name(raw: str | None) -> str | None:
    """Return the usual name of a maker, or the text as it is when the table does not know it."""
    return known_maker(raw) or raw
