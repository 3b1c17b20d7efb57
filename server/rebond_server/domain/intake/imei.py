"""The number of a mobile phone: fifteen digits, the last of which checks the others (3GPP TS 23.003)."""

import re

from rebond_server.domain.sentence import Sentence

DIGITS = 15
_noise = re.compile(r"[\s./-]")


def luhn(digits: str) -> int:
    """Return the check digit of these digits (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the digits of a two-digit product
    return -total % 10


def read_imei(text: str) -> str | Sentence:
    """Return the fifteen digits, or the sentence that says what is wrong with them."""
    digits = _noise.sub("", text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) != DIGITS:
        return Sentence(
            fr=f"IMEI « {text} » : il faut 15 chiffres (composez *#06#).",
            en=f"IMEI “{text}”: 15 digits are needed (dial *#06#).",
        )
    if set(digits) == {"0"}:
        return Sentence(
            fr="IMEI tout en zéros : ce n'est le numéro d'aucun appareil.",
            en="IMEI all zeros: no device has this number.",
        )
    right = luhn(digits[:-1])
    if int(digits[-1]) != right:
        return Sentence(
            fr=f"IMEI « {digits} » : le dernier chiffre devrait être {right}. Relisez le numéro.",
            en=f"IMEI “{digits}”: the last digit should be {right}. Read the number again.",
        )
    return digits
