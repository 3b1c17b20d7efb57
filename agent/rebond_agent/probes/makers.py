"""One name for one maker: SMBIOS spells the same company in a dozen ways."""

import re

# (what the normalised raw name starts with, the name people use). Raw text stays in the evidence.
_NAMES = (
    ("hewlettpackard", "HP"),
    ("hpinc", "HP"),
    ("dell", "Dell"),
    ("lenovo", "Lenovo"),
    ("ibm", "IBM"),
    ("asus", "ASUS"),
    ("acer", "Acer"),
    ("apple", "Apple"),
    ("fujitsu", "Fujitsu"),
    ("toshiba", "Toshiba"),
    ("dynabook", "Dynabook"),
    ("samsung", "Samsung"),
    ("microstar", "MSI"),
    ("msi", "MSI"),
    ("gigabyte", "Gigabyte"),
    ("asrock", "ASRock"),
    ("intel", "Intel"),
    ("supermicro", "Supermicro"),
    ("sony", "Sony"),
    ("packardbell", "Packard Bell"),
    ("panasonic", "Panasonic"),
    ("matsushita", "Panasonic"),
    ("medion", "Medion"),
    ("microsoft", "Microsoft"),
    ("huawei", "Huawei"),
    ("terra", "Terra"),
    ("wortmann", "Terra"),
    ("biostar", "Biostar"),
    ("foxconn", "Foxconn"),
    ("pegatron", "Pegatron"),
    ("clevo", "Clevo"),
    ("shuttle", "Shuttle"),
    ("zotac", "Zotac"),
    ("lgelectronics", "LG"),
    ("google", "Google"),
    ("qemu", "QEMU"),
)


def maker_name(raw: str | None) -> str | None:
    """Return the usual name of a maker, or the text as it is when the table does not know it."""
    if raw is None:
        return None
    bare = re.sub(r"[^a-z0-9]", "", raw.lower())
    if bare == "hp":
        return "HP"
    return next((name for start, name in _NAMES if bare.startswith(start)), raw)
