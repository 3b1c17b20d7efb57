"""The register of outgoing waste: what a line must tell, and what kinds of device weigh.

Code de l'environnement R541-43 and arrêté du 31 mai 2021: date, name and code of the waste, quantity,
carrier, destination by SIRET, number of the tracking document where one is due. Whether one is due for what
is handed to an eco-organism is for the workshop to know: nothing here promises it.
"""

import re

from rebond_server.domain.sentence import Sentence

CODES: dict[str, Sentence] = {
    "16 02 14": Sentence(
        fr="équipements mis au rebut, non dangereux", en="discarded equipment, not hazardous"
    ),
    "16 02 13*": Sentence(
        fr="équipements avec composants dangereux (écrans…)",
        en="equipment with hazardous components (screens…)",
    ),
    "16 02 16": Sentence(fr="composants retirés", en="components removed"),
    "16 06 05": Sentence(fr="piles et accumulateurs au lithium", en="lithium batteries"),
    "20 01 36": Sentence(fr="équipements électriques de ménages", en="household equipment"),
}
"""Of the European list of waste (décision 2000/532/CE), what a workshop of computers meets."""

GRAMS: dict[str, int] = {
    "laptop": 2200,
    "desktop": 8000,
    "all_in_one": 8500,
    "mini": 1500,
    "tablet": 500,
    "convertible": 1500,
    "server": 20000,
    "smartphone": 170,
    "screen": 4500,
    "accessory": 300,
    "key_4g": 50,
}
"""What one of a kind usually weighs: written in where nobody has weighed it."""

_code = re.compile(r"\d\d \d\d \d\d\*?")


def read_code(text: str) -> str | Sentence:
    """Return a waste code with its blanks, "160214*" as "16 02 14*"; a sentence when it is none."""
    digits = re.sub(r"[^0-9*]", "", text)
    spaced = f"{digits[:2]} {digits[2:4]} {digits[4:]}"
    if _code.fullmatch(spaced):
        return spaced
    return Sentence(
        fr=f"« {text[:40]} » n'est pas un code déchet, comme 16 02 14 ou 16 02 13*.",
        en=f"“{text[:40]}” is no waste code, such as 16 02 14 or 16 02 13*.",
    )


def read_siret(text: str) -> str | Sentence:
    """Return the fourteen digits of a SIRET whose check digit fits; a sentence when it is none.

    Luhn over all digits; La Poste's establishments (SIREN 356000000) add up to a multiple of five instead.
    """
    digits = re.sub(r"[\s.]", "", text)
    if re.fullmatch(r"\d{14}", digits, re.ASCII) and (_luhn(digits) or _of_la_poste(digits)):
        return digits
    return Sentence(
        fr=f"« {text[:40]} » n'est pas un SIRET : quatorze chiffres, dont une clé.",
        en=f"“{text[:40]}” is no SIRET: fourteen digits, a check digit among them.",
    )


def _luhn(digits: str) -> bool:
    doubled = (int(sign) * (2 if place % 2 else 1) for place, sign in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0  # noqa: PLR2004 - of two digits the sum


def _of_la_poste(digits: str) -> bool:
    return digits.startswith("356000000") and sum(map(int, digits)) % 5 == 0
