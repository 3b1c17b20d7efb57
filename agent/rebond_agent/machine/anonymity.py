"""Takes serial numbers, UUIDs, MACs and WWNs out of a recording; the same one is replaced alike everywhere.

A replacement has the length and the shape of its original (digits stay digits), a MAC keeps its
maker's half, a WWN its maker, and placeholders stay as they are: they are facts about the BIOS.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

from rebond_agent.machine.placeholders import known_serial, known_uuid

EDID_HEADER = bytes.fromhex("00ffffffffffff00")

_LEAST = 4  # a shorter value would hit other text
_keyed = re.compile(
    r"(?:serial[ _]?(?:number|no|short)?|iserial|uuid|asset[ _]?tag|service[ _]?tag|wwid|ieee1394|uniq)"
    r"(?:_enc|_short)?\"?[ \t]*[:=][ \t]*\"?([^\"\n\r,{}\[\]]+)",
    re.IGNORECASE,
)
_mac = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")
_uuid = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_wwn = re.compile(r"(?<![0-9A-Fa-fx])(0x|eui\.|naa\.|wwn-0x)([0-9A-Fa-f]{16,32})\b")
_wwn_parts = re.compile(
    r'(\{"naa":\d+,"oui":|\{"oui":)(\d+)(,"(?:id|ext_id)":)(\d+)(?=\})'  # smartctl --json=c
)
_identity_file = re.compile(
    r"/(?:[a-z_]*serial(?:_number)?|product_uuid|wwid|cid|[a-z_]*asset_tag)$"
)
_MAC_MAKER = 8  # characters of the maker's half: aa:bb:cc
_WWN_DIGITS = 16  # 64 bits
_WWN_MAKER = 7  # hexadecimal digits: one of the naming authority, six of the maker


class Anonymity:
    """Learns what identifies one computer, then replaces it in any text, name or EDID."""

    def __init__(self, salt: bytes) -> None:
        """Take a random salt: without it a short serial number could be found by trying all."""
        self._salt = salt
        self._replacements: dict[str, str] = {}
        self._kept: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def keep(self, names: Iterable[str]) -> None:
        """Spare the UUIDs in these names: EFI variables are named by their vendors' UUIDs."""
        for name in names:
            self._kept |= {found.lower() for found in _uuid.findall(name)}

    def learn(self, content: bytes, path: str = "") -> None:
        """Take note of every identifier in an output, or in the file of this path."""
        text = content.decode("latin-1")
        if _identity_file.search(path):
            self._add(text)
        if path.endswith("/vpd_pg80"):  # SPC-5: four bytes stand in front of the serial number
            self._add(text[4:])
        for value in _keyed.findall(text):
            self._add(value)
        for value in _mac.findall(text):
            self._add_mac(value)
        for value in _uuid.findall(text):
            self._add(value)
        for prefix, value in _wwn.findall(text):
            self._add_wwn_text(prefix, value)
        for _, oui, _, own in _wwn_parts.findall(text):
            self._add_wwn(int(oui), int(own))

    def replace(self, content: bytes) -> bytes:
        """Return the content without identifiers, of the same length."""
        if content[:8] == EDID_HEADER:
            return self._replace_edid(content)
        return self.replace_text(content.decode("latin-1")).encode("latin-1")

    def replace_text(self, text: str) -> str:
        """Return a text or a name without identifiers, of the same length."""
        if self._pattern is None:
            longest_first = sorted(self._replacements, key=len, reverse=True)
            joined = "|".join(re.escape(one) for one in longest_first) or r"(?!)"
            self._pattern = re.compile(rf"(?<![A-Za-z0-9])(0x|enx|wlx)?({joined})(?![A-Za-z0-9])")
        text = self._pattern.sub(lambda m: (m[1] or "") + self._replacements[m[2]], text)
        return _wwn_parts.sub(self._replace_parts, text)

    def _add(self, raw: str) -> None:
        value = raw.strip()
        if len(value) < _LEAST or not value.isascii() or known_serial(value) is None:
            return
        if value.lower() in self._kept or not re.search(r"\d", value):
            return
        if _uuid.fullmatch(value) and known_uuid(value) is None:
            return
        if _mac.fullmatch(value):
            self._add_mac(value)
        else:
            self._put(value, self._shape(value))

    def _add_mac(self, value: str) -> None:
        if value.lower() in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"):
            return
        new = value[:_MAC_MAKER] + self._shape(value[_MAC_MAKER:], hexadecimal=True)
        self._put(value, new)
        self._put(value.replace(":", ""), new.replace(":", ""))

    def _add_wwn_text(self, prefix: str, value: str) -> None:
        """Give lsblk's spelling and smartctl's three numbers the same replacement."""
        maker = 0 if prefix == "eui." else 1  # an NAA name has the authority in front
        if len(value) == _WWN_DIGITS:
            self._add_wwn(int(value[maker : maker + 6], 16), int(value[maker + 6 :], 16))
        else:
            self._put(value, value[:_WWN_MAKER] + self._shape(value[_WWN_MAKER:]))

    def _add_wwn(self, oui: int, own: int) -> None:
        digits = f"{own:09x}"
        new = f"{self._number(own):09x}"
        for authority in "2356":
            self._put(f"{authority}{oui:06x}{digits}", f"{authority}{oui:06x}{new}")
        extended = f"{own:010x}"
        self._put(f"{oui:06x}{extended}", f"{oui:06x}{self._number(own):010x}")

    def _put(self, value: str, new: str) -> None:
        """Keep the first replacement of a value, in both cases."""
        self._pattern = None
        for old, put in ((value, new), (value.lower(), new.lower()), (value.upper(), new.upper())):
            self._replacements.setdefault(old, put)

    def _replace_parts(self, match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{match[3]}{self._number(int(match[4]))}"

    def _number(self, own: int) -> int:
        """Return a number with as many decimal digits, so that the JSON keeps its length."""
        digits = len(str(own))
        lowest, highest = 10 ** (digits - 1), min(10**digits, 2 ** max(own.bit_length(), 36))
        drawn = int.from_bytes(self._digest(str(own)), "big")
        return int(lowest + drawn % (highest - lowest))

    def _shape(self, value: str, *, hexadecimal: bool | None = None) -> str:
        """Return other characters of the same kinds; one value always gives the same."""
        if hexadecimal is None:
            hexadecimal = re.fullmatch(r"[0-9a-f-]+|[0-9A-F-]{12,}", value) is not None
        stream = self._digest(value.lower())
        while len(stream) < len(value):
            stream += self._digest(stream.hex())
        return "".join(
            _alike(old, seed, hexadecimal=hexadecimal)
            for old, seed in zip(value, stream, strict=False)
        )

    def _digest(self, value: str) -> bytes:
        return hmac.new(self._salt, value.encode(), hashlib.sha256).digest()

    def _replace_edid(self, raw: bytes) -> bytes:
        """Other serial numbers in bytes 12 to 15 and in the 0xFF descriptor, checksum mended."""
        block = bytearray(raw)
        if any(block[12:16]):
            block[12:16] = self._digest(block[12:16].hex())[:4]
        for at in (54, 72, 90, 108):
            if block[at : at + 4] == b"\0\0\0\xff":
                text = bytes(block[at + 5 : at + 18]).decode("latin-1")
                block[at + 5 : at + 18] = self._shape(text).encode("latin-1")
        block[127] = -sum(block[:127]) % 256
        return bytes(block)


def _alike(old: str, seed: int, *, hexadecimal: bool) -> str:
    if hexadecimal and old in "0123456789abcdefABCDEF":
        digit = "0123456789abcdef"[seed % 16]
        return digit.upper() if old.isupper() else digit
    if old.isdigit():
        return str(seed % 10)
    if old.isalpha() and old.isascii():
        letter = chr(ord("a") + seed % 26)
        return letter.upper() if old.isupper() else letter
    return old
