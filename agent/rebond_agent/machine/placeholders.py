"""What makers leave in a field they did not fill: worth nothing, and dangerous as an identity."""

import re

from rebond_schemas.text import clean

# Seen in the 1,500 SMBIOS dumps of linuxhw/DMI; compared in lower case without punctuation.
_WORDS = frozenset(
    """
    to be filled by oem|to be filled by o e m|tobefilledbyoem|default string|defaultstring
    default_string|system product name|system version|system manufacturer|system serial number
    system sku|sku|system family|system name|product name|not specified|not available|not provided
    not applicable|not present|not defined|not set|none|null|na|n a|unknown|undefined|invalid|empty
    other|oem|o e m|oem default|filled by oem|no asset tag|no asset information|asset tag
    asset tag number|no serial|no serial number|serial number|serial|chassis serial number
    chassis manufacturer|chassis version|chassis asset tag|base board serial number
    base board asset tag|base board product name|base board manufacturer|base board version
    board serial number|board product name|type1productconfigid|type2 board serial number
    type2 board product name1|type2 board vendor name1|type2 board version|type1family
    type1 sku number|123456789|0123456789|01234567890123456789|1234567890|12345678|1234567|123456
    012345678|12345|1234|0123456|abcdefg|xxxxxxxx|ssn12345678901234567|ser num0|part num0
    manufacturer00|manufacturer0|manufacturer1|manufacturer2|manufacturer3|serialnum|sernum0
    sernum1|sernum2|sernum3|partnum0|partnum1|partnum2|partnum3|assettagnum0|assettagnum1
    assettagnum2|assettagnum3|array1 partnumber0|bad index|out of spec|uninitialized|standard
    no enclosure|to be filled by oem by oem|reserved|test|dummy|tbd|oem string|empty string
    product|unknown product|board|board vendor|board manufacturer|mainboard|mainboard manufacturer
    system manufacter|stem manufacturer|system manufact|unknow|project sku name|project_sku_name
    fill by oem|tbd by oem|o e m by oem|system product|oem product|oem system|not filled|no dpk
    phoenixaward|phoenix award|model_name|model name|base_board_manufacturer|oem computer|no name|noname
    oemmodel|customer name|type1 product name1|not applicable|to be determined|xxxx 2222222|lenovo xxxx
    serial number xxxxxx|insyde|computer|redacted|123456789012345678|a1_assettagnum0|a1_sernum0|abcd
    """.replace("\n", "|").split("|")
)
_PLACEHOLDERS = frozenset(word.strip() for word in _WORDS if word.strip())
_LONGEST = 1024  # characters looked at; no name is longer
_punctuation = re.compile(r"[^a-z0-9_]+")
_same = re.compile(r"^([0-9a-fx])\1*$")


def known(raw: str | bytes | None) -> str | None:
    """Return the cleaned text, or None when it is a placeholder, a dash or one repeated digit."""
    text = clean(raw[:_LONGEST] if raw else None)
    if text is None:
        return None
    words = _punctuation.sub(" ", text.lower()).strip()
    bare = words.replace(" ", "").replace("_", "")
    spaced = words.replace("_", " ").strip()
    if not bare or not _PLACEHOLDERS.isdisjoint((words, spaced, bare)):
        return None
    if len(bare) > 1 and _same.match(bare):  # 00000000, FFFFFFFF, xxxx
        return None
    if "defaultstring" in bare or bare.startswith("tobefilled"):
        return None
    return text


def known_serial(raw: str | bytes | None) -> str | None:
    """Like known, and a lone digit or letter is no serial number either."""
    text = known(raw)
    return text if text is not None and len(text) > 1 else None


def known_uuid(raw: str | None) -> str | None:
    """Return a UUID in lower case, or None: all zeros and ones, and the AMI counting one, say no."""
    text = (known(raw) or "").lower()
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        return None
    if len(set(text) - {"-"}) == 1 or text.startswith("03000200-0400-0500-0006-"):
        return None
    return text
