"""What case and screen look like: a closed list of defects, each with the best class it leaves."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rebond_server.domain.sentence import Sentence


class Defect(NamedTuple):
    """One defect and the best appearance class (a to d) that it leaves."""

    name: Sentence
    leaves: str


def _defect(fr: str, en: str, leaves: str) -> Defect:
    return Defect(Sentence(fr=fr, en=en), leaves)


# After the eReuse appearance scale (devicehub-teal enums.py), in the workshop's words. [proposal]
DEFECTS: dict[str, Defect] = {
    "none": _defect("aucun défaut visible", "no visible defect", "a"),
    "traces": _defect("légères traces d'usage", "light traces of use", "a"),
    "shiny_keys": _defect("touches lustrées", "shiny keys", "b"),
    "scratch": _defect("rayures sur la coque", "scratches on the case", "b"),
    "sticker": _defect("trace d'autocollant", "mark of a sticker", "b"),
    "paint": _defect("peinture écaillée", "chipped paint", "b"),
    "screen_scratch": _defect("rayure sur l'écran", "scratch on the screen", "c"),
    "screen_spot": _defect("tache ou pixel mort", "spot or dead pixel", "c"),
    "deep_scratch": _defect("rayure profonde", "deep scratch", "c"),
    "dent": _defect("choc, coque enfoncée", "dent in the case", "c"),
    "engraved": _defect("gravure du donateur", "engraving of the donor", "c"),
    "crack": _defect("coque fissurée", "cracked case", "d"),
    "part_missing": _defect("pièce de coque manquante", "part of the case missing", "d"),
    "hinge": _defect("charnière cassée", "broken hinge", "d"),
    "key_missing": _defect("touche manquante", "missing key", "d"),
    "screen_cracked": _defect("écran fêlé", "cracked screen", "d"),
}


def appearance_of(codes: Sequence[str] | str) -> str | None:
    """Return the class that these defects leave: the worst of them; None for none or an unknown code.

    A text is read as codes between commas, semicolons or blanks.
    """
    listed = re.split(r"[,; ]+", codes.strip()) if isinstance(codes, str) else list(codes)
    if not listed or any(code not in DEFECTS for code in listed):
        return None
    return max(DEFECTS[code].leaves for code in listed)
