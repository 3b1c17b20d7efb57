"""Which texts of a machine name it, and which are what a factory forgot to fill in."""

import re

# Seen in linuxhw/DMI (15 % of 1,500 dumps carry one) and in the deny-lists of fwupd and GLPI.
_NAMES_NOTHING = frozenset(
    """
    tobefilledbyoem tobefilled filledbyoem oem oemstring defaultstring default notspecified
    notapplicable notavailable notprovided notpresent notset none null na nil unknown undefined
    unspecified empty blank invalid test sample example systemserialnumber systemproductname
    systemmanufacturer systemversion systemname systemuuid serialnumber serial serialno sn
    baseboardserialnumber boardserialnumber chassisserialnumber chassismanufacturer assettag
    assettagnumber noassettag noassetinformation noassettagspecified baseboard motherboard
    productname model manufacturer vendor inteltigerpoint nb mbserialnumber bssn cssn noenclosure
    noserial noserialnumber reserved dummy tbd uninitialized outofspec badindex other standard
    type2boardserialnumber ssn12345678901234567 sernum0 serialnum systemsku systemfamily
    """.split()  # noqa: SIM905 - a word list reads better than sixty quoted lines
)
_COUNTING = ("0123456789" * 4, "123456789" * 4, "9876543210" * 4, "abcdefghijklmnopqrstuvwxyz")
_COUNTED_UP_TO = 6
"""A run of fewer digits, such as 345, may be a real number."""
_SHORTEST = 3
"""A serial number of one or two characters names nothing."""

# UUIDs that boards ship by the thousand; both byte orders of 03000200-0400-0500-0006-000700080009.
_SHARED_UUIDS = frozenset(
    {
        "03000200040005000006000700080009",
        "00020003000400050006000700080009",
        "12345678123456789012345678901234",
        "12345678123412341234123456789abc",
        "fefefefefefefefefefefefefefefefe",
    }
)

# What boards print where a machine's own number belongs; an inventory number or a drive's may be 12345.
_NO_MACHINE = frozenset(
    """
    systemserial boardserial productserial chassisserial oemserial type1productserial tbdbyoem
    fillbyoem invalidentry undefine notsettable allseries changeme sku msn abc abcd 123 1234 12345
    """.split()  # noqa: SIM905 - likewise
)
_HEXADECIMAL = "0123456789abcdef" * 2
_filled = re.compile(r"(?:[a-z]{0,4}|serialnumber)(?:0{7,}[0-9]?|x{3,}|(?P<run>[0-9]{8,}))")
"""Counted or filled up behind a few letters: MB-1234567890, BSN12345678901234567, MP-00000000."""

_noise = re.compile(r"[^0-9a-z]")


def meaningful(text: str | None) -> str | None:
    """Return the text folded for comparison (lower case, letters and digits), or None."""
    if text is None:
        return None
    folded = _noise.sub("", text.casefold())
    if len(folded) < _SHORTEST or len(set(folded)) == 1 or folded in _NAMES_NOTHING:
        return None
    if len(folded) >= _COUNTED_UP_TO and any(folded in run for run in _COUNTING):
        return None
    if folded in _SHARED_UUIDS:
        return None
    return folded if folded.removeprefix("0x").strip("f0") else None


def machine_number(text: str | None) -> str | None:
    """Return the folded serial number of a machine or board, or None: stricter than `meaningful`."""
    folded = meaningful(text)
    if folded is None or folded in _NO_MACHINE:
        return None
    if len(folded) >= _COUNTED_UP_TO and folded in _HEXADECIMAL:
        return None
    found = _filled.fullmatch(folded)
    run = None if found is None else found["run"]
    counted = run is None or any(run in counting for counting in _COUNTING)
    return None if found is not None and counted else folded


def meaningful_mac(text: str | None) -> str | None:
    """Return the twelve digits of a factory hardware address, or None.

    Group addresses and locally administered ones (bit 0 and bit 1 of the first byte, IEEE 802)
    are made up by software and name no card.
    """
    folded = meaningful(text)
    if folded is None or not re.fullmatch("[0-9a-f]{12}", folded):
        return None
    return None if int(folded[:2], 16) & 0b11 else folded
